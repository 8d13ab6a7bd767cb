from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.normalise import report, summary


def describe(seen: raw.RawReport) -> dict[str, object]:
    return summary.describe(report.build(seen), "output.xml")


def test_a_functional_report() -> None:
    seen = raw.RawReport(
        "robot-xml",
        Kind.FUNCTIONAL,
        raw.Tool("Robot Framework", "7.5"),
        started_at=datetime(2026, 3, 14, 10, tzinfo=timezone(timedelta(hours=1))),
        duration_ms=12.5,
        warnings=[raw.ReportWarning("unknown-element", "x", 3, 40), raw.ReportWarning("y", "z")],
        tests=[raw.RawTest(("S",), "T", Status.PASSED)],
    )
    assert describe(seen) == {
        "file": "output.xml",
        "format": "robot-xml",
        "kind": "functional",
        "tool": {"name": "Robot Framework", "version": "7.5"},
        "started_at": "2026-03-14T09:00:00Z",
        "duration_ms": 12,
        "complete": True,
        "warnings": [{"code": "unknown-element", "message": "x", "line": 3, "byte": 40}, {"code": "y", "message": "z"}],
        "totals": {"total": 1, "passed": 1, "failed": 0, "skipped": 0, "broken": 0},
    }


def test_a_load_report_has_metrics_with_what_it_says_and_no_more() -> None:
    values = {"avg": 1.5, "p90": 2, "p(99.9)": 3, "passes": 4, "value": 5}
    metrics = [raw.RawMetric("m{a:b}", "trend", "time", values), raw.RawMetric("n", "gauge")]
    described = describe(raw.RawReport("k6-summary", Kind.LOAD, raw.Tool("k6"), metrics=metrics))
    assert described["metrics"] == {
        "m{a:b}": {"type": "trend", "contains": "time", "avg": 1.5, "p90": 2, "value": 5},
        "n": {"type": "gauge"},
    }
    assert describe(raw.RawReport("k6-summary", Kind.LOAD, raw.Tool("k6")))["metrics"] == {}


def test_a_time_that_is_not_known_is_null() -> None:
    described = describe(raw.RawReport("zap-xml", Kind.SECURITY, raw.Tool("ZAP"), is_complete=False))
    assert described["started_at"] is None
    assert described["complete"] is False
    assert "metrics" not in described
    assert json.loads(json.dumps(described)) == described


def test_a_time_in_utc_ends_in_z() -> None:
    seen = raw.RawReport(
        "zap-xml", Kind.SECURITY, raw.Tool("ZAP"), started_at=datetime(2026, 3, 14, 9, 0, 0, 250_000, UTC)
    )
    assert describe(seen)["started_at"] == "2026-03-14T09:00:00.250000Z"
