from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psycopg
import pytest

from made import Project, chunks, make_project
from testflux.ingest import receive
from testflux.kit import errors, inflate
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawKeyword
from testflux.parse import registry
from testflux.store import jobs
from testflux.store.blobs import Blobs
from testflux.store.database import Database
from testflux.work import worker

K6 = '{"metrics":{"vus_max":{"value":%d,"min":1,"max":9}}}'

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
async def project(database: Database) -> Project:
    return await make_project(database)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
async def working(database: Database, blobs: Blobs, tmp_path: Path) -> AsyncIterator[asyncio.Task[None]]:
    """A worker beside the test, stopped at its end."""
    task = asyncio.create_task(worker.run(database, blobs, Settings(data_dir=tmp_path)))
    yield task
    await stop(task)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def bring(project: Project, blobs: Blobs, count: int) -> None:
    for number in range(count):
        file = receive.IncomingFile("k6.json", chunks((K6 % number).encode()))
        sender = receive.Sender(project_id=project.project_id)
        await receive.receive(project.database, blobs, file, sender, inflate.Limits())


async def statuses(project: Project) -> dict[str, int]:
    rows = await project.rows("select status, count(*) as n from upload group by 1")
    return {row["status"]: row["n"] for row in rows}


async def wait_for(project: Project, expected: dict[str, int]) -> None:
    """Look again and again until the uploads stand as expected."""
    async with asyncio.timeout(60):
        while await statuses(project) != expected:
            await project.rows("select pg_sleep(0.05)")


async def test_what_arrives_is_processed_and_its_job_is_gone(
    project: Project, blobs: Blobs, working: asyncio.Task[None]
) -> None:
    await bring(project, blobs, 5)
    await wait_for(project, {"stored": 5})
    await stop(working)
    rows = await project.rows(
        "select task_name from procrastinate_jobs where task_name = %(name)s", name=jobs.PROCESS_UPLOAD
    )
    assert rows == []
    assert await project.count("run") == 5


@pytest.mark.usefixtures("working")
async def test_keywords_are_counted_beside_it(project: Project, blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "KEYWORDS", {"k6-summary": lambda _: [RawKeyword("k6", "run", 1, 0, 2.5)]})
    await bring(project, blobs, 2)
    async with asyncio.timeout(60):
        while await project.count("keyword_count") < 2:
            await project.rows("select pg_sleep(0.05)")
    assert await project.count("run") == 2


async def test_what_waited_is_processed_when_a_worker_comes(project: Project, blobs: Blobs, tmp_path: Path) -> None:
    await bring(project, blobs, 3)
    async with project.database.read(EVERYBODY) as reader:
        assert await jobs.list_waiting(reader) == {jobs.UPLOADS: 3}
    task = asyncio.create_task(worker.run(project.database, blobs, Settings(data_dir=tmp_path)))
    await wait_for(project, {"stored": 3})
    await stop(task)


async def test_two_workers_share_the_work(
    project: Project, blobs: Blobs, working: asyncio.Task[None], tmp_path: Path
) -> None:
    other = asyncio.create_task(worker.run(project.database, blobs, Settings(data_dir=tmp_path)))
    await bring(project, blobs, 10)
    await wait_for(project, {"stored": 10})
    await stop(other)
    assert not working.done()
    numbers = await project.rows("select number from run order by 1")
    assert [row["number"] for row in numbers] == list(range(1, 11))


async def test_a_worker_that_is_stopped_signs_off(project: Project, blobs: Blobs, working: asyncio.Task[None]) -> None:
    await bring(project, blobs, 1)
    await wait_for(project, {"stored": 1})
    assert len(await project.rows("select from procrastinate_workers")) == 3, "uploads, keywords, all else"
    await stop(working)
    assert await project.rows("select from procrastinate_workers") == []


@pytest.mark.usefixtures("working")
async def test_a_worker_outlives_its_connections(project: Project, blobs: Blobs, database_url: str) -> None:
    await bring(project, blobs, 1)
    await wait_for(project, {"stored": 1})
    with psycopg.connect(database_url, autocommit=True) as killer:
        killer.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    with contextlib.suppress(errors.UnavailableError):  # whoever is lent one that was just cut off sends again
        await bring(project, blobs, 2)
    await bring(project, blobs, 2)
    await wait_for(project, {"stored": 2})
    assert await project.count("run") == 2
