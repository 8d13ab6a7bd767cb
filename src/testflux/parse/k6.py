"""k6's end-of-test summaries: `--summary-export`, and the data of `handleSummary` written as JSON."""

from __future__ import annotations

import re

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import blocks, json_document, k6_builtin, times

_KEPT_PERCENTILES = {"p(90)": "p90", "p(95)": "p95", "p(99)": "p99"}
_VALUES = {"count", "rate", "min", "avg", "med", "max", "value", "passes", "fails"}
_PERCENTILE = re.compile(r"p\((?:\d{1,3}(?:\.\d{1,10})?)\)$")
_DEEPEST_GROUP = 100


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a summary. Raises ReportError when it is not well-formed, breaks off or has no metrics."""
    warnings: list[raw.ReportWarning] = []
    document = json_document.as_object(json_document.decode(blocks.everything(stream), warnings))
    metrics = document.get("metrics")
    if not json_document.is_object(metrics):
        raise errors.ReportError(
            'This looks like a k6 summary, but it has no "metrics".',
            code="report-shape",
            hint="Send the file of --summary-export, or in handleSummary write JSON.stringify(data).",
        )
    name = "k6-handle-summary" if _is_handle_summary(document) else "k6-summary"
    report = raw.RawReport(name, Kind.LOAD, raw.Tool("k6"), warnings=warnings)
    for key, value in metrics.items():
        _read_metric(key, json_document.as_object(value), report)
    _read_group(json_document.as_object(document.get("root_group")), (), report)
    _read_state(document, report)
    return report


def _is_handle_summary(document: dict[str, object]) -> bool:
    metrics = json_document.as_object(document["metrics"]).values()
    return any(json_document.is_object(json_document.as_object(metric).get("values")) for metric in metrics)


def _read_metric(name: str, metric: dict[str, object], report: raw.RawReport) -> None:
    holder = json_document.as_object(metric.get("values")) or metric
    numbers = {key: number for key, value in holder.items() if (number := json_document.as_number(value)) is not None}
    kind = json_document.as_text(metric.get("type")) or _kind(numbers)
    values = {_KEPT_PERCENTILES.get(key, key): number for key, number in numbers.items() if _is_statistic(key)}
    if kind == "rate":
        _mend_rate(values)
    contains = json_document.as_text(metric.get("contains")) or k6_builtin.unit(name)
    report.metrics.append(raw.RawMetric(name, kind, contains, values))
    for expression, verdict in json_document.as_object(metric.get("thresholds")).items():
        is_met = _is_met(verdict)
        if is_met is None:
            report.warnings.append(
                raw.ReportWarning(
                    "unexpected-value", f"The threshold {expression[:80]!r} of {name[:80]!r} has no verdict."
                )
            )
        else:
            report.thresholds.append(raw.RawThreshold(name, expression, is_met))


def _is_met(verdict: object) -> bool | None:
    """In handleSummary `{"ok": true}` means met; in --summary-export a bare `true` means that the threshold FAILED."""
    if isinstance(verdict, bool):
        return not verdict
    ok = json_document.as_object(verdict).get("ok")
    return ok if isinstance(ok, bool) else None


def _is_statistic(key: str) -> bool:
    return key in _VALUES or _PERCENTILE.match(key) is not None


def _kind(numbers: dict[str, float]) -> str:
    """Tell a metric's type by its values, for --summary-export does not write it."""
    if "passes" in numbers and "fails" in numbers:
        return "rate"
    if "count" in numbers and "rate" in numbers:
        return "counter"
    if "value" in numbers:
        return "gauge"
    return "trend"


def _mend_rate(values: dict[str, float]) -> None:
    """Name a rate `rate`: --summary-export calls it `value`, and k6 before 0.30 wrote 0 whatever it was."""
    passes, total = values.get("passes", 0.0), values.get("passes", 0.0) + values.get("fails", 0.0)
    written = values.pop("value", None)
    if "rate" not in values and (total or written is not None):
        values["rate"] = passes / total if total else written or 0.0


def _read_group(group: dict[str, object], path: tuple[str, ...], report: raw.RawReport) -> None:
    """Read a group's checks and groups: maps by name in --summary-export, lists in handleSummary."""
    for name, check in _named(group.get("checks")):
        passes, fails = (json_document.as_count(check.get(key)) for key in ("passes", "fails"))
        report.checks.append(raw.RawCheck(path, name, passes, fails))
    if len(path) >= _DEEPEST_GROUP:
        return
    for name, inner in _named(group.get("groups")):
        report.groups.append((*path, name))
        _read_group(inner, (*path, name), report)


def _named(holder: object) -> list[tuple[str, dict[str, object]]]:
    if json_document.is_object(holder):
        return [(name, json_document.as_object(item)) for name, item in holder.items()]
    objects = [json_document.as_object(item) for item in json_document.as_list(holder)]
    return [(json_document.as_text(item.get("name")), item) for item in objects]


def _read_state(document: dict[str, object], report: raw.RawReport) -> None:
    """Read how long the run took and, where somebody added it, when it was and which k6 it was."""
    state = json_document.as_object(document.get("state"))
    report.duration_ms = json_document.as_number(state.get("testRunDurationMs"))
    if report.duration_ms is None:
        report.duration_ms = _duration_from_counters(report.metrics)
    metadata = json_document.as_object(document.get("metadata"))
    version = json_document.as_text(metadata.get("k6Version") or metadata.get("k6_version"))
    report.tool = raw.Tool("k6", version.removeprefix("v"))
    report.started_at = times.iso(json_document.as_text(metadata.get("generatedAt") or metadata.get("generated_at")))


def _duration_from_counters(metrics: list[raw.RawMetric]) -> float | None:
    """Return count / rate of a counter: k6 divides by the whole run's duration."""
    for name in ("iterations", "http_reqs", "data_sent", "data_received"):
        for metric in metrics:
            rate = metric.values.get("rate", 0.0)
            if metric.name == name and metric.type == "counter" and rate > 0:
                return json_document.as_number(metric.values.get("count", 0.0) / rate * 1000)
    return None
