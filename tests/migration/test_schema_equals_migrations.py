from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import psycopg

from testflux.store import migrate

# Everything a person would call the schema, one line each. Tables of the queue and of alembic are somebody else's.
CATALOG = r"""
with ours as (
    select c.oid, c.relname, c.relkind from pg_class c
    where c.relnamespace = 'public'::regnamespace
      and c.relname !~ '^(procrastinate_|alembic_)' and c.relkind in ('r', 'p', 'v')
)
select format('%s %s partition by %s', relkind, relname, pg_get_partkeydef(oid)) from ours
union all
select format('column %s.%s %s %s default %s identity %s storage %s',
              relname, attname, format_type(atttypid, atttypmod),
              case when attnotnull then 'not null' end, pg_get_expr(adbin, adrelid), attidentity, attstorage)
from ours join pg_attribute on attrelid = oid left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attnum > 0 and not attisdropped
union all
select format('index %s', pg_get_indexdef(indexrelid)) from ours join pg_index on indrelid = oid
union all
select format('constraint %s.%s %s', relname, conname, pg_get_constraintdef(c.oid))
from ours join pg_constraint c on conrelid = ours.oid
union all
select format('view %s %s %s', relname, reloptions, pg_get_viewdef(ours.oid))
from ours join pg_class c using (oid, relname) where ours.relkind = 'v'
union all
select format('policy %s on %s %s using %s check %s', p.polname, ours.relname, p.polcmd,
              pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
from ours join pg_policy p on p.polrelid = ours.oid join pg_class c on c.oid = ours.oid and c.relrowsecurity
union all
select format('function %s', pg_get_functiondef(p.oid)) from pg_proc p
where pronamespace = 'public'::regnamespace and proname !~ '^procrastinate_'
order by 1
"""


def read_catalog(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return [row[0] for row in connection.execute(CATALOG)]


async def test_the_sum_of_migrations_is_the_schema(make_database: Callable[..., str]) -> None:
    declared, migrated = make_database(), make_database()
    with psycopg.connect(declared) as connection:
        connection.execute((resources.files("testflux.store") / "schema.sql").read_bytes())
    await migrate.upgrade(migrated)

    assert read_catalog(declared) == read_catalog(migrated)
    assert len(read_catalog(migrated)) > 200


def test_the_catalog_sees_a_difference(make_database: Callable[..., str]) -> None:
    one, other = make_database(), make_database()
    for url, column in ((one, "a integer not null"), (other, "a integer")):
        with psycopg.connect(url) as connection:
            connection.execute(f"create table t ({column})".encode())

    assert read_catalog(one) != read_catalog(other)
