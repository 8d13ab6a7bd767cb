from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import distribution
from testflux.store.database import Database

# Every unique index of every table, and whether all of it begins with the tenant.
UNIQUE = """
select c.relname as name, i.indexrelid::regclass::text as index, a.attname as leads
from pg_class c
join pg_index i on i.indrelid = c.oid and i.indisunique
join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
where c.relname = any(%(names)s)
"""
IDENTITIES = """
select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type
from pg_class c join pg_attribute a on a.attrelid = c.oid
where a.attidentity <> '' and c.relnamespace = 'public'::regnamespace and c.relname !~ '^procrastinate_'
"""


async def get_plan(database: Database) -> distribution.Plan:
    async with database.read(EVERYBODY) as reader:
        return await distribution.get_plan(reader)


async def test_every_table_has_exactly_one_place(database: Database) -> None:
    plan = await get_plan(database)
    async with database.read(EVERYBODY) as reader:
        names = [table.name for table in await distribution.list_tables(reader)]
    assert sorted([*plan.copied, *plan.spread, *plan.kept]) == names
    assert plan.kept == list(distribution.KEPT), "a new table without project_id: say in store/distribution.py where"


async def test_every_unique_key_of_a_spread_table_begins_with_its_project(database: Database) -> None:
    """Citus can keep rows apart only within a shard; and every look-up shall go to one."""
    plan = await get_plan(database)
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all(UNIQUE, names=plan.spread)
    assert {row["name"] for row in rows} == set(plan.spread)
    assert [row["index"] for row in rows if row["leads"] != "project_id"] == []


async def test_numbers_are_given_out_by_columns_wide_enough_for_every_node(database: Database) -> None:
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all(IDENTITIES)
    assert {row["name"] for row in rows} >= {"run.run_id", "upload.upload_id"}
    assert [row["name"] for row in rows if row["type"] != "bigint"] == []


async def test_foreign_keys_lead_only_where_citus_follows(database: Database) -> None:
    """From everywhere to copied tables; from spread ones also to spread ones. Never to what stays behind."""
    plan = await get_plan(database)
    async with database.read(EVERYBODY) as reader:
        tables = await distribution.list_tables(reader)
    for table in tables:
        allowed = {*plan.copied, *(plan.spread if table.name in plan.spread else [])}
        allowed |= set(plan.kept) if table.name in plan.kept else set()
        assert set(table.refers_to) <= allowed, table.name


async def test_the_statements_name_each_table_in_an_order_that_works(database: Database) -> None:
    plan = await get_plan(database)
    heads = [statement.partition("(")[0].split()[-1] for statement in plan.statements]
    copied, spread = len(plan.copied), len(plan.spread)
    assert heads == [
        "citus",
        *["create_reference_table"] * copied,
        *["create_distributed_table"] * spread,
        *["truncate_local_data_after_distributing_table"] * spread,
    ]
    named = [statement.split("'")[1] for statement in plan.statements[1:]]
    assert named == [*plan.copied, *plan.spread, *plan.spread]
    assert plan.statements[1 + copied] == (
        "select create_distributed_table('upload', 'project_id', colocate_with => 'none')"
    )
    assert "colocate_with => 'upload'" in plan.statements[2 + copied]


async def test_without_citus_nothing_is_done(database: Database) -> None:
    assert (await get_plan(database)).is_possible is False
    with pytest.raises(errors.SetupError, match="Citus"):
        await distribution.run(database)
