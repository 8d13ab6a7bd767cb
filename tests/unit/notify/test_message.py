from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from testflux.model.message import Event, Item, Rule, RunMessage
from testflux.model.raw import Tool
from testflux.model.report import Finding, Report, Result, TestKey, Threshold
from testflux.model.run import Metadata
from testflux.model.status import Confidence, Kind, Severity, Status, Verdict
from testflux.notify import message

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
SUBJECT = message.Subject(
    project_slug="webshop",
    project_name="Web shop",
    run_id="3-1284",
    number=1284,
    verdict=Verdict.FAILED,
    started_at=NOW,
    request_id="req-1",
)


def report(kind: Kind = Kind.FUNCTIONAL, **more: Any) -> Report:
    basics: dict[str, Any] = {
        "format": "robot-xml",
        "tool": Tool("Robot Framework", "7.4"),
        "started_at": NOW,
        "duration_ms": 61_500,
        "is_complete": True,
        "local_times": False,
        "warnings": (),
        "totals": {"total": 3},
    }
    return Report(kind=kind, **(basics | more))


def result(name: str, status: Status = Status.FAILED, **more: Any) -> Result:
    key = TestKey(("Shop", "Checkout"), name, more.pop("parameters", ""))
    return Result(key, name.encode(), status, 10, **more)


def finding(name: str, severity: Severity, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "digest": name.encode(),
        "algorithm": "1",
        "rule": "10001",
        "name": name,
        "severity": severity,
        "confidence": Confidence.MEDIUM,
        "origin": "https://shop.example",
        "method": "GET",
        "template": "/cart/{id}",
        "param": "",
        "occurrences": (),
        "count": 1,
    }
    return Finding(**(values | more))


def told(source: Report | None = None, comparison: message.Comparison | None = None, **changes: Any) -> RunMessage:
    made = message.build(
        source or report(), Metadata(name="nightly", branch="main"), SUBJECT, comparison or message.Comparison()
    )
    return msgspec.structs.replace(made, **changes)


def test_a_message_carries_what_was_stored() -> None:
    comparison = message.Comparison(new_failures=6, fixed=2, baseline_number=1279)
    source = report(results=(result("a", Status.FLAKY), result("b", Status.PASSED)))
    made = told(source, comparison)
    assert made == RunMessage(
        event=Event.RUN_FINISHED,
        project_slug="webshop",
        project_name="Web shop",
        run_id="3-1284",
        run_number=1284,
        kind=Kind.FUNCTIONAL,
        name="nightly",
        verdict=Verdict.FAILED,
        totals={"total": 3},
        branch="main",
        commit="",
        environment="",
        type="",
        started_at=NOW,
        duration_ms=61_500,
        url="/runs/3-1284",
        new_failures=6,
        fixed=2,
        item_count=0,
        items=(),
        baseline_number=1279,
        flaky=1,
        request_id="req-1",
    )


def test_what_is_told_survives_the_database() -> None:
    made = told(report(results=(result("a", message="boom"),)))
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(made)), RunMessage) == made


def test_new_failures_come_first_then_what_failed_first() -> None:
    source = report(
        results=(result("old one"), result("green", Status.PASSED), result("new one"), result("new two", Status.BROKEN))
    )
    made = told(source, message.Comparison(new=frozenset({b"new one", b"new two"})))
    assert [(item.title, item.is_new) for item in made.items] == [
        ("new one", True),
        ("new two", True),
        ("old one", False),
    ]
    assert made.items[0].where == "Shop / Checkout"


def test_only_the_first_ten_are_named_and_all_are_counted() -> None:
    made = told(report(results=tuple(result(f"t{number}") for number in range(25))))
    assert (len(made.items), made.item_count) == (10, 25)


def test_parameters_are_part_of_a_tests_name() -> None:
    assert told(report(results=(result("pays", parameters="card=visa"),))).items[0].title == "pays [card=visa]"


@pytest.mark.parametrize(
    ("text", "is_html", "detail"),
    [
        ("  boom\n", False, "boom"),
        ("1 < 2 & 3 > 2", False, "1 < 2 & 3 > 2"),
        ("<b>1 &lt; 2</b>", True, "1 < 2"),
        ("\n".join("abcdefg"), False, "a\nb\nc\nd\ne …"),
        ("x" * 1000, False, "x" * 400 + " …"),
    ],
)
def test_a_failures_message_is_cut_to_its_beginning(text: str, is_html: bool, detail: str) -> None:  # noqa: FBT001
    assert told(report(results=(result("a", message=text, message_html=is_html),))).items[0].detail == detail


