"""Load tests: thresholds, checks, groups, metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class ThresholdItem(msgspec.Struct, frozen=True, kw_only=True):
    """A limit the test set itself. `margin` is how far inside it lies, as a share of the limit (negative: missed)."""

    metric: str
    expression: str
    ok: bool
    value: float | None
    limit: float | None
    margin: float | None
    unit: Literal["ms", "bytes", "%", ""]
    previous_value: float | None


class ThresholdPage(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds of a run, missed ones first."""

    items: list[ThresholdItem]
    next_cursor: str | None


class CheckItem(msgspec.Struct, frozen=True, kw_only=True):
    """A check; `group` is its path of group names, `rate` the share that passed, 0..100."""

    group: list[str]
    name: str
    passes: int
    fails: int
    rate: float


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of a run, in the report's order."""

    items: list[CheckItem]
    next_cursor: str | None


class GroupItem(msgspec.Struct, frozen=True, kw_only=True):
    """A group of a load test with the checks below it, added up. `depth` is 0 for a top-level group."""

    path: list[str]
    name: str
    depth: int
    checks_passed: int
    checks_failed: int


class GroupPage(msgspec.Struct, frozen=True, kw_only=True):
    """The groups of a run, depth first."""

    items: list[GroupItem]
    next_cursor: str | None


class MetricItem(msgspec.Struct, frozen=True, kw_only=True):
    """One metric; times in ms, data in bytes. `values` holds what the report holds, e.g. count, rate, avg, p95."""

    name: str
    tags: str
    type: str
    contains: str
    values: dict[str, float]
    baseline: dict[str, float] | None


class MetricPage(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of a run, by name."""

    items: list[MetricItem]
    next_cursor: str | None


class SeriesItem(msgspec.Struct, frozen=True, kw_only=True):
    """A metric over the time of a load test, in buckets of `bucket_ms` from `start_at`; times in ms, data in bytes.

    `tags` is empty for the whole test. One entry a bucket; where `counts` is 0 there were no samples.
    """

    name: str
    tags: str
    bucket_ms: int
    start_at: datetime
    counts: list[int]
    sums: list[float]
    p95s: list[float]
    maxima: list[float]


class SeriesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics over time, by name and tags; empty when the report holds only figures for the whole test."""

    items: list[SeriesItem]
    next_cursor: str | None
