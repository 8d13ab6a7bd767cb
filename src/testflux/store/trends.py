"""Reading figures over time, per day, week or month: always from totals, never from single results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec
from psycopg.types.json import Jsonb

from testflux.store import arrays, queries
from testflux.store.database import Reader, Row

_SQL = queries.load("trends")
Interval = Literal["day", "week", "month"]


class LoadMetric(msgspec.Struct, frozen=True):
    """One statistic of one load metric; `tags` is empty for the whole."""

    name: str
    tags: str
    statistic: str


class TrendFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs count; None does not narrow. Both days belong to the range."""

    first_day: date
    last_day: date
    interval: Interval = "day"
    kind: str | None = None
    branch: str | None = None
    environment: str | None = None
    type: str | None = None
    name: str | None = None
    tool: str | None = None
    labels: dict[str, str] | None = None
    metric: str = "pass_rate"
    load_metric: LoadMetric | None = None


async def list_totals(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> list[Row]:
    """List counters and sums of durations per bucket.

    start, runs, of these scans and load_tests, passed, …, duration_sum_ms, run_duration_sum_ms.
    """
    return await reader.all(_SQL["list_totals"], **_filled(project_ids, wanted))


async def list_histograms(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> list[Row]:
    """List merged histograms of test durations per bucket: start, histogram. Buckets without tests are left out."""
    rows = await reader.all(_SQL["list_histograms"], **_filled(project_ids, wanted))
    merged = arrays.add_histograms([row["histograms"] for row in rows])
    pairs = zip(rows, merged, strict=True)
    return [{"start": row["start"], "histogram": counts} for row, counts in pairs if counts.any()]


async def list_findings(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> list[Row]:
    """List open findings by severity per bucket: the last whole scan of each lane, added up."""
    if wanted.kind not in (None, "security"):
        return []
    return await reader.all(_SQL["list_findings"], **_filled(project_ids, wanted))


async def list_load(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> list[Row]:
    """List load figures per bucket, averaged over its runs; `value` is the metric that was asked for."""
    if wanted.kind not in (None, "load"):
        return []
    metric = wanted.load_metric or LoadMetric("", "", "")
    chosen = {"metric": metric.name, "tags": metric.tags, "statistic": metric.statistic}
    return await reader.all(_SQL["list_load"], **_filled(project_ids, wanted), **chosen)


def _filled(project_ids: Sequence[int], wanted: TrendFilter) -> dict[str, Any]:
    values = {name: getattr(wanted, name) for name in TrendFilter.__struct_fields__ if not name.endswith("metric")}
    return values | {
        "project_ids": list(project_ids),
        "by_run": wanted.labels is not None or wanted.tool is not None,
        "labels": None if wanted.labels is None else Jsonb(wanted.labels),
    }
