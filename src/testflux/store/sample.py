"""The sample history as the database sees it."""

from __future__ import annotations

from testflux.store import queries
from testflux.store.database import Reader, Row

_SQL = queries.load("sample")


async def list_projects(reader: Reader, org_id: int) -> list[Row]:
    """Return the sample projects (project_id, slug) in the order they were made."""
    return await reader.all(_SQL["list_sample_projects"], org_id=org_id)


async def count_uploads(reader: Reader, org_id: int) -> tuple[int, int]:
    """Count the uploads of the sample projects: those that are finished, and all."""
    row = await reader.one(_SQL["count_sample_uploads"], org_id=org_id)
    return row["finished"], row["total"]
