"""One round trip a statement: what goes before it, what stays prepared, and what is left behind when it goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from testflux.kit import errors
from testflux.model.access import EVERYBODY, Tenant
from testflux.store import wire
from testflux.store.database import Database, Reader

WHO = "select current_user::text as who, current_setting('transaction_read_only') as reads"


@pytest.fixture
async def single(database_url: str) -> AsyncIterator[Database]:
    """A database with one connection, so that each meets what the one before left in it."""
    house = Database(database_url, max_size=1)
    await house.open()
    yield house
    await house.close()


async def prepared(reader: Reader) -> list[str]:
    """Return what is prepared on the connection."""
    rows = await reader.connection.execute("select statement from pg_prepared_statements")
    return [row["statement"] for row in await rows.fetchall()]


async def test_what_comes_again_is_prepared(single: Database) -> None:
    async with single.read(EVERYBODY) as reader:
        assert await reader.one("select %(n)s::int as n", n=1) == {"n": 1}
        assert "select $1::int as n" not in await prepared(reader)
        assert await reader.one("select %(n)s::int as n", n=2) == {"n": 2}
        assert (await prepared(reader)).count("select $1::int as n") == 1
        assert await reader.one("select %(n)s::int as n", n=3) == {"n": 3}
        assert (await prepared(reader)).count("select $1::int as n") == 1


async def test_a_rollback_forgets_nothing(single: Database) -> None:
    for _ in range(3):
        async with single.read(EVERYBODY) as reader:
            await reader.one("select 7 as n")
        with pytest.raises(RuntimeError):  # noqa: PT012
            async with single.write(EVERYBODY) as writer:
                await writer.one("select 8 as n")
                # What others (the queue) send over it psycopg would prepare itself, to forget it with all else.
                for _ in range(7):
                    await writer.connection.execute("select %s::int as n", (9,))
                raise RuntimeError
    async with single.read(EVERYBODY) as reader:
        assert {"select 7 as n", "select 8 as n"} <= set(await prepared(reader))


async def test_numbers_of_every_size_and_none_fit(single: Database) -> None:
    async with single.read(EVERYBODY) as reader:
        for _ in range(3):
            for number in (1, 70_000, 2**40, None, -1):
                assert await reader.one("select %(n)s::bigint as n", n=number) == {"n": number}


async def test_names_may_come_twice_and_percent_signs_stay(single: Database) -> None:
    query = "select %(b)s::int - %(a)s::int as d, 7 %% 4 as rest, '5%%' as share, %(b)s::int as b, %(c)b::bytea as c"
    async with single.read(EVERYBODY) as reader:
        row = await reader.one(query, a=1, b=5, c=b"\0")
    assert row == {"d": 4, "rest": 3, "share": "5%", "b": 5, "c": b"\0"}


async def test_a_parameter_that_is_not_given_is_named(single: Database) -> None:
    async with single.read(EVERYBODY) as reader:
        with pytest.raises(KeyError, match="n"):
            await reader.all("select %(n)s::int")
        assert await reader.one("select 1 as n") == {"n": 1}


async def test_a_tenants_statement_leaves_no_role_behind(single: Database) -> None:
    owner = (await single.look_up(WHO) or {})["who"]
    for _ in range(3):
        async with single.read(Tenant(1)) as reader:
            assert await reader.one(WHO) == {"who": "testflux_tenant", "reads": "on"}
            with pytest.raises(psycopg.errors.DivisionByZero):
                await reader.all("select 1 / 0")
        assert await single.look_up(WHO) == {"who": owner, "reads": "off"}
        async with single.write(Tenant(1)) as writer:
            assert await writer.one(WHO) == {"who": "testflux_tenant", "reads": "off"}
        async with single.read(EVERYBODY) as reader:
            assert await reader.one(WHO) == {"who": owner, "reads": "on"}


async def test_a_plan_serves_one_role(single: Database) -> None:
    """The same words are prepared for the tenants' role and for the owner: neither makes the other's plan anew."""
    for _ in range(3):
        for scope in (Tenant(1), EVERYBODY):
            async with single.read(scope) as reader:
                await reader.all("select slug from project")
    async with single.read(EVERYBODY) as reader:
        assert (await prepared(reader)).count("select slug from project") == 2


async def test_statements_of_a_reader_are_transactions_and_those_of_a_holder_one(single: Database) -> None:
    async with single.read(EVERYBODY) as reader:
        first, second = [(await reader.one("select now() as at"))["at"] for _ in range(2)]
    assert first < second
    async with single.hold(EVERYBODY) as reader:
        first, second = [(await reader.one("select now() as at"))["at"] for _ in range(2)]
        assert (await reader.one(WHO))["reads"] == "on"
    assert first == second


async def test_only_what_asks_for_it_is_planned_once(single: Database) -> None:
    async with single.read(Tenant(1)) as reader:
        mode = "select current_setting('plan_cache_mode') as mode"
        assert await reader.planned_once.one(mode) == {"mode": "force_generic_plan"}
        assert await reader.one(mode) == {"mode": "auto"}
        assert (await reader.planned_once.one(WHO))["who"] == "testflux_tenant"
    async with single.hold(EVERYBODY) as reader:
        assert reader.planned_once is reader


async def test_a_statement_whose_table_changed_is_prepared_anew(single: Database) -> None:
    async with single.write(EVERYBODY) as writer:
        await writer.run("create table t (a integer)")
    for _ in range(3):
        async with single.read(EVERYBODY) as reader:
            assert await reader.all("select * from t") == []
    async with single.write(EVERYBODY) as writer:
        await writer.run("alter table t add column b integer")
        await writer.run("insert into t values (1, 2)")
    async with single.read(EVERYBODY) as reader:
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            await reader.all("select * from t")
        for _ in range(3):
            assert await reader.all("select * from t") == [{"a": 1, "b": 2}]


async def test_more_statements_than_are_kept_make_it_forget(single: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_MOST_KNOWN", 10)
    async with single.read(EVERYBODY) as reader:
        for number in range(30):
            for _ in range(3):
                assert await reader.one(f"select {number} as n") == {"n": number}
        assert len(await prepared(reader)) <= 10


async def test_who_gives_up_waiting_leaves_a_connection_of_use(single: Database) -> None:
    for _ in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), single.read(Tenant(1)) as reader:
                await reader.all("select pg_sleep(60)")
        async with single.write(EVERYBODY) as writer:
            assert await writer.one("select 1 as n") == {"n": 1}


async def test_a_connection_that_breaks_while_it_answers_is_named_so(single: Database) -> None:
    for _ in range(2):
        with pytest.raises(errors.UnavailableError):
            async with single.read(EVERYBODY) as reader:
                await reader.all("select pg_terminate_backend(pg_backend_pid())")
        async with single.read(EVERYBODY) as reader:
            assert await reader.one("select 1 as n") == {"n": 1}


async def test_much_goes_both_ways(single: Database) -> None:
    """More than fits into the sockets' buffers, of parameters and of rows, behind another statement."""
    text = "x" * 5_000_000
    async with single.read(Tenant(1)) as reader:
        rows = await reader.all("select %(text)s::text || n as t from generate_series(1, 3) n", text=text)
    assert [row["t"] for row in rows] == [f"{text}{number}" for number in (1, 2, 3)]
