"""Figures over time."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Interval = Literal["day", "week", "month"]


class OpenFindings(msgspec.Struct, frozen=True, kw_only=True):
    """Findings by severity; critical ones count as high."""

    high: int
    medium: int
    low: int
    informational: int


class LoadPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Load figures of a bucket, averaged over its runs. `value` answers a metric of the form load:<metric>:<stat>."""

    http_req_duration_avg_ms: float | None
    http_req_duration_p95_ms: float | None
    vus_max: float | None
    iterations: float | None
    checks_rate: float | None
    value: float | None


class TrendPoint(msgspec.Struct, frozen=True, gc=False):
    """One bucket; `start` is its first day (UTC; weeks start on Monday). `pass_rate` and rates are 0..100.

    `duration_…` is of tests that ran, percentiles from merged histograms; `run_duration_avg_ms` is of whole runs.
    """

    start: date
    runs: int
    pass_rate: float | None
    total: int
    passed: int
    failed: int
    broken: int
    skipped: int
    flaky: int
    duration_avg_ms: float | None
    duration_p50_ms: float | None
    duration_p95_ms: float | None
    run_duration_avg_ms: float | None
    findings: OpenFindings | None
    load: LoadPoint | None


class Trends(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over time; `from` and `to` are days, both included. Buckets without runs are left out."""

    interval: Interval
    from_: date = msgspec.field(name="from")
    to: date
    metric: str
    points: list[TrendPoint]
