"""Reading one load test."""

from __future__ import annotations

from typing import Any, Final

from testflux.store import queries
from testflux.store.database import Reader, Row

_SQL = queries.load("run_load")
STATISTICS: Final = (
    "count", "rate", "min", "avg", "med", "p90", "p95", "p99", "max", "value", "passes", "fails",
)  # fmt: skip


async def list_thresholds(reader: Reader, run: Row, offset: int, limit: int) -> list[Row]:
    """List thresholds, missed ones first; `type` and `contains` are of the metric."""
    return await reader.all(_SQL["list_thresholds"], **_of(run), **_baseline(run), offset=offset, limit=limit)


async def list_checks(reader: Reader, run: Row, offset: int, limit: int) -> list[Row]:
    """List checks in the report's order."""
    return await reader.all(_SQL["list_checks"], **_of(run), offset=offset, limit=limit)


async def list_groups(reader: Reader, run: Row, offset: int, limit: int) -> list[Row]:
    """List groups, depth first, with the checks in and below each added up."""
    return await reader.all(_SQL["list_groups"], **_of(run), offset=offset, limit=limit)


async def list_metrics(
    reader: Reader, run: Row, offset: int, limit: int, *, name: str | None = None, tags: str | None = None
) -> list[Row]:
    """List metrics by name; `baseline` holds the same statistics of the baseline, None when it lacks the metric.

    `name` and `tags` narrow; tags "" means the metric as a whole.
    """
    values = {"name": name, "tags": tags, "offset": offset, "limit": limit}
    return await reader.all(_SQL["list_metrics"], **_of(run), **_baseline(run), **values)


async def list_series(reader: Reader, run: Row, name: str | None = None, tags: str | None = None) -> list[Row]:
    """List metrics over time by name and tag set: bucket_ms, start_at, counts, sums, p95s, maxima.

    `name` and `tags` narrow; tags "" means the metric as a whole.
    """
    return await reader.all(_SQL["list_series"], **_of(run), run_day=run["run_day"], name=name, tags=tags)


def _of(run: Row) -> dict[str, Any]:
    return {"project_id": run["project_id"], "run_id": run["run_id"]}


def _baseline(run: Row) -> dict[str, Any]:
    return {"baseline_run_id": run["baseline_run_id"]}
