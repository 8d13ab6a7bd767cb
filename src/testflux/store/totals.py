"""What the runs of a day add up to, kept in step by the transactions that add and remove runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testflux.store import histograms, queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("totals")
Ints = NDArray[Any]


async def add_day_total(writer: Writer, project_id: int, run_id: int) -> None:
    """Add a stored run to its day. The caller holds the project's row: what is read here nobody else changes."""
    of_day, of_run = await _get_histograms(writer, project_id, run_id)
    packed = histograms.pack(of_day + of_run)
    await writer.run(_SQL["add_day_total"], project_id=project_id, run_id=run_id, duration_histogram=packed)


async def drop_day_total(writer: Writer, project_id: int, run_id: int) -> None:
    """Take a run out of its day, before the run itself is removed. The caller holds the project's row."""
    of_day, of_run = await _get_histograms(writer, project_id, run_id)
    packed = histograms.pack(np.maximum(of_day - of_run, 0))
    await writer.run(_SQL["subtract_day_total"], project_id=project_id, run_id=run_id, duration_histogram=packed)
    await writer.run(_SQL["drop_empty"], project_id=project_id, run_id=run_id)


async def list_differences(reader: Reader, since: date) -> list[Row]:
    """Recount the days from `since` on; return lanes whose totals differ from their runs (none, unless we erred)."""
    return await reader.all(_SQL["list_differences"], since=since)


async def _get_histograms(writer: Writer, project_id: int, run_id: int) -> tuple[Ints, Ints]:
    row = await writer.one(_SQL["get_histograms"], project_id=project_id, run_id=run_id)
    return histograms.unpack(row["of_day"]), histograms.unpack(row["of_run"])
