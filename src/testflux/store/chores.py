"""When the regular tasks last ran, whether they came to their end, and what they found amiss."""

from __future__ import annotations

from collections.abc import Awaitable

from testflux.model.access import EVERYBODY
from testflux.model.health import ChoreFigures
from testflux.store import queries
from testflux.store.database import Database, Reader

PARTITIONS = "partitions"
RECOUNT = "recount"
RETENTION = "retention"
FILES = "files"
AUDIT = "audit"

_SQL = queries.load("chores")


async def note(database: Database, name: str, doing: Awaitable[int]) -> int:
    """Do a task and write down that it began, and that it ended with so much found; one that dies never ended."""
    async with database.write(EVERYBODY) as writer:
        await writer.run(_SQL["save_begun"], name=name)
    found = await doing
    async with database.write(EVERYBODY) as writer:
        await writer.run(_SQL["save_ended"], name=name, found=found)
    return found


async def list_chores(reader: Reader) -> list[ChoreFigures]:
    """Return the tasks that ever began."""
    return [ChoreFigures(**row) for row in await reader.all(_SQL["list_chores"])]
