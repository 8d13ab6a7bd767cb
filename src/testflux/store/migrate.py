"""Bring a database to the schema this version needs: forward only, safe when several replicas start at once."""

from __future__ import annotations

import asyncio
from importlib import resources

import msgspec
import psycopg

from testflux.kit import errors
from testflux.store import walls

_OLDEST_SERVER = 150000
# Replicas that start together wait for each other here; the number is ours and means nothing else.
_ADVISORY_KEY = 7_368_741_902
# A migration must not queue behind a long query and make everybody queue behind it in turn.
LOCK_TIMEOUT = "10s"


class Status(msgspec.Struct, frozen=True):
    """Which migration a database is at, and which this version needs; `current` is empty for a new database."""

    current: str
    head: str

    @property
    def is_current(self) -> bool:
        """True when nothing has to be migrated."""
        return self.current == self.head


async def upgrade(database_url: str) -> Status:
    """Run every missing migration, all in one transaction. UnavailableError or SetupError say why it could not."""
    return await asyncio.to_thread(_upgrade, database_url)


async def status(database_url: str) -> Status:
    """Say where the database stands, without changing it."""
    return await asyncio.to_thread(_status, database_url)


def list_known() -> list[str]:
    """Return the numbers of the migrations this version has, in order."""
    scripts = (resources.files("testflux.store") / "migrations" / "versions").iterdir()
    return sorted(script.name[1:5] for script in scripts if script.name.startswith("v") and script.name.endswith(".py"))


def _upgrade(database_url: str) -> Status:
    before = _status(database_url, is_start=True)
    if before.is_current:
        _raise_wall(database_url)
        return before
    # Alembic brings SQLAlchemy along: a second and 24 MB that most starts can do without.
    from testflux.store.migrations import runner  # noqa: PLC0415

    try:
        runner.run(lambda: _connect(database_url), _ADVISORY_KEY, LOCK_TIMEOUT)
    except psycopg.OperationalError as error:
        raise _away(error) from error
    _raise_wall(database_url)
    return _status(database_url)


def _raise_wall(database_url: str) -> None:
    """At every start, not by a migration: a role belongs to the cluster, and a restored database may be in another."""
    with _connect(database_url) as connection:
        walls.raise_wall(connection)


def _status(database_url: str, *, is_start: bool = False) -> Status:
    try:
        with _connect(database_url) as connection:
            connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'".encode())
            found = _read_status(connection)
            if is_start:
                _refuse_old_server(connection)
                _refuse_newer_schema(found)
            return found
    except psycopg.OperationalError as error:
        raise _away(error) from error


def _connect(database_url: str) -> psycopg.Connection:
    return psycopg.connect(database_url, connect_timeout=10, prepare_threshold=None)


def _read_status(connection: psycopg.Connection) -> Status:
    current = ""
    if _one(connection, "select to_regclass('alembic_version')") is not None:
        current = _one(connection, "select max(version_num) from alembic_version") or ""
    return Status(current=str(current), head=list_known()[-1])


def _one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _away(error: Exception) -> errors.UnavailableError:
    return errors.UnavailableError(
        f"The database does not answer: {(str(error).strip() or 'no reason given').splitlines()[0]}",
        hint="Check that PostgreSQL runs and that TESTFLUX_DATABASE_URL leads to it.",
    )


def _refuse_old_server(connection: psycopg.Connection) -> None:
    version = connection.info.server_version
    if version < _OLDEST_SERVER:
        raise errors.SetupError(
            f"PostgreSQL {version // 10000} is too old: TestFlux needs 15 or later.",
            hint="Upgrade the server, or unset TESTFLUX_DATABASE_URL to use the PostgreSQL that comes with TestFlux.",
        )


def _refuse_newer_schema(before: Status) -> None:
    if before.current and before.current not in list_known():
        raise errors.SetupError(
            f"This database was migrated by a newer TestFlux (its schema is at {before.current}).",
            hint="Start that newer version again: migrations go forward only.",
        )
