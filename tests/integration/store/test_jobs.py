from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import procrastinate
import procrastinate.exceptions
import procrastinate.jobs
import psycopg
import pytest
from psycopg import conninfo

from made import Project
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import jobs
from testflux.store.database import Database

TOMORROW = datetime(2030, 1, 1, tzinfo=UTC)


async def waiting(database: Database) -> dict[str, int]:
    async with database.read(EVERYBODY) as reader:
        return await jobs.list_waiting(reader)


async def test_a_job_is_there_when_its_transaction_is(database: Database) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with database.write(EVERYBODY) as writer:
            await jobs.add_process_upload(writer, 1, 2, "r")
            raise RuntimeError
    assert await waiting(database) == {}
    async with database.write(EVERYBODY) as writer:
        await jobs.add_process_upload(writer, 1, 2, "r")
    assert await waiting(database) == {jobs.UPLOADS: 1}


async def test_a_connection_that_breaks_is_no_fault_of_the_job(database: Database, project: Project) -> None:
    with pytest.raises(errors.UnavailableError):  # noqa: PT012
        async with database.write(EVERYBODY) as writer:
            pid = (await writer.one("select pg_backend_pid() as pid"))["pid"]
            await project.rows(f"select pg_terminate_backend({pid}, 5000)")
            await jobs.add_process_upload(writer, 1, 2, "r")
    assert await waiting(database) == {}


async def test_a_worker_is_woken_by_the_commit(database: Database) -> None:
    async with database.listen("procrastinate_any_queue_v1") as payloads:
        async with database.write(EVERYBODY) as writer:
            await jobs.add_process_upload(writer, 1, 2, "r")
        assert "job_inserted" in await anext(payloads)


async def test_a_delivery_may_wait_for_its_time(database: Database, project: Project) -> None:
    async with database.write(EVERYBODY) as writer:
        await jobs.add_delivery(writer, 1, date(2026, 6, 15), 5, at=TOMORROW)
    (row,) = await project.rows("select task_name, queue_name, args, scheduled_at from procrastinate_jobs")
    assert row == {
        "task_name": jobs.DELIVER,
        "queue_name": jobs.DELIVERIES,
        "args": {"project_id": 1, "run_day": "2026-06-15", "delivery_id": 5},
        "scheduled_at": TOMORROW,
    }


@pytest.mark.parametrize("is_pooled", [False, True])
async def test_a_queue_hands_out_what_was_added(database_url: str, *, is_pooled: bool) -> None:
    direct = conninfo.make_conninfo(database_url, application_name="direct") if is_pooled else None
    database = Database(database_url, direct)
    assert database.is_pooled is is_pooled
    await database.open()
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        async with database.write(EVERYBODY) as writer:
            await jobs.add_process_upload(writer, 1, 2, "r")
        worker_id = await app.job_manager.register_worker()
        job = await app.job_manager.fetch_job(queues=[jobs.UPLOADS], worker_id=worker_id)
        assert job is not None
        assert job.task_kwargs == {"project_id": 1, "upload_id": 2, "request_id": "r"}
        await app.job_manager.finish_job(job, procrastinate.jobs.Status.SUCCEEDED, delete_job=True)
    assert await waiting(database) == {}
    await database.close()


async def test_the_queue_waits_while_the_database_restarts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a job became must not get lost with a connection: the job would stay as running for ever."""
    monkeypatch.setattr(jobs, "_PAUSE_S", 0)
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        ask = procrastinate.PsycopgConnector.execute_query_one_async
        broken = 3

        async def break_first(self: procrastinate.PsycopgConnector, query: str, **arguments: object) -> object:
            nonlocal broken
            if broken:
                broken -= 1
                error = procrastinate.exceptions.ConnectorException()
                raise error from psycopg.OperationalError("terminated")
            return await ask(self, query, **arguments)  # pyright: ignore[reportArgumentType]

        monkeypatch.setattr(procrastinate.PsycopgConnector, "execute_query_one_async", break_first)
        assert await app.job_manager.register_worker()
        assert broken == 0


async def test_the_queue_does_not_wait_for_what_waiting_cannot_mend(database: Database) -> None:
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        with pytest.raises(procrastinate.exceptions.ConnectorException):
            await app.job_manager.finish_job_by_id_async(99, procrastinate.jobs.Status.SUCCEEDED, delete_job=False)


async def test_the_queue_does_not_wait_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_PATIENCE_S", 0)
    monkeypatch.setattr(jobs, "_PAUSE_S", 0)

    async def broken(*_: object, **__: object) -> None:
        raise procrastinate.exceptions.ConnectorException from psycopg.OperationalError("terminated")

    monkeypatch.setattr(procrastinate.PsycopgConnector, "execute_query_one_async", broken)
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        with pytest.raises(procrastinate.exceptions.ConnectorException):
            await app.job_manager.register_worker()


async def test_a_worker_that_ends_looks_for_no_more_work_but_may_still_end_its_jobs(
    database: Database, database_url: str
) -> None:
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        worker = await app.job_manager.register_worker()
        with psycopg.connect(database_url) as away:
            away.execute("lock table procrastinate_jobs, procrastinate_workers in access exclusive mode")
            looking = asyncio.create_task(app.job_manager.fetch_job(None, worker))
            ending = asyncio.create_task(app.job_manager.unregister_worker(worker))
            while away.execute("select count(*) from pg_locks where not granted").fetchall() != [(2,)]:
                await asyncio.to_thread(away.execute, "select pg_sleep(0.01)")
            jobs.hurry(app, 600)
            with pytest.raises(procrastinate.exceptions.ConnectorException, match="ended while"):
                await looking
            assert not ending.done()
        await ending
