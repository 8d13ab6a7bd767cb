from __future__ import annotations

import pytest

from testflux.model.status import Status
from testflux.parse import junit_case


def tries(tags: str, **attributes: str) -> list[junit_case.Try]:
    outcomes = [junit_case.Outcome(tag, tag.upper()) for tag in tags.split()]
    return junit_case.tries(junit_case.Case(attributes, 0, "a", "b", outcomes, []))


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ("", (Status.PASSED, "")),
        ("skipped failure error", (Status.BROKEN, "FAILURE\n\nERROR")),
        ("skipped failure", (Status.FAILED, "FAILURE")),
        ("failure failure", (Status.FAILED, "FAILURE\n\nFAILURE")),
        ("skipped", (Status.SKIPPED, "SKIPPED")),
        ("incomplete", (Status.SKIPPED, "INCOMPLETE")),
        ("ignored", (Status.SKIPPED, "IGNORED")),
        ("warning", (Status.BROKEN, "WARNING")),
        ("risky", (Status.PASSED, "RISKY")),
    ],
)
def test_the_worst_child_decides(tags: str, wanted: tuple[Status, str]) -> None:
    assert tries(tags) == [(*wanted, None)]


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ({"status": "run"}, Status.PASSED),
        ({"status": "notrun"}, Status.SKIPPED),
        ({"status": "disabled"}, Status.SKIPPED),
        ({"status": "run", "result": "skipped"}, Status.SKIPPED),
        ({"status": "notrun", "result": "suppressed"}, Status.SKIPPED),
        ({"status": "FAILED"}, Status.FAILED),
        ({"status": "timedout"}, Status.FAILED),
        ({"status": "errored"}, Status.BROKEN),
        ({"status": "purple"}, Status.PASSED),
    ],
)
def test_attributes_decide_where_no_child_does(attributes: dict[str, str], wanted: Status) -> None:
    assert tries("", **attributes)[0][0] is wanted
    assert tries("failure", **attributes)[0][0] is Status.FAILED


def test_flaky_attempts_come_before_and_reruns_after() -> None:
    assert [status for status, _, _ in tries("flakyFailure flakyError")] == [
        Status.FAILED,
        Status.BROKEN,
        Status.PASSED,
    ]
    assert [words for _, words, _ in tries("rerunError failure rerunFailure")] == [
        "FAILURE",
        "RERUNERROR",
        "RERUNFAILURE",
    ]


@pytest.mark.parametrize(
    ("attributes", "text", "wanted"),
    [
        ({"message": "no tea"}, "no tea\n  at Basket", "no tea"),
        ({}, "\n  no tea\n", "no tea"),
        ({"message": "Failed"}, "basket_test.go:7: no tea", "basket_test.go:7: no tea"),
        ({"message": "Failed"}, " ", "Failed"),
        ({"message": " "}, "", ""),
        ({"message": "\x7f[31mred"}, "", "red"),
    ],
)
def test_messages(attributes: dict[str, str], text: str, wanted: str) -> None:
    assert junit_case.message(attributes, text) == wanted


def test_tags() -> None:
    assert junit_case.tags("cmake_labels", "slow;shop") == ["slow", "shop"]
    assert junit_case.tags("Tags", "slow, shop,") == ["slow", "shop"]
    assert junit_case.tags("owner", "slow") == []
