"""k6's end-of-test summary, in both its shapes: what `handleSummary` is given, and what `--summary-export` writes."""

from __future__ import annotations

import hashlib
import json

import msgspec


class Metric(msgspec.Struct, frozen=True):
    """One metric: `type` is trend, rate, counter or gauge; `contains` is time, data or default."""

    name: str
    type: str
    contains: str
    values: dict[str, float]


class Threshold(msgspec.Struct, frozen=True):
    """A limit on one statistic of a metric (or sub-metric): `stat<limit` or `stat>limit`."""

    metric: str
    stat: str
    sign: str
    limit: float

    @property
    def expression(self) -> str:
        """The limit as its author wrote it."""
        return f"{self.stat}{self.sign}{self.limit:g}"

    def holds(self, values: dict[str, float]) -> bool:
        """Say whether the metric's values keep the limit."""
        value = values[self.stat]
        return value < self.limit if self.sign == "<" else value > self.limit


class Check(msgspec.Struct, frozen=True):
    """One check and how often it held."""

    name: str
    passes: int
    fails: int


class Summary(msgspec.Struct, frozen=True):
    """One load test. `groups` are (name, checks), one level deep."""

    duration_ms: float
    metrics: tuple[Metric, ...]
    thresholds: tuple[Threshold, ...]
    groups: tuple[tuple[str, tuple[Check, ...]], ...]


def write_handle_summary(summary: Summary) -> bytes:
    """Return what a script gets that prints `JSON.stringify(data)` in `handleSummary(data)`."""
    groups = [
        {**_named(name), "groups": [], "checks": [_check(name, check) for check in checks]}
        for name, checks in summary.groups
    ]
    metrics: dict[str, dict[str, object]] = {}
    for metric in summary.metrics:
        entry: dict[str, object] = {"type": metric.type, "contains": metric.contains, "values": metric.values}
        limits = _thresholds(summary, metric)
        metrics[metric.name] = {**entry, "thresholds": {k: {"ok": ok} for k, ok in limits.items()}} if limits else entry
    document = {
        "root_group": {**_named(""), "groups": groups, "checks": []},
        "options": {
            "summaryTrendStats": ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"],
            "summaryTimeUnit": "",
            "noColor": False,
        },
        "state": {"isStdOutTTY": False, "isStdErrTTY": False, "testRunDurationMs": summary.duration_ms},
        "metrics": metrics,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def write_summary_export(summary: Summary) -> bytes:
    """Return what `k6 run --summary-export` writes: maps for lists, no types, and `true` for a missed threshold."""
    groups = {
        name: {**_named(name), "groups": {}, "checks": {check.name: _check(name, check) for check in checks}}
        for name, checks in summary.groups
    }
    metrics: dict[str, dict[str, object]] = {}
    for metric in summary.metrics:
        values: dict[str, object] = {**metric.values}
        if metric.type == "rate":
            values["value"] = values.pop("rate")
        limits = _thresholds(summary, metric)
        metrics[metric.name] = {**values, "thresholds": {k: not ok for k, ok in limits.items()}} if limits else values
    document = {"root_group": {**_named(""), "groups": groups, "checks": {}}, "metrics": metrics}
    return json.dumps(document, indent=4).encode()


def _thresholds(summary: Summary, metric: Metric) -> dict[str, bool]:
    return {t.expression: t.holds(metric.values) for t in summary.thresholds if t.metric == metric.name}


def _named(name: str) -> dict[str, str]:
    path = f"::{name}" if name else ""
    return {"name": name, "path": path, "id": hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()}


def _check(group: str, check: Check) -> dict[str, object]:
    path = f"::{group}::{check.name}"
    digest = hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()
    return {"name": check.name, "path": path, "id": digest, "passes": check.passes, "fails": check.fails}
