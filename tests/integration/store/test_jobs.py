from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

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


def break_after_the_next_answer(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the connection break between the commit and the answer, once; returns the jobs that nobody heard of."""
    monkeypatch.setattr(jobs, "_PAUSE_S", 0)
    ask = procrastinate.PsycopgConnector.execute_query_one_async
    unheard: list[int] = []

    async def ask_and_break(self: procrastinate.PsycopgConnector, query: str, **arguments: object) -> dict[str, Any]:
        answer = await ask(self, query, **arguments)  # pyright: ignore[reportArgumentType]
        if unheard:
            return answer
        unheard.append(answer["id"])
        raise procrastinate.exceptions.ConnectorException from psycopg.OperationalError("terminated")

    monkeypatch.setattr(procrastinate.PsycopgConnector, "execute_query_one_async", ask_and_break)
    return unheard


async def test_a_job_that_was_handed_out_unheard_is_handed_out_again(
    database: Database, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker lives, so nobody would rescue it. What it or another one works at stays where it is."""
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        worker_id, other_id = await app.job_manager.register_worker(), await app.job_manager.register_worker()
        async with database.write(EVERYBODY) as writer:
            numbers = [await jobs.add_process_upload(writer, 1, upload_id, "r") for upload_id in range(3)]
        for number in (worker_id, other_id):
            await app.job_manager.fetch_job(None, number)
        unheard = break_after_the_next_answer(monkeypatch)
        again = await app.job_manager.fetch_job(None, worker_id)
    assert again is not None
    assert [again.id] == unheard == numbers[2:]
    doing = await project.rows("select worker_id from procrastinate_jobs where status = 'doing' order by id")
    assert [row["worker_id"] for row in doing] == [worker_id, other_id, worker_id]


async def test_a_job_that_comes_again_can_be_unheard_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        async with database.write(EVERYBODY) as writer:
            await jobs.add_process_upload(writer, 1, 2, "r")
        worker_id = await app.job_manager.register_worker()
        job = await app.job_manager.fetch_job(None, worker_id)
        assert job is not None
        await app.job_manager.retry_job(job)
        unheard = break_after_the_next_answer(monkeypatch)
        again = await app.job_manager.fetch_job(None, worker_id)
    assert again is not None
    assert [again.id] == unheard == [job.id]


async def test_a_job_that_somebody_ended_has_ended(database: Database) -> None:
    """It may have been this worker, whose connection broke before it heard so."""
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        async with database.write(EVERYBODY) as writer:
            await jobs.add_process_upload(writer, 1, 2, "r")
        job = await app.job_manager.fetch_job(None, await app.job_manager.register_worker())
        assert job is not None
        for _ in range(2):
            await app.job_manager.finish_job(job, procrastinate.jobs.Status.SUCCEEDED, delete_job=True)
        await app.job_manager.retry_job(job)
    assert await waiting(database) == {}


async def test_a_job_to_be_done_again_is_dropped_when_its_like_waits(database: Database, project: Project) -> None:
    """Else the job would stay as running for ever, and whoever rescues the jobs of dead workers would fail over it."""
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        task = app.configure_task("tidy", queueing_lock="tidy", allow_unknown=True)
        await task.defer_async()
        job = await app.job_manager.fetch_job(None, await app.job_manager.register_worker())
        assert job is not None
        waits = await task.defer_async()
        await app.job_manager.retry_job(job)
    assert await project.rows("select id, status::text from procrastinate_jobs") == [{"id": waits, "status": "todo"}]


async def test_the_queue_does_not_wait_for_what_waiting_cannot_mend(database: Database) -> None:
    app = jobs.queue(database)
    async with jobs.open_queue(database, app):
        with pytest.raises(procrastinate.exceptions.ConnectorException):
            await app.connector.execute_query_async("select 1 / 0")


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
