"""Reading figures over time, per day, week or month: always from totals, never from single results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from testflux.store import histograms, queries
from testflux.store.database import Reader, Row

_SQL = queries.load("trends")
Interval = Literal["day", "week", "month"]
Ints = NDArray[Any]
_SUMS: Final = (
    *("runs", "passed", "failed", "broken", "skipped", "flaky"),
    *("duration_sum_ms", "run_duration_sum_ms"),
)
_LANE: Final = np.dtype([("day", ">i4"), ("length", ">i4"), ("sums", ">i8", len(_SUMS))])
_FIRST: Final = np.datetime64("2000-01-01", "D")
"""The day that PostgreSQL counts from: a Saturday."""


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


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What runs add up to, an entry a bucket, old to new; buckets without runs are left out.

    `starts` are first days; `sums` holds runs, passed, …, duration_sum_ms and run_duration_sum_ms; rows of `histograms`
    are all zeros where no test ran. Whether any run is a scan or a load test is said of all buckets together.
    """

    starts: list[date]
    sums: dict[str, Ints]
    histograms: Ints
    has_scans: bool
    has_load_tests: bool


async def list_totals(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> Totals:
    """Add up counters, durations and their histograms per bucket."""
    row = await reader.one(_SQL["list_totals"], **_filled(project_ids, wanted))
    lanes = np.frombuffer(row["sums"], _LANE)
    starts, places = np.unique(_starts(lanes["day"], wanted.interval), return_inverse=True)
    sums = np.zeros((len(starts), len(_SUMS)), np.int64)
    histograms.add_rows(sums, lanes["sums"], places)
    return Totals(
        starts=starts.tolist(),
        sums=dict(zip(_SUMS, sums.T, strict=True)),
        histograms=histograms.add_up(row["histograms"], lanes["length"], places, len(starts)),
        has_scans=row["has_scans"],
        has_load_tests=row["has_load_tests"],
    )


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


def _starts(days: Ints, interval: Interval) -> Ints:
    """Return the first days of buckets; weeks begin on Monday."""
    begun = _FIRST + days.astype("m8[D]")
    if interval == "week":
        return begun - ((days + 5) % 7).astype("m8[D]")
    return begun.astype("M8[M]").astype("M8[D]") if interval == "month" else begun


def _filled(project_ids: Sequence[int], wanted: TrendFilter) -> dict[str, Any]:
    values = {name: getattr(wanted, name) for name in TrendFilter.__struct_fields__ if not name.endswith("metric")}
    return values | {
        "project_ids": list(project_ids),
        "by_run": wanted.labels is not None or wanted.tool is not None,
        "labels": None if wanted.labels is None else Jsonb(wanted.labels),
    }
