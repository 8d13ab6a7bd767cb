"""What the runs of a day add up to, kept in step by the transactions that add and remove runs."""

from __future__ import annotations

from datetime import date

from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("totals")


async def add_day_total(writer: Writer, project_id: int, run_id: int) -> None:
    """Add a stored run to its day."""
    await writer.run(_SQL["add_day_total"], project_id=project_id, run_id=run_id)


async def drop_day_total(writer: Writer, project_id: int, run_id: int) -> None:
    """Take a run out of its day, before the run itself is removed."""
    await writer.run(_SQL["subtract_day_total"], project_id=project_id, run_id=run_id)
    await writer.run(_SQL["drop_empty"], project_id=project_id, run_id=run_id)


async def list_differences(reader: Reader, since: date) -> list[Row]:
    """Recount the days from `since` on; return lanes whose totals differ from their runs (none, unless we erred)."""
    return await reader.all(_SQL["list_differences"], since=since)
