"""What k6 left behind of one run, put together: samples, its own summary, its exit code. Each checks the others."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from testflux.model import limit, raw

THRESHOLDS_FAILED = 99
"""k6's exit code for a run that went well but missed a threshold."""

_EXITS = {
    97: ("errored", "the cloud run failed"),
    98: ("errored", "it lost track of the cloud run"),
    100: ("errored", "setup() took too long"),
    101: ("errored", "teardown() took too long"),
    102: ("errored", "it ran out of time"),
    103: ("aborted", "it was stopped through its REST API"),
    104: ("errored", "its configuration is not valid"),
    105: ("aborted", "it was stopped by a signal"),
    106: ("errored", "its REST API could not start"),
    107: ("errored", "the script threw an exception"),
    108: ("aborted", "the script called test.abort()"),
    109: ("errored", "k6 itself crashed"),
    110: ("errored", "the script called exec.test.fail()"),
}
_MOST_MISMATCHES = 20
_CLOSE = 1e-9
_CSV_ROUNDS_TO = 1e-6
_COMPARED = {
    "trend": {"count", "min", "avg", "med", "p90", "p95", "p99", "max", "p(99.9)"},
    "counter": {"count"},
    "rate": {"passes", "fails"},
}


def join(samples: raw.RawReport, summary: raw.RawReport | None, exit_code: int | None) -> raw.RawReport:
    """Return one report of one run; what went in stays as it is.

    Numbers and times come from the samples; thresholds with k6's own verdicts, checks, types and whatever else k6
    computed from the summary. Where both say the same thing differently, a warning `k6-mismatch` says so. `samples` may
    be a summary itself, to judge it by its exit code.
    """
    joined = msgspec.structs.replace(samples, warnings=list(samples.warnings), thresholds=list(samples.thresholds))
    if summary is not None:
        joined = _with_summary(joined, summary)
    if exit_code is not None:
        _judge(joined, exit_code)
    return joined


def _with_summary(samples: raw.RawReport, summary: raw.RawReport) -> raw.RawReport:
    metrics = _metrics(samples, summary)
    types = {metric.name for metric in summary.metrics if metric.type}
    warnings = [item for item in samples.warnings if not _is_settled(item, types)]
    if samples.is_complete and summary.is_complete:
        warnings += _mismatches(samples, summary)
    settled = summary.warnings if not samples.thresholds else _without_complaint(summary.warnings)
    has_tree = summary.format != "k6-machine-summary" and bool(summary.checks)
    return msgspec.structs.replace(
        samples,
        tool=summary.tool if summary.tool.version else samples.tool,
        started_at=samples.started_at or summary.started_at,
        duration_ms=samples.duration_ms if summary.duration_ms is None else summary.duration_ms,
        is_complete=samples.is_complete and summary.is_complete,
        name=samples.name or summary.name,
        warnings=[*warnings, *settled],
        metrics=metrics,
        thresholds=summary.thresholds or samples.thresholds,
        checks=summary.checks if has_tree else samples.checks or summary.checks,
        groups=list(dict.fromkeys([*summary.groups, *samples.groups])),
    )


def _metrics(samples: raw.RawReport, summary: raw.RawReport) -> list[raw.RawMetric]:
    """Return the samples' metrics with what only the summary says of them, then the metrics that only it has.

    A metric whose type had to be guessed, and wrongly so, is the summary's; its breakdown by tags goes.
    """
    written = {metric.name: metric for metric in summary.metrics}
    wrong = {
        metric.name
        for metric in samples.metrics
        if metric.name in written and written[metric.name].type not in {metric.type, ""}
    }
    joined = {
        metric.name: _merge(metric, written.get(metric.name))
        for metric in samples.metrics
        if metric.name.partition("{")[0] not in wrong
    }
    return list((joined | {name: metric for name, metric in written.items() if name not in joined}).values())