def test_findings_told_are_the_new_and_the_high_ones() -> None:
    findings = (
        finding("known low", Severity.LOW),
        finding("new low", Severity.LOW),
        finding("known high", Severity.HIGH, param="id", method="POST"),
        finding("new high", Severity.HIGH),
        finding("suppressed", Severity.HIGH, confidence=Confidence.FALSE_POSITIVE),
    )
    made = told(report(Kind.SECURITY, findings=findings), message.Comparison(new=frozenset({b"new low", b"new high"})))
    assert [item.title for item in made.items] == ["new high", "new low", "known high"]
    assert made.items[2] == Item(
        "known high", "POST https://shop.example/cart/{id} (id)", "high severity, medium confidence", is_new=False
    )


def test_thresholds_told_are_the_missed_ones() -> None:
    thresholds = (
        Threshold("http_req_duration", "p(95)<500", is_met=True, value=120),
        Threshold("http_req_failed", "rate<0.01", is_met=False, value=0.25),
        Threshold("iterations", "count>1000", is_met=False),
    )
    made = told(
        report(Kind.LOAD, thresholds=thresholds),
        message.Comparison(new_thresholds=frozenset({("iterations", "count>1000")})),
    )
    assert made.items == (
        Item("iterations: count>1000", "", "", is_new=True),
        Item("http_req_failed: rate<0.01", "", "measured 0.25", is_new=False),
    )


@pytest.mark.parametrize(
    ("verdict", "new_failures", "rules"),
    [
        (Verdict.PASSED, 0, {Rule.EVERY_RUN}),
        (Verdict.FLAKY, 0, {Rule.EVERY_RUN}),
        (Verdict.EMPTY, 0, {Rule.EVERY_RUN}),
        (Verdict.FAILED, 0, {Rule.EVERY_RUN, Rule.ANY_FAILURE}),
        (Verdict.FAILED, 2, {Rule.EVERY_RUN, Rule.ANY_FAILURE, Rule.NEW_FAILURES}),
        (Verdict.PASSED, 1, {Rule.EVERY_RUN, Rule.NEW_FAILURES}),  # a new finding of low severity
    ],
)
def test_rules(verdict: Verdict, new_failures: int, rules: set[Rule]) -> None:
    made = told(verdict=verdict, new_failures=new_failures)
    assert {rule for rule in Rule if message.should_send(rule, made)} == rules
    assert set(message.rules_met(made, Metadata(), is_sample=False, now=NOW)) == rules


@pytest.mark.parametrize(
    ("age", "is_sample", "is_told"),
    [
        (None, False, True),
        (timedelta(hours=23), False, True),
        (timedelta(hours=24), False, True),
        (timedelta(hours=24, seconds=1), False, False),
        (timedelta(days=90), False, False),
        (timedelta(hours=-1), False, True),
        (None, True, False),
    ],
)
def test_history_and_samples_are_told_to_nobody(age: timedelta | None, is_sample: bool, is_told: bool) -> None:  # noqa: FBT001
    started = None if age is None else NOW - age
    assert bool(message.rules_met(told(), Metadata(started_at=started), is_sample=is_sample, now=NOW)) is is_told


def test_a_claimed_start_without_a_zone_is_utc() -> None:
    def rules(age: timedelta) -> tuple[Rule, ...]:
        said = Metadata(started_at=(NOW - age).replace(tzinfo=None))
        return message.rules_met(told(), said, is_sample=False, now=NOW)

    assert rules(timedelta(hours=23))
    assert not rules(timedelta(hours=25))


def test_the_test_message_says_what_it_is() -> None:
    made = message.build_test("webshop", "Web shop", NOW)
    assert made.event is Event.TEST
    assert (made.run_id, made.url, made.items) == ("", "/p/webshop", ())


def test_a_report_out_of_an_archive_is_told_to_nobody_however_new_it_is() -> None:
    assert message.rules_met(told(), Metadata(file_time=NOW), is_sample=False, now=NOW) == ()
