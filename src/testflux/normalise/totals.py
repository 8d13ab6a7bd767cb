"""A run in a handful of numbers: the keys that `testflux parse --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from testflux.model import raw, report
from testflux.model.status import Severity, Status

Totals = dict[str, int | dict[str, int]]

_ALWAYS = (Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFORMATIONAL)


def functional(results: Iterable[report.Result]) -> Totals:
    """Count tests by how they ended; a flaky one has passed in the end."""
    return of_counts(Counter(result.status for result in results))


def of_counts(counts: Mapping[Status, int]) -> Totals:
    """Return what `functional` does, of tests that are counted already."""
    return {
        "total": sum(counts.values()),
        "passed": counts.get(Status.PASSED, 0) + counts.get(Status.FLAKY, 0),
        "failed": counts.get(Status.FAILED, 0),
        "skipped": counts.get(Status.SKIPPED, 0),
        "broken": counts.get(Status.BROKEN, 0),
    }


def security(scan: raw.RawReport, findings: tuple[report.Finding, ...]) -> Totals:
    """Count what the file lists (sites, alerts, instances) and what it comes to (findings, by severity)."""
    counts = Counter(finding.severity for finding in findings)
    critical = {Severity.CRITICAL.label: counts[Severity.CRITICAL]} if counts[Severity.CRITICAL] else {}
    return {
        "sites": len(scan.sites),
        "alerts": len(scan.alerts),
        "instances": sum(len(alert.instances) for alert in scan.alerts),
        "findings": len(findings),
        "by_severity": {**critical, **{severity.label: counts[severity] for severity in _ALWAYS}},
    }


def load(test: raw.RawReport) -> Totals:
    """Count metrics, checks and thresholds; `samples` is 0 for a summary, which has none."""
    passed, failed = _checks(test)
    return {
        "metrics": len(test.metrics),
        "samples": test.samples,
        "checks_passed": passed,
        "checks_failed": failed,
        "thresholds": len(test.thresholds),
        "thresholds_failed": sum(not threshold.is_met for threshold in test.thresholds),
    }


def _checks(test: raw.RawReport) -> tuple[int, int]:
    if test.checks:
        return sum(check.passes for check in test.checks), sum(check.fails for check in test.checks)
    rates = [metric.values for metric in test.metrics if metric.name == "checks"]
    return sum(int(rate.get("passes", 0)) for rate in rates), sum(int(rate.get("fails", 0)) for rate in rates)
