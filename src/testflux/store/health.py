"""Which database answers, and what became of the newest uploads."""

from __future__ import annotations

from testflux.store import queries
from testflux.store.database import Reader

_SQL = queries.load("health")


async def get_version(reader: Reader) -> str:
    """Return PostgreSQL's version, e.g. `18.6`."""
    return (await reader.one(_SQL["get_version"]))["version"].partition(" ")[0]


async def get_place(reader: Reader) -> str:
    """Return what tells this database from every other, also from those restored from a backup of it."""
    return (await reader.one(_SQL["get_place"]))["place"]


async def count_uploads(reader: Reader) -> dict[str, int]:
    """Count the uploads of the last day, by status."""
    return {row["status"]: row["count"] for row in await reader.all(_SQL["count_uploads"])}
