from __future__ import annotations

from testflux.model import raw, report
from testflux.model.status import Confidence, Kind, Severity, Status
from testflux.normalise import totals


def test_a_flaky_test_has_passed() -> None:
    results = [report.Result(report.TestKey((), status.name), b"", status, 0) for status in Status]
    assert totals.functional(results) == {"total": 5, "passed": 2, "failed": 1, "skipped": 1, "broken": 1}
    assert totals.functional([]) == {"total": 0, "passed": 0, "failed": 0, "skipped": 0, "broken": 0}


def make_finding(severity: Severity) -> report.Finding:
    return report.Finding(b"", "", "1", "n", severity, Confidence.LOW, "", "", "", "", (), 0)


def test_a_scan_counts_what_it_lists_and_what_it_comes_to() -> None:
    alerts = [raw.RawAlert("1", "n", [raw.RawInstance()] * 3), raw.RawAlert("1", "n", [])]
    scan = raw.RawReport("zap-xml", Kind.SECURITY, raw.Tool("ZAP"), sites=["a", "b"], alerts=alerts)
    low, high = make_finding(Severity.LOW), make_finding(Severity.HIGH)
    assert totals.security(scan, (low, high, low)) == {
        "sites": 2,
        "alerts": 2,
        "instances": 3,
        "findings": 3,
        "by_severity": {"high": 1, "medium": 0, "low": 2, "informational": 0},
    }


def test_critical_is_said_where_there_is_any() -> None:
    scan = raw.RawReport("x", Kind.SECURITY, raw.Tool("x"))
    by_severity = totals.security(scan, (make_finding(Severity.CRITICAL),))["by_severity"]
    assert by_severity == {"critical": 1, "high": 0, "medium": 0, "low": 0, "informational": 0}


def test_a_load_test_counts_checks_and_thresholds() -> None:
    test = raw.RawReport(
        "k6-summary",
        Kind.LOAD,
        raw.Tool("k6"),
        metrics=[raw.RawMetric("checks", "rate", values={"passes": 99, "fails": 1})],
        thresholds=[raw.RawThreshold("m", "a", is_met=True), raw.RawThreshold("m", "b", is_met=False)],
        checks=[raw.RawCheck((), "a", 3, 1), raw.RawCheck((), "b", 4, 2)],
    )
    assert totals.load(test) == {
        "metrics": 1,
        "samples": 0,
        "checks_passed": 7,
        "checks_failed": 3,
        "thresholds": 2,
        "thresholds_failed": 1,
    }


def test_without_a_list_of_checks_their_rate_counts() -> None:
    rate = raw.RawMetric("checks", "rate", values={"passes": 99, "fails": 1})
    test = raw.RawReport("k6-summary", Kind.LOAD, raw.Tool("k6"), metrics=[rate])
    assert [totals.load(test)[key] for key in ("checks_passed", "checks_failed")] == [99, 1]
