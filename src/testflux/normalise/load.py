"""Load tests: metrics apart from their tag sets, and thresholds with what was measured against them."""

from __future__ import annotations

from testflux.model import limit, raw, report


def metrics(found: list[raw.RawMetric]) -> tuple[report.Metric, ...]:
    """Return the metrics with name and tag set apart; a tag set goes from the first `{` to the last `}`."""
    return tuple(
        report.Metric(
            *split(metric.name),
            metric.type,
            metric.contains,
            metric.values,
            None if metric.histogram is None else tuple(metric.histogram),
        )
        for metric in found
    )


def series(found: list[raw.RawSeries]) -> tuple[report.Series, ...]:
    """Return what was measured over time, with name and tag set apart."""
    return tuple(
        report.Series(
            *split(one.name),
            one.bucket_ms,
            one.start_at,
            tuple(one.counts),
            tuple(one.sums),
            tuple(one.p95s),
            tuple(one.maxima),
        )
        for one in found
    )


def split(name: str) -> tuple[str, str]:
    """Return `http_req_duration` and `scenario:checkout` for `http_req_duration{scenario:checkout}`."""
    start, end = name.find("{"), name.rfind("}")
    return (name[:start], name[start + 1 : end]) if 0 <= start < end else (name, "")


def thresholds(found: list[raw.RawThreshold], measured: list[raw.RawMetric]) -> tuple[report.Threshold, ...]:
    """Return the thresholds with the tool's verdicts and, where the file has it, what was measured."""
    values = {metric.name: metric.values for metric in measured}
    return tuple(_threshold(threshold, values.get(threshold.metric, {})) for threshold in found)


def _threshold(threshold: raw.RawThreshold, values: dict[str, float]) -> report.Threshold:
    demand = limit.parse(threshold.expression)
    if demand is None:
        return report.Threshold(threshold.metric, threshold.expression, threshold.is_met)
    value = values.get(demand.statistic)
    margin = None if value is None else _margin(demand, value)
    return report.Threshold(threshold.metric, threshold.expression, threshold.is_met, value, demand.bound, margin)


def _margin(demand: limit.Limit, value: float) -> float | None:
    """Return how far inside the limit a value is, as a share of the limit; None where that makes no sense."""
    if not demand.bound or demand.operator[0] not in "<>":
        return None
    inside = demand.bound - value if demand.operator[0] == "<" else value - demand.bound
    return inside / abs(demand.bound)
