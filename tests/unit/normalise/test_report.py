from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from testflux.model import raw
from testflux.model import report as model
from testflux.model.status import Kind, Status
from testflux.normalise import cause, identity, report

AT = datetime(2026, 3, 14, tzinfo=UTC)


def build(*tests: raw.RawTest, **fields: object) -> model.Report:
    seen = raw.RawReport("robot-xml", Kind.FUNCTIONAL, raw.Tool("Robot Framework", "7.5"), tests=list(tests))
    return report.build(msgspec.structs.replace(seen, **fields))


def test_the_frame_is_taken_over() -> None:
    warning = raw.ReportWarning("x", "y")
    log = raw.RawLogMessage("WARN", "mind")
    suite = raw.RawSuite(("S",))
    built = build(
        started_at=AT,
        duration_ms=1234.5,
        is_complete=False,
        local_times=True,
        warnings=[warning],
        name="S",
        log=[log],
        suites=[suite],
    )
    assert (built.format, built.kind, built.tool.version) == ("robot-xml", Kind.FUNCTIONAL, "7.5")
    assert (built.started_at, built.duration_ms, built.name) == (AT, 1234, "S")
    assert (built.is_complete, built.local_times) == (False, True)
    assert (built.warnings, built.log, built.suites) == ((warning,), (log,), (suite,))


def test_nothing_is_missing() -> None:
    built = build(raw.RawTest(("S",), "T", Status.PASSED))
    (result,) = built.results
    assert built.duration_ms == 0
    assert result.key == model.TestKey(("S",), "T")
    assert result.digest == identity.digest(result.key)
    assert (result.duration_ms, result.message, result.evidence, result.fingerprint, result.cause) == (
        0,
        "",
        None,
        None,
        "",
    )


def test_a_result_is_its_last_attempt_and_remembers_the_others() -> None:
    built = build(
        raw.RawTest(("S",), "T", Status.FAILED, "<b>no</b> &amp; no", message_is_html=True, duration_ms=9.6),
        raw.RawTest(
            ("S",),
            "T",
            Status.PASSED,
            " fine\n",
            duration_ms=1,
            tags=("a",),
            source="/t",
            line=3,
            attempt=2,
            byte_start=5,
            byte_end=9,
        ),
    )
    (result,) = built.results
    assert (result.status, result.message, result.duration_ms) == (Status.FLAKY, "fine", 1)
    assert (result.tags, result.source, result.line, result.evidence) == (("a",), "/t", 3, (5, 9))
    assert result.attempts == (model.Attempt(Status.FAILED, 10, "no & no"),)
    assert built.totals["passed"] == 1


def test_a_failure_has_a_cause() -> None:
    built = build(
        raw.RawTest(("S",), "A", Status.FAILED, "no row 1234"),
        raw.RawTest(("S",), "B", Status.BROKEN, "no row 9876"),
        raw.RawTest(("S",), "C", Status.FAILED),
        raw.RawTest(("S",), "D", Status.SKIPPED, "no row 9876"),
    )
    first, second, third, skipped = built.results
    assert first.cause == "no row {n}"
    assert first.fingerprint == second.fingerprint == cause.fingerprint("no row {n}")
    assert third.cause == cause.NO_MESSAGE
    assert (skipped.cause, skipped.fingerprint) == ("", None)


def test_tests_of_one_name_are_told_apart() -> None:
    built = build(raw.RawTest(("S",), "T", Status.PASSED), raw.RawTest(("S",), "T", Status.FAILED))
    assert [result.key.duplicate for result in built.results] == [0, 1]
    assert len({result.digest for result in built.results}) == 2


def test_no_duration_is_longer_than_a_database_holds() -> None:
    assert build(raw.RawTest(("S",), "T", Status.PASSED, duration_ms=1e18)).results[0].duration_ms == 2**31 - 1


def test_a_scan_becomes_findings() -> None:
    alert = raw.RawAlert("40012", "XSS", [raw.RawInstance("http://h/a", "GET")], risk=3)
    built = report.build(raw.RawReport("zap-xml", Kind.SECURITY, raw.Tool("ZAP"), sites=["http://h"], alerts=[alert]))
    assert built.sites == ("http://h",)
    assert [finding.template for finding in built.findings] == ["/a"]
    assert built.totals["findings"] == 1


def test_a_load_test_becomes_metrics_thresholds_and_checks() -> None:
    built = report.build(
        raw.RawReport(
            "k6-summary",
            Kind.LOAD,
            raw.Tool("k6"),
            metrics=[raw.RawMetric("m{a:b}", "trend", "time", {"avg": 1})],
            thresholds=[raw.RawThreshold("m{a:b}", "avg<2", is_met=True)],
            checks=[raw.RawCheck(("g",), "c", 1, 0)],
            groups=[("g",)],
        )
    )
    assert [(metric.name, metric.tags) for metric in built.metrics] == [("m", "a:b")]
    assert [threshold.margin for threshold in built.thresholds] == [0.5]
    assert built.checks == (model.Check(("g",), "c", 1, 0),)
    assert built.groups == (("g",),)
    assert built.totals["metrics"] == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [(None, 0), (1.6, 2), (-5.0, 0), (float("nan"), 0), (float("inf"), 2**31 - 1), (1e300, 2**31 - 1)],
)
def test_a_duration_is_whole_milliseconds_whatever_the_file_says(said: float | None, kept: int) -> None:
    seen = raw.RawReport("robot-xml", Kind.FUNCTIONAL, raw.Tool("Robot Framework"), duration_ms=said)
    assert report.build(seen).duration_ms == kept
