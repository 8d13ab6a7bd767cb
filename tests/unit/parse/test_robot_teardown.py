from __future__ import annotations

import pytest

from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import robot_teardown


def apply(teardown: robot_teardown.Teardown, *tests: raw.RawTest, first: int = 0) -> raw.RawReport:
    report = raw.RawReport("robot-xml", Kind.FUNCTIONAL, raw.Tool("Robot Framework"), tests=list(tests))
    robot_teardown.Rule(report).apply(teardown, first)
    return report


def make(status: Status, message: str = "") -> raw.RawTest:
    return raw.RawTest(("S",), "T", status, message)


@pytest.mark.parametrize(
    ("before", "status", "message"),
    [
        (make(Status.PASSED), Status.FAILED, "Parent suite teardown failed:\nshut"),
        (make(Status.FAILED, "old"), Status.FAILED, "old\n\nAlso parent suite teardown failed:\nshut"),
        (make(Status.SKIPPED), Status.SKIPPED, "Parent suite teardown failed:\nshut"),
        (make(Status.SKIPPED, "old"), Status.SKIPPED, "old\n\nAlso parent suite teardown failed:\nshut"),
    ],
)
def test_a_failed_teardown(before: raw.RawTest, status: Status, message: str) -> None:
    apply(robot_teardown.Teardown("FAIL", "shut"), before)
    assert (before.status, before.message) == (status, message)


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (make(Status.PASSED), "Skipped in parent suite teardown:\nearly"),
        (make(Status.FAILED, "old"), "Skipped in parent suite teardown:\nearly\n\nEarlier message:\nold"),
    ],
)
def test_a_skipped_teardown(before: raw.RawTest, message: str) -> None:
    apply(robot_teardown.Teardown("SKIP", "early"), before)
    assert (before.status, before.message) == (Status.SKIPPED, message)


@pytest.mark.parametrize("status", ["PASS", "NOT RUN", ""])
def test_any_other_teardown_changes_nothing(status: str) -> None:
    test = make(Status.PASSED)
    apply(robot_teardown.Teardown(status, "x"), test)
    assert (test.status, test.message) == (Status.PASSED, "")


def test_only_the_tests_of_the_suite_change() -> None:
    before, inside = make(Status.PASSED), make(Status.PASSED)
    apply(robot_teardown.Teardown("FAIL", "x"), before, inside, first=1)
    assert [before.status, inside.status] == [Status.PASSED, Status.FAILED]


def test_long_messages_are_not_repeated_without_end() -> None:
    tests = [make(Status.FAILED, str(number)) for number in range(70)]
    report = apply(robot_teardown.Teardown("FAIL", "x" * 1024 * 1024), *tests)
    assert sum(len(test.message) for test in tests) < 65 * 1024 * 1024
    assert all(test.status is Status.FAILED for test in tests)
    assert [warning.code for warning in report.warnings] == ["teardown-messages-left-out"]


def test_html_in_the_middle_of_a_message_is_text() -> None:
    test = raw.RawTest(("S",), "T", Status.FAILED, "<b>old</b>", message_is_html=True)
    apply(robot_teardown.Teardown("SKIP", "shut"), test)
    assert test.message == "Skipped in parent suite teardown:\nshut\n\nEarlier message:\n*HTML* <b>old</b>"
    assert not test.message_is_html


def test_html_at_the_start_stays_html() -> None:
    test = raw.RawTest(("S",), "T", Status.FAILED, "<b>old</b>", message_is_html=True)
    apply(robot_teardown.Teardown("FAIL", "shut"), test)
    assert (test.message, test.message_is_html) == ("<b>old</b>\n\nAlso parent suite teardown failed:\nshut", True)
