"""A report as `testflux parse --json` prints it."""

from __future__ import annotations

from datetime import UTC, datetime

from testflux.model import raw, report
from testflux.model.status import Kind

_VALUES = ("count", "rate", "min", "avg", "med", "p90", "p95", "p99", "max", "value")


def describe(seen: report.Report, file: str) -> dict[str, object]:
    """Return one file's entry; its keys are documented in docs/reference. Metrics say only what the file says."""
    entry: dict[str, object] = {
        "file": file,
        "format": seen.format,
        "kind": seen.kind.value,
        "tool": {"name": seen.tool.name, "version": seen.tool.version},
        "started_at": _moment(seen.started_at),
        "duration_ms": seen.duration_ms,
        "complete": seen.is_complete,
        "warnings": [_warning(warning) for warning in seen.warnings],
        "totals": seen.totals,
    }
    if seen.kind is Kind.LOAD:
        entry["metrics"] = {_name(metric): _metric(metric) for metric in seen.metrics}
    return entry


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _warning(warning: raw.ReportWarning) -> dict[str, object]:
    entry = {"code": warning.code, "message": warning.message, "line": warning.line, "byte": warning.byte}
    return {key: value for key, value in entry.items() if value is not None}


def _name(metric: report.Metric) -> str:
    return f"{metric.name}{{{metric.tags}}}" if metric.tags else metric.name


def _metric(metric: report.Metric) -> dict[str, object]:
    entry: dict[str, object] = {"type": metric.type}
    if metric.contains:
        entry["contains"] = metric.contains
    return {**entry, **{key: metric.values[key] for key in _VALUES if key in metric.values}}