def _merge(metric: raw.RawMetric, written: raw.RawMetric | None) -> raw.RawMetric:
    """Return a metric with the statistics that only k6 computed, and its rate over the time of the whole run."""
    if written is None:
        return metric
    values = {**written.values, **metric.values}
    if metric.type == "counter" and "rate" in written.values:
        values["rate"] = written.values["rate"]
    return raw.RawMetric(metric.name, metric.type, written.contains or metric.contains, values, metric.histogram)


def _is_settled(warning: raw.ReportWarning, types: set[str]) -> bool:
    """Whether a warning says that a type was guessed which the summary knows."""
    return warning.code == "k6-guessed-type" and any(f" {name[:80]!r} " in warning.message for name in types)


def _without_complaint(warnings: list[raw.ReportWarning]) -> list[raw.ReportWarning]:
    """Leave out that the summary holds no thresholds: the samples do."""
    return [warning for warning in warnings if warning.code != "k6-no-thresholds"]


def _mismatches(samples: raw.RawReport, summary: raw.RawReport) -> list[raw.ReportWarning]:
    found = [*_different_numbers(samples, summary), *_different_verdicts(samples, summary)]
    told = [raw.ReportWarning("k6-mismatch", message) for message in found[:_MOST_MISMATCHES]]
    if len(found) > len(told):
        message = f"{len(found) - len(told)} more numbers differ: are samples and summary of one run?"
        told.append(raw.ReportWarning("k6-mismatch", message))
    return told


def _different_numbers(samples: raw.RawReport, summary: raw.RawReport) -> Iterator[str]:
    written = {metric.name: metric for metric in summary.metrics}
    rounded = _CSV_ROUNDS_TO if samples.format == "k6-csv" else 1e-12
    for metric in samples.metrics:
        other = written.get(metric.name)
        if other is None or other.type != metric.type:
            continue
        theirs = {"med" if key == "p(50)" else key: value for key, value in other.values.items()}
        for key in sorted(_COMPARED.get(metric.type, set()) & theirs.keys() & metric.values.keys()):
            own = metric.values[key]
            if not math.isclose(own, theirs[key], rel_tol=_CLOSE, abs_tol=rounded):
                yield f"{key} of {metric.name} is {own!r} by the samples, {theirs[key]!r} by the summary."


def _different_verdicts(samples: raw.RawReport, summary: raw.RawReport) -> Iterator[str]:
    """Yield thresholds that the samples speak against; not on a counter's rate, for samples lack the run's time."""
    verdicts = {(item.metric, item.expression): item.is_met for item in summary.thresholds}
    counters = {metric.name for metric in samples.metrics if metric.type == "counter"}
    for item in samples.thresholds:
        demand = limit.parse(item.expression)
        is_timed = demand is not None and demand.statistic == "rate" and item.metric in counters
        if not is_timed and verdicts.get((item.metric, item.expression), item.is_met) is not item.is_met:
            held = "held" if item.is_met else "was missed"
            yield f"{item.expression} of {item.metric} {held} by the samples, but not so by the summary."


def _judge(report: raw.RawReport, exit_code: int) -> None:
    """Take k6's exit code into a report."""
    missed = [item for item in report.thresholds if not item.is_met]
    if exit_code == THRESHOLDS_FAILED:
        if not missed:
            report.thresholds.append(raw.RawThreshold("k6", "exit code 99", is_met=False))
            message = "k6 missed a threshold (exit code 99) that this file does not name: send its summary along."
            report.warnings.append(raw.ReportWarning("k6-exit", message))
    elif exit_code == 0:
        if missed:
            message = f"k6 ended well (exit code 0), though {missed[0].expression} of {missed[0].metric} was missed."
            report.warnings.append(raw.ReportWarning("k6-mismatch", message))
    else:
        report.is_complete = False
        how, why = _EXITS.get(exit_code, ("errored", "it was killed, or something else than k6 failed"))
        report.warnings.append(raw.ReportWarning("k6-exit", f"The run {how} (exit code {exit_code}): {why}."))
