"""k6's machine-readable summary (`--new-machine-readable-summary`), spelt as its schema says and as k6 writes it.

It holds no thresholds and no groups. `config.script` is the script's whole text and may hold secrets: it is not read.
"""

from __future__ import annotations

from datetime import timedelta

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import blocks, json_document, times

_SPELLINGS = {"p(90)": "p90", "p(95)": "p95", "p90": "p90", "p95": "p95"}
_VALUES = {"count", "min", "avg", "med", "max", "value", "rate"}
_LONGEST_S = 10 * 365 * 86_400


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a summary. Raises ReportError when it is not well-formed, breaks off or has no metrics."""
    warnings: list[raw.ReportWarning] = []
    document = json_document.as_object(json_document.decode(blocks.everything(stream), warnings))
    results = json_document.as_object(document.get("results"))
    if not isinstance(results.get("metrics"), list):
        raise errors.ReportError(
            'This looks like a k6 machine-readable summary, but its "results" have no "metrics".',
            code="report-shape",
            hint="Send the file as k6 wrote it.",
        )
    report = raw.RawReport("k6-machine-summary", Kind.LOAD, raw.Tool("k6"), warnings=warnings)
    _read_time(document, report)
    for metric in map(json_document.as_object, json_document.as_list(results["metrics"])):
        _read_metric(metric, report)
    _read_checks(json_document.as_object(results.get("checks")), report)
    message = (
        "This summary holds no thresholds, so nothing says whether the run is good:"
        " run k6 without --new-machine-readable-summary, or send its exit code along."
    )
    report.warnings.append(raw.ReportWarning("k6-no-thresholds", message))
    return report


def _read_time(document: dict[str, object], report: raw.RawReport) -> None:
    """Read version, duration and, as the summary is written when the run ends, its start."""
    metadata = json_document.as_object(document.get("metadata"))
    version = json_document.as_text(metadata.get("k6Version") or metadata.get("k6_version"))
    report.tool = raw.Tool("k6", version.removeprefix("v"))
    seconds = json_document.as_number(json_document.as_object(document.get("config")).get("duration"))
    end = times.iso(json_document.as_text(metadata.get("generatedAt") or metadata.get("generated_at")))
    if seconds is not None and 0 <= seconds < _LONGEST_S:
        report.duration_ms = seconds * 1000
        report.started_at = end and end - timedelta(seconds=seconds)
    else:
        report.started_at = end


def _read_metric(metric: dict[str, object], report: raw.RawReport) -> None:
    name, kind = (json_document.as_text(metric.get(key)) for key in ("name", "type"))
    found = json_document.as_object(metric.get("values"))
    numbers = {key: number for key, value in found.items() if (number := json_document.as_number(value)) is not None}
    values = {
        _SPELLINGS.get(key, key): number for key, number in numbers.items() if key in _SPELLINGS or key in _VALUES
    }
    if kind == "rate":
        values |= _rate(numbers)
    if kind == "counter" and report.duration_ms and "count" in values:
        values["rate"] = values["count"] / report.duration_ms * 1000
    if name:
        report.metrics.append(raw.RawMetric(name, kind, json_document.as_text(metric.get("contains")), values))


def _rate(numbers: dict[str, float]) -> dict[str, float]:
    """Return passes and fails, by which the other summaries count what this one calls matches and total."""
    matches, total = numbers.get("matches"), numbers.get("total")
    return {} if matches is None or total is None else {"passes": matches, "fails": total - matches}


def _read_checks(checks: dict[str, object], report: raw.RawReport) -> None:
    """Read the checks, which have lost their groups, and their rate under the name that other summaries give it."""
    for metric in map(json_document.as_object, json_document.as_list(checks.get("metrics"))):
        if metric.get("name") == "checks_succeeded":
            _read_metric({**metric, "name": "checks"}, report)
    for check in map(json_document.as_object, json_document.as_list(checks.get("results"))):
        passes, fails = (json_document.as_count(check.get(key)) for key in ("passes", "fails"))
        report.checks.append(raw.RawCheck((), json_document.as_text(check.get("name")), passes, fails))
