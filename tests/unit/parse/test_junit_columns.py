"""Tests out of columns: the same as out of one case after the other."""

from __future__ import annotations

import io

import pytest

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import junit


def read(cases: str, suite: str = 'name="shop" file="s.py"') -> list[raw.RawTest]:
    """Read cases that all stand in one run; the first one shows what they look like."""
    data = f"<testsuite {suite}>{cases}</testsuite>".encode()
    fast, strict = junit.parse(io.BytesIO(data)).tests, junit.parse_strictly(io.BytesIO(data)).tests
    assert fast == strict
    return fast[1:]


def case(name: str, classname: str = "Basket", rest: str = "", body: str = "") -> str:
    return f'<testcase classname="{classname}" name="{name}" time="0.5"{rest}>{body}</testcase>'


def test_tests_of_many_classes_share_their_paths() -> None:
    seen = read(case("first") + "".join(case(str(number), f"Class{number % 3}") for number in range(9)))
    assert [test.suite for test in seen] == [("shop", f"Class{number % 3}") for number in range(9)]
    assert seen[0].suite is seen[3].suite


def test_a_name_that_ends_with_its_class_stands_in_the_suite() -> None:
    assert [test.suite for test in read(case("first") + case("a Basket") + case("a") + case("Basket"))] == [
        ("shop",),
        ("shop", "Basket"),
        ("shop",),
    ]


def test_a_case_without_a_name_is_called_by_its_class() -> None:
    assert [test.name for test in read(case("first") + case("") + case(" ") + case("", ""))] == [
        "Basket",
        "Basket",
        "(no name)",
    ]


def test_files_and_lines_come_along() -> None:
    cases = [
        case("a", rest=f' file="{file}" line="{line}"') for file, line in [("", "1"), ("b&amp;.py", "x"), ("", "")]
    ]
    seen = read(cases[0] + "".join(cases))
    assert [(test.source, test.line) for test in seen] == [("s.py", 1), ("b&.py", None), ("s.py", None)]


def test_outcomes_and_durations_come_along() -> None:
    seen = read(case("a") + case("b", body='<error message="no"/>') + case("c", body="<skipped/>") + case("d"))
    assert [test.status for test in seen] == [Status.BROKEN, Status.SKIPPED, Status.PASSED]
    assert [test.message for test in seen] == ["no", "", ""]
    assert {test.duration_ms for test in seen} == {500.0}


@pytest.mark.parametrize("marked", ["*HTML* &lt;b>no&lt;/b>", "no"])
def test_only_what_robot_framework_marks_is_html(marked: str) -> None:
    counts = ' tests="1" errors="0" failures="1" skipped="0" time="1"'
    cases = case("a") + case("b", body=f'<failure message="{marked}"/>')
    data = f'<testsuite name="r"{counts}>{cases}</testsuite>'
    seen = junit.parse(io.BytesIO(data.encode())).tests[1]
    assert seen.message_is_html == (marked != "no")
    assert seen.message in {"<b>no</b>", "no"}


def test_equal_names_are_found() -> None:
    counts = (
        'name="g" tests="3" skipped="0" failures="1" errors="0" timestamp="2026-03-14T09:15:30" hostname="ci" time="1"'
    )
    seen = read(case("a") + case("b", body="<failure/>") + case("b"), counts)
    assert [(test.name, test.attempt) for test in seen] == [("b", 1), ("b", 2)]
