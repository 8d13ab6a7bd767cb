"""Bring a database to the schema this version needs: forward only, safe when several replicas start at once."""

from __future__ import annotations

import asyncio
from importlib import resources

import msgspec
import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from testflux.kit import errors

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
    try:
        return await asyncio.to_thread(_upgrade, database_url)
    except OperationalError as error:
        raise _away(error) from error


async def status(database_url: str) -> Status:
    """Say where the database stands, without changing it."""
    return await asyncio.to_thread(_status, database_url)


def _upgrade(database_url: str) -> Status:
    with _connect(database_url) as connection, connection.begin():
        _refuse_old_server(connection)
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_ADVISORY_KEY})")
        connection.exec_driver_sql(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        before = _read_status(connection)
        _refuse_newer_schema(before)
        if not before.is_current:
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
        return _read_status(connection)


def _status(database_url: str) -> Status:
    with _connect(database_url) as connection:
        return _read_status(connection)


def _read_status(connection: Connection) -> Status:
    head = ScriptDirectory.from_config(_configuration()).get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()
    return Status(current=current or "", head=head or "")


def _connect(database_url: str) -> Connection:
    def dial() -> psycopg.Connection:
        return psycopg.connect(database_url, connect_timeout=10, prepare_threshold=None)

    try:
        return create_engine("postgresql+psycopg://", creator=dial, poolclass=NullPool).connect()
    except psycopg.OperationalError as error:
        raise _away(error) from error


def _away(error: Exception) -> errors.UnavailableError:
    return errors.UnavailableError(
        f"The database does not answer: {str(error).strip().splitlines()[0]}",
        hint="Check that PostgreSQL runs and that TESTFLUX_DATABASE_URL leads to it.",
    )


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(resources.files("testflux.store") / "migrations"))
    return configuration


def _refuse_old_server(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("show server_version_num").scalar_one())
    if version < _OLDEST_SERVER:
        raise errors.SetupError(
            f"PostgreSQL {version // 10000} is too old: TestFlux needs 15 or later.",
            hint="Upgrade the server, or unset TESTFLUX_DATABASE_URL to use the PostgreSQL that comes with TestFlux.",
        )


def _refuse_newer_schema(before: Status) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions()}
    if before.current and before.current not in known:
        raise errors.SetupError(
            f"This database was migrated by a newer TestFlux (its schema is at {before.current}).",
            hint="Start that newer version again: migrations go forward only.",
        )
