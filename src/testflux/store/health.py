"""Which database answers, how large it is, and what waits for an administrator."""

from __future__ import annotations

from datetime import datetime

from testflux.model.health import SetAside, SizeFigures, TableSize
from testflux.store import queries
from testflux.store.database import Reader

_SQL = queries.load("health")


async def get_version(reader: Reader) -> str:
    """Return PostgreSQL's version, e.g. `18.6`."""
    return (await reader.one(_SQL["get_version"]))["version"].partition(" ")[0]


async def get_place(reader: Reader) -> str:
    """Return what tells this database from every other, also from those restored from a backup of it."""
    return (await reader.one(_SQL["get_place"]))["place"]


async def list_set_aside(reader: Reader) -> list[SetAside]:
    """Return how many uploads of which project TestFlux itself failed on, the most first."""
    return [SetAside(**row) for row in await reader.all(_SQL["list_set_aside"])]


async def get_sizes(reader: Reader) -> SizeFigures:
    """Measure what is stored: it looks at each table's files, so do it once a minute rather than each second."""
    sizes = await reader.one(_SQL["get_sizes"])
    tables = [TableSize(**row) for row in await reader.all(_SQL["list_tables"])]
    return SizeFigures(**sizes, tables=tables)


async def get_started(reader: Reader) -> datetime:
    """Return since when PostgreSQL runs."""
    return (await reader.one(_SQL["get_started"]))["started_at"]
