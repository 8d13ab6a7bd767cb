"""Plain SQL in migrations."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn, cast

import psycopg
from alembic import op


def run_file(script: str) -> None:
    """Execute the .sql file beside a migration script, given its `__file__`."""
    run(Path(script).with_suffix(".sql").read_text("utf-8"))


def run(statements: str) -> None:
    """Execute statements as they are written, without placeholders."""
    connection().execute(statements.encode())


def connection() -> psycopg.Connection:
    """Return the connection that migrations run on."""
    return cast("psycopg.Connection", op.get_bind().connection.driver_connection)


def refuse() -> NoReturn:
    """Refuse to go back: a step back would lose what was stored since."""
    raise NotImplementedError("Migrations go forward only. Restore a backup to go back.")
