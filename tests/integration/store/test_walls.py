"""The second wall holds by itself: here the queries are raw, and name nobody's organisation."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest
from psycopg import conninfo, sql

from databases import opened
from testflux.kit import errors
from testflux.model.access import EVERYBODY, Tenant
from testflux.store import database, migrate, projects, walls

PASSWORD = "of a test"
# Tables beside the wall, and why.
OUTSIDE = {
    "alembic_version": "of the migrations",
    "app_user": "a person may belong to many organisations",
    "backup": "of the installation",
    "blob": "files by their content; whose they are, uploads say",
    "chore": "of the installation",
    "external_identity": "of a person at a provider",
    "intake_outcome": "of the installation",
    "intake_stage": "of the installation",
    "password_reset": "of a person",
    "recovery_code": "of a person",
    "session": "of a person's sign-in",
    "sign_in": "of a person, who may look at another organisation with it",
    "sign_in_flow": "of somebody not signed in yet",
    "sign_in_wait": "of addresses and of whoever they claim to be",
    "worker": "of the installation",
}


async def add_two(database: database.Database) -> tuple[Tenant, Tenant, list[int]]:
    """Make two organisations, the first with two projects, the second with one; each project has a message."""
    async with database.write(EVERYBODY) as writer:
        ids = [
            (await writer.one("insert into org (slug, name) values (%(s)s, %(s)s) returning org_id", s=slug))["org_id"]
            for slug in ("ours", "theirs")
        ]
        made = [
            (await projects.add_project(writer, org_id, slug, slug, "", "main"))["project_id"]
            for org_id, slug in ((ids[0], "one"), (ids[0], "two"), (ids[1], "three"))
        ]
        for number in made:
            await writer.run(
                "insert into message (project_id, digest, text) values (%(id)s, ''::bytea, 'secret')", id=number
            )
    return Tenant(ids[0]), Tenant(ids[1]), made


async def read_ids(database: database.Database, tenant: Tenant, table: str) -> list[int]:
    query = sql.SQL("select project_id from {} order by 1").format(sql.Identifier(table))
    async with database.read(tenant) as reader:
        return [row["project_id"] for row in await reader.all(query)]


@pytest.mark.parametrize("table", ["project", "message"])
async def test_a_query_that_forgets_whose_rows_finds_only_the_tenants(database: database.Database, table: str) -> None:
    ours, theirs, (one, two, three) = await add_two(database)
    assert await read_ids(database, ours, table) == [one, two]
    assert await read_ids(database, theirs, table) == [three]
    assert await read_ids(database, Tenant(ours.org_id, (two,)), table) == [two]
    assert await read_ids(database, Tenant(ours.org_id, (two, three)), table) == [two]
    assert await read_ids(database, Tenant(ours.org_id, ()), table) == []
    assert await read_ids(database, Tenant(ours.org_id + 77), table) == []


async def test_whose_rows_are_named_is_forgotten_with_the_transaction(database: database.Database) -> None:
    ours, _, made = await add_two(database)
    await read_ids(database, ours, "project")
    async with database.read(EVERYBODY) as reader:
        assert [row["project_id"] for row in await reader.all("select project_id from project order by 1")] == made


async def test_nothing_named_is_nothing_seen(database: database.Database) -> None:
    await add_two(database)
    async with database.hold(EVERYBODY) as reader:
        await reader.connection.execute("set local role testflux_tenant")
        assert await reader.all("select project_id from project") == []
        assert await reader.all("select project_id from message") == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into message (project_id, digest, text) values (%(id)s, 'x'::bytea, 'mine')",
        "insert into project (org_id, slug, name) values (%(org)s, 'four', 'four')",
        "insert into role_grant (org_id, user_id, role) values (%(org)s, 1, 'owner')",
        "update project set org_id = %(org)s where project_id = %(own)s",
    ],
)
async def test_nothing_is_written_for_others(database: database.Database, statement: str) -> None:
    ours, theirs, (one, _, three) = await add_two(database)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        async with database.write(ours) as writer:
            await writer.run(statement, id=three, org=theirs.org_id, own=one)


async def test_what_others_have_is_neither_changed_nor_removed(database: database.Database) -> None:
    ours, theirs, (_, _, three) = await add_two(database)
    async with database.write(ours) as writer:
        assert await writer.run("update message set text = 'changed' where project_id = %(id)s", id=three) == 0
        assert await writer.run("delete from message where project_id = %(id)s", id=three) == 0
    async with database.read(theirs) as reader:
        assert await reader.all("select text from message") == [{"text": "secret"}]


async def test_writing_for_one_project_still_counts_the_whole_organisation(database: database.Database) -> None:
    ours, _, (one, two, _) = await add_two(database)
    async with database.write(Tenant(ours.org_id, (one,))) as writer:
        found = await writer.all("select project_id from project order by 1")
    assert [row["project_id"] for row in found] == [one, two]


async def test_partitions_are_not_reached_past_their_table(database: database.Database) -> None:
    ours, _, _ = await add_two(database)
    async with database.read(EVERYBODY) as reader:
        part = await reader.one(
            """
            select c.relname as name from pg_inherits join pg_class c on c.oid = inhrelid
            where inhparent = %(t)s::text::regclass
            """,
            t="result_chunk",
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.read(ours) as reader:
            await reader.all(sql.SQL("select from {}").format(sql.Identifier(part["name"])))


async def test_every_table_stands_behind_the_wall_or_is_named(database: database.Database) -> None:
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all(
            """
            select relname as name,
                   relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid) as is_behind,
                   has_table_privilege('testflux_tenant', oid, 'select') as is_granted
            from pg_class c
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
              and not starts_with(relname, 'procrastinate_')
            """
        )
    assert {row["name"] for row in rows if not row["is_behind"]} == set(OUTSIDE)
    assert [row["name"] for row in rows if not row["is_granted"]] == ["alembic_version"]


async def test_the_planner_asks_once_which_projects_there_are(database: database.Database) -> None:
    ours, _, _ = await add_two(database)
    async with database.read(ours) as reader:
        plan = await reader.all("explain select text from message where project_id = 1")
    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "hashed SubPlan" in text
    assert "InitPlan" in text


def add_user(connection: psycopg.Connection, name: str) -> sql.Identifier:
    statement = sql.SQL("create role {} login password {}").format(sql.Identifier(name), sql.Literal(PASSWORD))
    connection.execute(statement)
    return sql.Identifier(name)


@pytest.fixture
def plain_user(make_database: Callable[..., str]) -> str:
    """A database that belongs to a user who may not make roles, as where PostgreSQL is rented."""
    url = make_database()
    name = f"plain_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("grant all on schema public to {}").format(add_user(connection, name)))
    return conninfo.make_conninfo(url, user=name, password=PASSWORD)


async def test_without_the_right_to_make_the_role_the_first_wall_stands_alone(plain_user: str) -> None:
    await migrate.upgrade(plain_user)
    async with opened(plain_user) as house:
        assert not house.has_wall
        async with house.read(Tenant(1)) as reader:
            assert await reader.all("select project_id from project") == []


async def test_an_administrator_can_raise_the_wall_later(plain_user: str, postgres_url: str) -> None:
    await migrate.upgrade(plain_user)
    user = sql.Identifier(str(conninfo.conninfo_to_dict(plain_user)["user"]))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("grant testflux_tenant to {}").format(user))
    await migrate.upgrade(plain_user)
    async with opened(plain_user) as house:
        assert house.has_wall
        ours, theirs, made = await add_two(house)
        assert await read_ids(house, ours, "project") == made[:2]
        assert await read_ids(house, theirs, "message") == made[2:]


async def test_who_does_not_own_the_tables_is_told_so(database_url: str) -> None:
    other = f"other_{uuid.uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        add_user(connection, other)
    with pytest.raises(errors.SetupError, match="belong to another database user"):
        async with opened(conninfo.make_conninfo(database_url, user=other, password=PASSWORD)):
            pass


def test_a_tenant_travels_with_the_beginning() -> None:
    assert walls.begin(EVERYBODY, is_read_only=True, has_wall=True) == b"begin read only"
    assert walls.begin(Tenant(5), is_read_only=True, has_wall=False) == b"begin read only"
    text = walls.begin(Tenant(5, (3, 4)), is_read_only=True, has_wall=True).decode()
    assert text.split("; ") == [
        "begin read only",
        "set local role testflux_tenant",
        "set local testflux.org = '5'",
        "set local testflux.projects = '{3,4}'",
    ]
    assert b"projects" not in walls.begin(Tenant(5, (3,)), is_read_only=False, has_wall=True)
