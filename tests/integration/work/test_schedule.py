from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from made import P, Project, chunks, make_project, outcomes
from testflux.kit import clock, errors, hashing
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.model.run import Metadata
from testflux.store import events, flows, jobs, partitions, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database
from testflux.work import schedule


@pytest.fixture
async def project(database: Database) -> Project:
    return await make_project(database)


async def test_jobs_of_dead_workers_go_back_to_the_queue(project: Project, database: Database) -> None:
    await project.upload()
    await project.upload()
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        for age in (0, schedule.STALLED_S + 5):
            async with database.write(EVERYBODY) as writer:
                row = await writer.one(
                    "insert into procrastinate_workers (last_heartbeat) "
                    "values (now() - make_interval(secs => %(age)s)) returning id",
                    age=age,
                )
            assert await app.job_manager.fetch_job(queues=None, worker_id=row["id"])
        assert await schedule.rescue_stalled(app) == 1
        assert await schedule.rescue_stalled(app) == 0
    states = await project.rows("select status::text, attempts from procrastinate_jobs order by id")
    assert [row["status"] for row in states] == ["doing", "todo"]


async def test_old_news_go_and_lost_uploads_are_queued_again(project: Project, database: Database) -> None:
    await project.upload()
    async with database.write(EVERYBODY) as writer:
        await events.publish(writer, 1, "projects", "run.stored", {}, project_id=None)
        await writer.run("update upload set created_at = now() - interval '1 hour'")
        await writer.run("update live_event set created_at = now() - interval '2 hours'")
        await writer.run("delete from procrastinate_jobs")
    with capture_logs() as logged:
        await schedule.sweep(database)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["uploads had lost their jobs"]
    assert len(await project.rows("select from live_event")) == 1
    assert len(await project.rows("select from procrastinate_jobs")) == 1


async def test_what_has_expired_goes_also_when_no_upload_was_lost(database: Database) -> None:
    now = clock.now()
    async with database.write(EVERYBODY) as writer:
        for digest, ends in ((b"over", now - timedelta(minutes=1)), (b"open", now + timedelta(minutes=1))):
            await flows.add_flow(writer, digest, "test", b"", ends)
    await schedule.sweep(database)
    async with database.read(EVERYBODY) as reader:
        assert [row["state_digest"] for row in await reader.all("select state_digest from sign_in_flow")] == [b"open"]


async def test_the_months_ahead_are_made_and_a_missing_one_is_an_alert(database: Database) -> None:
    month = clock.now().date().replace(day=1)
    async with database.write(EVERYBODY) as writer:
        await partitions.ensure_ahead(writer, month)
        await writer.run(f"drop table {partitions.partition_name('delivery', month)}")
    with capture_logs() as logged:
        await schedule.prepare(database)
        await schedule.prepare(database)
    alerts = [entry for entry in logged if entry["log_level"] == "error"]
    assert [entry["partitions"] for entry in alerts] == [[partitions.partition_name("delivery", month)]]
    async with database.read(EVERYBODY) as reader:
        assert await partitions.find_missing(reader, partitions.months_ahead(month)) == []


async def test_a_wrong_total_is_an_alert(project: Project, database: Database) -> None:
    await project.arrive(outcomes(a=P), clock.now())
    with capture_logs() as quiet:
        await schedule.check_totals(database)
    async with database.write(EVERYBODY) as writer:
        await writer.run("update day_total set passed = 7")
    with capture_logs() as logged:
        await schedule.check_totals(database)
    assert quiet == []
    assert [entry["event"] for entry in logged] == ["a day's total is wrong"]


@pytest.mark.parametrize("lie", ["status = '\\x02'", "durations = '\\x65'"])
async def test_a_run_whose_chunks_say_otherwise_is_an_alert(project: Project, database: Database, lie: str) -> None:
    run = await project.arrive(outcomes(a=P), clock.now(), name="ci")
    with capture_logs() as quiet:
        await schedule.check_totals(database)
    async with database.write(EVERYBODY) as writer:
        await writer.run(f"update result_chunk set {lie}")  # noqa: S608
    with capture_logs() as logged:
        await schedule.check_totals(database)
        await schedule.check_runs(database, run["run_day"] + timedelta(days=1))
    assert quiet == []
    assert [(entry["event"], entry["number"]) for entry in logged] == [("a run's counters are wrong", "1")]


async def test_files_that_belong_to_no_upload_go_when_they_are_old(
    project: Project, database: Database, tmp_path: Path
) -> None:
    blobs = Blobs(tmp_path / "blobs")
    needed, unused, young = [await blobs.put(chunks(text), 10) for text in (b"needed", b"unused", b"young")]
    async with database.write(EVERYBODY) as writer:
        new = uploads.NewUpload(
            project_id=project.project_id,
            key=hashing.digest(("k",)),
            file_name="f",
            size_bytes=6,
            metadata=Metadata(),
            blob=needed,
        )
        await uploads.add_upload(writer, new)
    long_ago = time.time() - 3 * 24 * 3600
    for blob in (needed, unused):
        os.utime(next((tmp_path / "blobs").glob(f"*/{blob.digest.hex()}")), (long_ago, long_ago))

    await schedule.drop_unused_files(database, blobs)
    assert [await blobs.exists(blob.digest) for blob in (needed, unused, young)] == [True, False, True]


def test_every_task_runs_once_at_a_time_and_without_a_lock_that_could_stay(database: Database, tmp_path: Path) -> None:
    app = jobs.queue(database)
    schedule.register(app, database, Blobs(tmp_path), Settings(data_dir=tmp_path))
    periodic = [entry.task for entry in app.periodic_registry.periodic_tasks.values()]
    assert len(periodic) == 4
    for task in periodic:
        assert (task.lock, task.queueing_lock, task.queue) == (None, task.name, jobs.MAINTENANCE)


@pytest.mark.parametrize(
    ("error", "status"), [(errors.UnavailableError("The database is away."), "todo"), (RuntimeError(), "failed")]
)
async def test_a_restart_of_the_database_costs_no_nights_work(
    project: Project, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, status: str
) -> None:
    async def sweep(_: Database) -> None:
        raise error

    monkeypatch.setattr(schedule, "sweep", sweep)
    app = jobs.queue(database)
    schedule.register(app, database, Blobs(tmp_path), Settings(data_dir=tmp_path))
    async with jobs.open_queue(database, app):
        await app.configure_task("housekeeping.minute").defer_async(timestamp=0)
        await app.run_worker_async(queues=[jobs.MAINTENANCE], wait=False, install_signal_handlers=False)
    rows = await project.rows(
        "select status::text from procrastinate_jobs where task_name = 'housekeeping.minute' order by id"
    )
    assert rows[0] == {"status": status}
