"""The way to the database of an installation: an external one, the one a server runs, or one started for the moment."""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from testflux.kit import errors, trail
from testflux.kit.settings import Settings
from testflux.store import embedded
from testflux.store.database import Database


@contextmanager
def database_url(settings: Settings) -> Generator[str]:
    """Lend the database's address, around a pooler if there is one; SetupError when the data folder holds none."""
    folder = settings.data_dir / "postgres"
    if settings.database_url is not None:
        yield settings.database_direct_url or settings.database_url
    elif running := embedded.find_running_dsn(folder):
        yield running
    elif folder.is_dir():
        with embedded.EmbeddedPostgres(folder) as server:
            yield server.dsn
    else:
        raise errors.SetupError(
            f"There is no database in {settings.data_dir}.",
            hint="Name the data folder with --data or TESTFLUX_DATA, or start `testflux serve` to make a new one.",
            code="no-database",
        )


@asynccontextmanager
async def database(settings: Settings, connections: int = 2) -> AsyncGenerator[Database]:
    """Lend an open pool of so many connections on the database."""
    trail.walk(trail.Trail(actor_name=_who()))
    with database_url(settings) as direct_url:
        pooler_url = settings.database_url if settings.database_direct_url is not None else None
        opened = Database(pooler_url or direct_url, direct_url if pooler_url else None, max_size=connections)
        await opened.open()
        try:
            yield opened
        finally:
            await opened.close()


def _who() -> str:
    """Return whose command this is, as the operating system knows them, for the audit log."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError):  # a container's user may have no name
        return f"user {os.getuid()} (command line)"
