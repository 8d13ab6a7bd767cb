"""How a run ended as a whole. The rules in words: docs/explain/verdicts.md."""

from __future__ import annotations

from testflux.model.report import Report
from testflux.model.status import Confidence, Kind, Severity, Status, Verdict


def judge(report: Report) -> Verdict:
    """Judge a report. What failed stays failed even when the report breaks off; an incomplete one is never green."""
    if _JUDGES[report.kind](report):
        return Verdict.FAILED
    if not report.is_complete:
        return Verdict.INCOMPLETE
    if _is_empty(report):
        return Verdict.EMPTY
    if any(result.status is Status.FLAKY for result in report.results):
        return Verdict.FLAKY
    return Verdict.PASSED


def _has_bad_result(report: Report) -> bool:
    return any(result.status.is_bad for result in report.results)


def _has_grave_finding(report: Report) -> bool:
    return any(
        finding.severity >= Severity.HIGH and finding.confidence is not Confidence.FALSE_POSITIVE
        for finding in report.findings
    )


def _has_missed_threshold(report: Report) -> bool:
    return any(not threshold.is_met for threshold in report.thresholds)


def _is_empty(report: Report) -> bool:
    """True when nothing was judged: no test that ran, no site that was scanned, no metric.

    SARIF names no sites: a tool that ran through and found nothing has judged.
    """
    match report.kind:
        case Kind.FUNCTIONAL:
            return all(result.status is Status.SKIPPED for result in report.results)
        case Kind.SECURITY:
            return not report.sites and not report.findings and report.format != "sarif"
        case Kind.LOAD:
            return not report.metrics


_JUDGES = {Kind.FUNCTIONAL: _has_bad_result, Kind.SECURITY: _has_grave_finding, Kind.LOAD: _has_missed_threshold}
