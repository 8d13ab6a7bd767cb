"""Load tests: metrics apart from their tag sets, and thresholds with what was measured against them."""

from __future__ import annotations

import re

import msgspec

from testflux.model import raw, report

_THRESHOLD = re.compile(
    r"\s*(?P<statistic>count|rate|value|avg|min|max|med|p\(\s*\d{1,3}(?:\.\d+)?\s*\))"
    r"\s*(?P<operator><=|<|>=|>|===|==|!=)\s*(?P<limit>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*"
)
_PERCENTILES = {"p(90)": "p90", "p(95)": "p95", "p(99)": "p99", "p(50)": "med", "p(0)": "min", "p(100)": "max"}


class Limit(msgspec.Struct, frozen=True):
    """A threshold's expression, taken apart: `statistic` is a key of a metric's values."""

    statistic: str
    operator: str
    limit: float


def metrics(found: list[raw.RawMetric]) -> tuple[report.Metric, ...]:
    """Return the metrics with name and tag set apart; a tag set goes from the first `{` to the last `}`."""
    return tuple(report.Metric(*split(metric.name), metric.type, metric.contains, metric.values) for metric in found)


def split(name: str) -> tuple[str, str]:
    """Return `http_req_duration` and `scenario:checkout` for `http_req_duration{scenario:checkout}`."""
    start, end = name.find("{"), name.rfind("}")
    return (name[:start], name[start + 1 : end]) if 0 <= start < end else (name, "")


def limit(expression: str) -> Limit | None:
    """Return what an expression like `p(95)<500` demands, None when it is not of k6's grammar."""
    found = _THRESHOLD.fullmatch(expression)
    if found is None:
        return None
    statistic = found["statistic"].replace(" ", "")
    return Limit(_PERCENTILES.get(statistic, statistic), found["operator"], float(found["limit"]))


def thresholds(found: list[raw.RawThreshold], measured: list[raw.RawMetric]) -> tuple[report.Threshold, ...]:
    """Return the thresholds with the tool's verdicts and, where the file has it, what was measured."""
    values = {metric.name: metric.values for metric in measured}
    return tuple(_threshold(threshold, values.get(threshold.metric, {})) for threshold in found)


def _threshold(threshold: raw.RawThreshold, values: dict[str, float]) -> report.Threshold:
    demand = limit(threshold.expression)
    if demand is None:
        return report.Threshold(threshold.metric, threshold.expression, threshold.is_met)
    value = values.get(demand.statistic)
    margin = None if value is None else _margin(demand, value)
    return report.Threshold(threshold.metric, threshold.expression, threshold.is_met, value, demand.limit, margin)


def _margin(demand: Limit, value: float) -> float | None:
    """Return how far inside the limit a value is, as a share of the limit; None where that makes no sense."""
    if not demand.limit or demand.operator[0] not in "<>":
        return None
    inside = demand.limit - value if demand.operator[0] == "<" else value - demand.limit
    return inside / abs(demand.limit)
