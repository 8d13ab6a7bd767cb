"""Behind PgBouncer in transaction mode every statement may meet another session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tiny_reports
from serve_house import open_serve_house, send
from services import needs_pgbouncer, open_pooler
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.store import migrate
from testflux.store.database import Database

pytestmark = needs_pgbouncer
Pooled = Callable[[str], str]


@pytest.fixture(scope="module")
def pooled(postgres_url: str) -> Iterator[Pooled]:
    """A pooler that shares two sessions among all."""
    with open_pooler(postgres_url, connections=2) as pooled:
        yield pooled


async def test_a_pooler_that_was_not_named_is_refused(pooled: Pooled, database_url: str) -> None:
    database = Database(pooled(database_url))
    with pytest.raises(errors.SetupError, match="pooler") as raised:
        await database.open()
    assert "TESTFLUX_DATABASE_DIRECT_URL" in raised.value.hint
    await database.close()


async def test_a_pooler_in_session_mode_takes_its_own_address_twice(postgres_url: str, database_url: str) -> None:
    with open_pooler(postgres_url, connections=20, mode="session") as pooled:
        database = Database(pooled(database_url), pooled(database_url))
        await database.open()
        async with database.listen("news") as payloads:
            async with database.write(EVERYBODY) as writer:
                await writer.run("select pg_notify('news', 'one')")
            assert await anext(payloads) == "one"
        await database.close()


async def test_sessions_are_shared_and_nothing_stays_in_them(pooled: Pooled, database_url: str) -> None:
    """Readers stay readers, times stay UTC, and no prepared statement is missed, whoever had the session before."""
    database = Database(pooled(database_url), database_url, max_size=8)
    await database.open()

    async def read() -> tuple[int, str, str]:
        async with database.read(EVERYBODY) as reader:
            row = await reader.one(
                "select pg_backend_pid() as pid, current_setting('timezone') as zone, "
                "current_setting('transaction_read_only') as reads"
            )
        return row["pid"], row["zone"], row["reads"]

    async def write() -> str:
        async with database.write(EVERYBODY) as writer:
            await writer.run("create temporary table mine (n integer) on commit drop")
            await writer.copy("mine", ("n",), ("int4",), [(1,), (2,)])
            return (await writer.one("select sum(n)::int as n, current_setting('timezone') as zone from mine"))["zone"]

    answers = await asyncio.gather(*(read() for _ in range(60)), *(write() for _ in range(60)))
    reads = [answer for answer in answers if isinstance(answer, tuple)]
    assert len({pid for pid, _, _ in reads}) <= 2
    assert {(zone, only) for _, zone, only in reads} == {("UTC", "on")}
    assert {answer for answer in answers if isinstance(answer, str)} == {"UTC"}
    await database.close()


async def test_a_new_database_is_migrated_through_a_pooler(pooled: Pooled, make_database: Callable[..., str]) -> None:
    url = make_database()
    first, second = await asyncio.gather(migrate.upgrade(pooled(url)), migrate.upgrade(pooled(url)))
    assert first.is_current
    assert second.is_current
    assert await migrate.status(url) == first


async def test_the_whole_house_works_behind_it(pooled: Pooled, database_url: str, tmp_path: Path) -> None:
    """Uploads, jobs, lists, figures, live events and removal, with more askers than sessions."""
    async with open_serve_house(
        pooled(database_url), tmp_path, is_working=True, database_direct_url=database_url
    ) as house:
        admin = house.client()
        await admin.post("/projects", json={"slug": "shop", "name": "Shop"})
        reports = [tiny_reports.robot({"Pays": "PASS", f"Number {n}": "FAIL"}, clock.now()) for n in range(6)]
        uploads = await asyncio.gather(*(send(admin, "shop", f"{n}.xml", report) for n, report in enumerate(reports)))
        assert [upload["status"] for upload in uploads] == ["stored"] * 6
        begin = (await admin.get("/live/events?topics=projects")).json()
        paths = ("/overview", "/projects/shop/summary", "/projects/shop/runs", "/projects/shop/tests", "/trends")
        answers = await asyncio.gather(*(admin.get(path) for path in paths * 5))
        assert {answer.status_code for answer in answers} == {200}
        run_id = uploads[0]["runs"][0]["id"]
        assert (await admin.delete(f"/runs/{run_id}")).status_code == 204
        asked = {"topics": "projects", "after": begin["last_event"], "wait": 10}
        heard = (await admin.get("/live/events", params=asked)).json()["items"]
        assert [item["type"] for item in heard] == ["run.deleted"]
        assert len((await admin.get("/projects/shop/runs")).json()["items"]) == 5
