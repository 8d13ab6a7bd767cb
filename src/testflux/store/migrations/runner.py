"""Alembic, in one transaction of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError


def run(dial: Callable[[], psycopg.Connection], key: int, lock_timeout: str) -> None:
    """Run every missing migration in one transaction, one replica after the other: `key` is that of an advisory lock.

    psycopg.OperationalError when the database refuses.
    """
    try:
        with create_engine("postgresql+psycopg://", creator=dial, poolclass=NullPool).begin() as connection:
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({key})")
            connection.exec_driver_sql(f"set local lock_timeout = '{lock_timeout}'")
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    except OperationalError as error:
        raise (error.orig or error) from error


def get_head() -> str | None:
    """Return the number of the newest migration as alembic sees it."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    return configuration
