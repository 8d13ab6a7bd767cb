from __future__ import annotations

import asyncio
import functools

import psycopg
import pytest
from psycopg import conninfo
from psycopg.types.json import Jsonb

from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import turns
from testflux.store.database import Database, Writer


async def make_table(writer: Writer) -> None:
    await writer.run("create table t (a text, b text[], c jsonb, d timestamptz)")


async def test_a_writer_commits_at_its_end(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        await make_table(writer)
    async with database.read(EVERYBODY) as reader:
        assert await reader.all("select a from t") == []


async def test_a_writer_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with database.write(EVERYBODY) as writer:
            await make_table(writer)
            raise RuntimeError
    async with database.read(EVERYBODY) as reader:
        assert (await reader.one("select to_regclass('t') as t"))["t"] is None


async def test_a_reader_cannot_write_and_its_connection_can_afterwards(database_url: str) -> None:
    database = Database(database_url, max_size=1)
    await database.open()
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with database.read(EVERYBODY) as reader:
            await reader.all("create table t (a text)")
    async with database.write(EVERYBODY) as writer:
        await make_table(writer)
    await database.close()


async def test_short_reads_take_turns_at_few_connections(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "Turns", functools.partial(turns.Turns, 2, 600))
    database = Database(database_url, max_size=10)
    await database.open()
    pids = set[int]()

    async def read() -> None:
        pids.add((await database.look_up("select pg_backend_pid() as pid") or {})["pid"])
        async with database.read(EVERYBODY) as reader:
            pids.add((await reader.one("select pg_backend_pid() as pid"))["pid"])

    await asyncio.gather(*(read() for _ in range(30)))
    await database.close()
    assert len(pids) <= 2


async def test_a_read_inside_others_that_wait_for_it_has_its_turn(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "Turns", functools.partial(turns.Turns, 1))
    database = Database(database_url, max_size=4)
    await database.open()
    async with database.read(EVERYBODY) as outer, database.read(EVERYBODY) as inner:
        assert await inner.one("select 1 as n") == await outer.one("select 1 as n")
    await database.close()


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_whoever_gets_a_readers_connection_next_can_write(database_url: str, *, is_cancelled: bool) -> None:
    """The queue takes connections from the pool itself, without asking for a writer."""
    database = Database(database_url, max_size=1)
    await database.open()
    inside, leaving = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with database.read(EVERYBODY) as reader:
            await reader.all("select 1")
            inside.set()
            await leaving.wait()

    reading = asyncio.create_task(read())
    await inside.wait()
    if is_cancelled:
        reading.cancel()
    leaving.set()
    await asyncio.wait([reading])
    async with database.pool.connection() as connection:
        await connection.execute("create table t (a text)")
    await database.close()
    assert reading.cancelled() == is_cancelled


async def test_rows_come_as_they_are_asked_for(database: Database) -> None:
    async with database.read(EVERYBODY) as reader:
        assert await reader.all("select %(n)s::int as n union select 2 order by 1", n=1) == [{"n": 1}, {"n": 2}]
        assert await reader.find("select 1 as n where false") is None
        assert await reader.one("select 1 as n") == {"n": 1}
        with pytest.raises(errors.NotFoundError):
            await reader.one("select 1 where false")


async def test_a_statement_says_how_many_rows_it_touched(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        await make_table(writer)
        assert await writer.run("insert into t (a) select generate_series(1, 3)") == 3


async def test_copy_loads_text_that_postgresql_cannot_hold(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        await make_table(writer)
        rows = [("a\0b", ["\udc00"], Jsonb({"k\0": "\ud800"})), ("c", [], Jsonb(None))]
        await writer.copy("t", ("a", "b", "c"), ("text", "text[]", "jsonb"), rows)
        assert await writer.all("select a, b, c from t order by a") == [
            {"a": "a�b", "b": ["�"], "c": {"k�": "�"}},
            {"a": "c", "b": [], "c": None},
        ]


async def test_parameters_are_cleaned_as_well(database: Database) -> None:
    async with database.read(EVERYBODY) as reader:
        row = await reader.one("select %(a)s::text as a, %(b)s::text[] as b", a="x\0", b=["\ud800"])
    assert row == {"a": "x�", "b": ["�"]}


async def test_times_come_in_utc_whatever_the_server_thinks(database_url: str) -> None:
    name = conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"alter database {name} set timezone to 'Asia/Kolkata'".encode())
    database = Database(database_url)
    await database.open()
    async with database.read(EVERYBODY) as reader:
        row = await reader.one("select timestamptz '2026-06-15 12:00+02' as t")
    assert row["t"].isoformat() == "2026-06-15T10:00:00+00:00"
    await database.close()


async def test_a_broken_connection_is_replaced_before_anybody_gets_it(database_url: str) -> None:
    database = Database(database_url, max_size=1)
    await database.open()
    async with database.read(EVERYBODY) as reader:
        pid = (await reader.one("select pg_backend_pid() as pid"))["pid"]
    with psycopg.connect(database_url, autocommit=True) as killer:
        killer.execute("select pg_terminate_backend(%s, 5000)", (pid,))

    async with database.read(EVERYBODY) as reader:
        assert (await reader.one("select pg_backend_pid() as pid"))["pid"] != pid
    await database.close()


async def test_a_connection_that_breaks_in_use_is_named_so(database: Database, database_url: str) -> None:
    with pytest.raises(errors.UnavailableError, match="does not answer"):  # noqa: PT012
        async with database.write(EVERYBODY) as writer:
            pid = (await writer.one("select pg_backend_pid() as pid"))["pid"]
            with psycopg.connect(database_url, autocommit=True) as killer:
                killer.execute("select pg_terminate_backend(%s, 5000)", (pid,))
            await writer.run("select 1")
    async with database.read(EVERYBODY) as reader:
        assert await reader.one("select 1 as n") == {"n": 1}


async def test_a_database_that_is_away_is_named_so() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", timeout_s=0.2)
    with pytest.raises(errors.UnavailableError, match="does not answer"):
        await database.open()
    await database.close()


async def test_behind_a_pooler_nothing_is_prepared(database_url: str) -> None:
    database = Database(database_url, direct_url=database_url + "?application_name=direct", max_size=1)
    await database.open()
    async with database.read(EVERYBODY) as reader:
        for _ in range(10):
            await reader.all("select 1")
        assert await reader.all("select name from pg_prepared_statements") == []
    await database.close()


async def test_a_listener_hears_what_is_committed(database: Database) -> None:
    async with database.listen("news") as payloads:
        async with database.write(EVERYBODY) as writer:
            await writer.run("select pg_notify('news', 'one')")
        assert await anext(payloads) == "one"


async def test_a_listener_learns_that_its_connection_broke(database: Database, database_url: str) -> None:
    with pytest.raises(errors.UnavailableError):  # noqa: PT012
        async with database.listen("news") as payloads:
            with psycopg.connect(database_url, autocommit=True) as killer:
                killer.execute(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                    "where datname = current_database() and query ilike 'listen%'"
                )
            await anext(payloads)


async def test_what_postgresql_prepared_for_readers_is_kept(database_url: str) -> None:
    house = Database(database_url, max_size=1)
    await house.open()
    prepared = []
    for _ in range(7):
        async with house.read(EVERYBODY) as reader:
            prepared = await reader.all("select name from pg_prepared_statements")
    assert prepared
    await house.close()
