"""How a run ended as a whole. The rules in words: docs/explain/verdicts.md."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from testflux.model.report import Report
from testflux.model.status import Confidence, Kind, Severity, Status, Verdict


def judge(report: Report) -> Verdict:
    """Judge a report. What failed stays failed even when the report breaks off; an incomplete one is never green."""
    if report.kind is Kind.FUNCTIONAL:
        return judge_tests({result.status for result in report.results}, is_complete=report.is_complete)
    if _JUDGES[report.kind](report):
        return Verdict.FAILED
    if not report.is_complete:
        return Verdict.INCOMPLETE
    return Verdict.EMPTY if _is_empty(report) else Verdict.PASSED


def judge_tests(statuses: AbstractSet[Status], *, is_complete: bool) -> Verdict:
    """Judge tests by the statuses that occur among them."""
    if any(status.is_bad for status in statuses):
        return Verdict.FAILED
    if not is_complete:
        return Verdict.INCOMPLETE
    if statuses <= {Status.SKIPPED}:
        return Verdict.EMPTY
    return Verdict.FLAKY if Status.FLAKY in statuses else Verdict.PASSED


def _has_grave_finding(report: Report) -> bool:
    return any(
        finding.severity >= Severity.HIGH and finding.confidence is not Confidence.FALSE_POSITIVE
        for finding in report.findings
    )


def _has_missed_threshold(report: Report) -> bool:
    return any(not threshold.is_met for threshold in report.thresholds)


def _is_empty(report: Report) -> bool:
    """True when nothing was judged: no site that was scanned, no metric.

    SARIF names no sites: a tool that ran through and found nothing has judged.
    """
    if report.kind is Kind.SECURITY:
        return not report.sites and not report.findings and report.format != "sarif"
    return not report.metrics


_JUDGES = {Kind.SECURITY: _has_grave_finding, Kind.LOAD: _has_missed_threshold}
