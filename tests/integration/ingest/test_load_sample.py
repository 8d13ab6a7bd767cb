"""The sample history goes the way of every report, and out again without a trace."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from testflux import pipeline
from testflux.ingest import load_sample
from testflux.ingest.load_sample import State, Status
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.sample import history
from testflux.store import blobs, projects, users
from testflux.store.database import Database

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SLUGS = ["webshop", "payments-api", "identity", "search", "mobile-app"]
TWO_DAYS = history.plan(NOW, days=2)


@pytest.fixture
async def org_id(database: Database) -> int:
    async with database.write(EVERYBODY) as writer:
        return await users.add_org(writer)


@pytest.fixture
def store(tmp_path: Path) -> blobs.Blobs:
    return blobs.Blobs(tmp_path / "blobs")


@pytest.fixture
async def loader(database: Database, store: blobs.Blobs) -> AsyncIterator[load_sample.Loader]:
    loader = load_sample.Loader(database, store, days=2)
    yield loader
    await loader.close()


async def process_all(database: Database, store: blobs.Blobs) -> None:
    async with database.read(EVERYBODY) as reader:
        waiting = await reader.all(
            "select project_id, upload_id from upload where status = 'queued' order by upload_id"
        )
    for row in waiting:
        with contextlib.suppress(errors.NotFoundError):  # it was removed meanwhile
            await pipeline.process(database, store, row["project_id"], row["upload_id"])


async def load_all(database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int) -> State:
    state = await loader.start(org_id, NOW)
    while state.status is Status.LOADING:
        await process_all(database, store)
        state = await loader.look(org_id)
    return state


async def test_nothing_is_there_at_first(loader: load_sample.Loader, org_id: int) -> None:
    assert await loader.look(org_id) == State(Status.ABSENT, 0, 0, [])


async def test_every_planned_report_becomes_a_run(
    database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int
) -> None:
    begun = await loader.start(org_id, NOW)
    assert (begun.status, begun.total, begun.projects) == (Status.LOADING, len(TWO_DAYS), SLUGS)

    state = await load_all(database, store, loader, org_id)

    assert state == State(Status.PRESENT, len(TWO_DAYS), len(TWO_DAYS), SLUGS)
    async with database.read(EVERYBODY) as reader:
        runs = await reader.all(
            "select p.slug, r.name, r.environment, r.branch, r.started_at, r.labels, p.is_sample"
            " from run r join project p using (project_id) order by r.started_at"
        )
    assert [(run["slug"], run["name"], run["started_at"]) for run in runs] == [
        (item.project.slug, item.lane.name, item.occasion.started_at) for item in TWO_DAYS
    ]
    assert all(run["is_sample"] for run in runs)
    assert all(run["labels"]["team"] for run in runs)


async def test_second_start_changes_nothing(
    database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int
) -> None:
    await load_all(database, store, loader, org_id)
    assert (await loader.start(org_id, NOW)).status is Status.PRESENT
    async with database.read(EVERYBODY) as reader:
        assert (await reader.one("select count(*) as runs from run"))["runs"] == len(TWO_DAYS)


async def test_removal_leaves_nothing_and_spares_other_projects(
    database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int
) -> None:
    async with database.write(EVERYBODY) as writer:
        await projects.add_project(writer, org_id, "own", "Own", "", "main")
    await load_all(database, store, loader, org_id)

    await loader.drop(org_id)

    assert await loader.look(org_id) == State(Status.ABSENT, 0, 0, [])
    async with database.read(EVERYBODY) as reader:
        left = await reader.one(
            "select (select count(*) from project) as projects, (select count(*) from run) as runs,"
            " (select count(*) from upload) as uploads, (select count(*) from test) as tests"
        )
    assert left == {"projects": 1, "runs": 0, "uploads": 0, "tests": 0}


async def test_removal_while_it_loads(
    database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int
) -> None:
    await loader.start(org_id, NOW)
    await loader.drop(org_id)
    assert (await loader.look(org_id)).status is Status.ABSENT
    assert (await load_all(database, store, loader, org_id)).status is Status.PRESENT


async def test_removal_waits_for_runs_that_are_being_stored(
    database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int
) -> None:
    """Neither stands in the other's way, and no row of a removed project is left behind."""
    for _ in range(3):
        await loader.start(org_id, NOW)
        async with asyncio.timeout(60):
            while (await loader.look(org_id)).done < 5:
                await process_all(database, store)
            await asyncio.gather(process_all(database, store), process_all(database, store), loader.drop(org_id))
        async with database.read(EVERYBODY) as reader:
            for table in (
                "run",
                "test",
                "result_chunk",
                "result_row",
                "finding",
                "day_total",
                "load_metric",
                "message",
            ):
                assert (await reader.one(f"select count(*) as rows from {table}"))["rows"] == 0, table  # noqa: S608


async def test_own_project_of_the_same_name_is_never_touched(
    database: Database, loader: load_sample.Loader, org_id: int
) -> None:
    async with database.write(EVERYBODY) as writer:
        await projects.add_project(writer, org_id, "search", "Our search", "", "main")

    with pytest.raises(errors.ConflictError, match="search"):
        await loader.start(org_id, NOW)

    assert (await loader.look(org_id)).status is Status.ABSENT


async def test_loading_is_told_to_open_browsers(
    database: Database, store: blobs.Blobs, loader: load_sample.Loader, org_id: int
) -> None:
    await load_all(database, store, loader, org_id)

    async with database.read(EVERYBODY) as reader:
        rows = await reader.all("select topic, data from live_event where type = 'sample.changed' order by event_id")
    assert {row["topic"] for row in rows} == {"projects"}
    assert rows[-1]["data"] == {"status": "present", "done": len(TWO_DAYS), "total": len(TWO_DAYS), "projects": SLUGS}
