from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date

import pytest

from testflux.model.access import EVERYBODY
from testflux.store import migrate, partitions
from testflux.store.database import Database


@pytest.fixture
async def bare(make_database: Callable[..., str]) -> AsyncIterator[Database]:
    """A migrated database without partitions."""
    url = make_database()
    await migrate.upgrade(url)
    database = Database(url)
    await database.open()
    yield database
    await database.close()


async def test_a_month_has_a_partition_of_each_table(bare: Database) -> None:
    async with bare.write(EVERYBODY) as writer:
        made = await partitions.ensure(writer, date(2024, 2, 29))
        assert sorted(made) == sorted(f"{table}_2024_02" for table in partitions.TABLES)
        assert await partitions.list_partitions(writer) == sorted(made)


async def test_every_partitioned_table_is_known(bare: Database) -> None:
    async with bare.read(EVERYBODY) as reader:
        rows = await reader.all("select relname as name from pg_class where relkind = 'p' order by 1")
    assert {row["name"] for row in rows} == set(partitions.TABLES)


async def test_the_first_and_the_last_day_belong_to_it_and_the_next_does_not(bare: Database) -> None:
    async with bare.write(EVERYBODY) as writer:
        await partitions.ensure(writer, date(2024, 12, 31))
        rows = await writer.all(
            "insert into delivery (project_id, run_day, channel_id, event, message, status) "
            "select 1, d, 1, 'test', '{}', 'sent' from (values (date '2024-12-01'), (date '2024-12-31')) v (d) "
            "returning tableoid::regclass::text as name"
        )
        assert [row["name"] for row in rows] == ["delivery_2024_12"] * 2
    with pytest.raises(Exception, match="no partition"):
        async with bare.write(EVERYBODY) as writer:
            await writer.run(
                "insert into delivery (project_id, run_day, channel_id, event, message, status) "
                "values (1, '2025-01-01', 1, 'test', '{}', 'sent')"
            )


async def test_a_partition_has_the_indexes_of_its_table(bare: Database) -> None:
    async with bare.write(EVERYBODY) as writer:
        await partitions.ensure(writer, date(2024, 1, 1))
        rows = await writer.all(
            "select tablename, count(*) as indexes from pg_indexes "
            "where tablename in ('result_row', 'result_row_2024_01') group by 1"
        )
    assert {row["indexes"] for row in rows} == {2}


async def test_this_month_and_three_more_are_made_ahead_once(bare: Database) -> None:
    async with bare.write(EVERYBODY) as writer:
        made = await partitions.ensure_ahead(writer, date(2026, 11, 22))
    assert {name[-7:] for name in made} == {"2026_11", "2026_12", "2027_01", "2027_02"}
    async with bare.write(EVERYBODY) as writer:
        assert await partitions.ensure_ahead(writer, date(2026, 11, 23)) == []


async def test_makers_at_the_same_time_do_not_collide(bare: Database) -> None:
    async def make() -> int:
        async with bare.write(EVERYBODY) as writer:
            return len(await partitions.ensure(writer, date(2025, 5, 5)))

    made = await asyncio.gather(*(make() for _ in range(4)))
    assert sorted(made) == [0, 0, 0, len(partitions.TABLES)]


async def test_what_is_missing_is_named(bare: Database) -> None:
    async with bare.write(EVERYBODY) as writer:
        await partitions.ensure(writer, date(2025, 5, 5))
        await writer.run("drop table load_series_2025_05")
        assert await partitions.find_missing(writer, [date(2025, 5, 1)]) == ["load_series_2025_05"]


async def test_readers_go_on_while_a_partition_is_made(bare: Database) -> None:
    async with bare.read(EVERYBODY) as reader:
        await reader.all("select 1 from result_row limit 1")  # holds its lock until the transaction ends
        async with bare.write(EVERYBODY) as writer:
            await writer.run("set local lock_timeout = '2s'")
            assert await partitions.ensure(writer, date(2025, 5, 5))
