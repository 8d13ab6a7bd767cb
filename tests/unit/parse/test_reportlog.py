from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import reportlog

Line = dict[str, object]
START: Line = {"$report_type": "SessionStart", "pytest_version": "9.2.0"}
END: Line = {"$report_type": "SessionFinish", "exitstatus": 0}
NODE = "tests/test_a.py::TestCart::test_b"


def phase(when: str, outcome: str = "passed", node: str = NODE, **fields: object) -> Line:
    return {"$report_type": "TestReport", "nodeid": node, "when": when, "outcome": outcome, "duration": 0.25, **fields}


def run(node: str = NODE, **outcomes: str) -> list[Line]:
    return [phase(when, outcomes.get(when, "passed"), node) for when in ("setup", "call", "teardown")]


def write(*lines: Line) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def read(*lines: Line) -> raw.RawReport:
    return reportlog.parse(io.BytesIO(write(*lines)))


def read_test(*lines: Line) -> raw.RawTest:
    (test,) = read(START, *lines, END).tests
    return test


def test_every_field_has_its_place() -> None:
    seen = read(
        START,
        phase(
            "setup", location=["tests/test_a.py", 11, "TestCart.test_b"], start=1_773_479_731.5, stop=1_773_479_731.75
        ),
        phase("call"),
        phase("teardown", stop=1_773_479_733.0),
        END,
    )
    (test,) = seen.tests
    assert (test.suite, test.name) == (("tests", "test_a.py", "TestCart"), "test_b")
    assert (test.source, test.line, test.status) == ("tests/test_a.py", 12, Status.PASSED)
    assert (test.started_at, test.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, 500_000, tzinfo=UTC), 750)
    assert (seen.tool, seen.started_at, seen.duration_ms) == (raw.Tool("pytest", "9.2.0"), test.started_at, 1500)
    assert (seen.is_complete, seen.warnings) == (True, [])


@pytest.mark.parametrize(
    ("node", "suite", "name", "parameters"),
    [
        ("test_a.py::test_b", ("test_a.py",), "test_b", ""),
        ("a/b/test_a.py::test_b[x-1]", ("a", "b", "test_a.py"), "test_b", "x-1"),
        ("test_a.py::test_b[a::b/c[d]]", ("test_a.py",), "test_b", "a::b/c[d]"),
        ("test_a.py::T::Inner::test_b[]", ("test_a.py", "T", "Inner"), "test_b", ""),
        ("README.md::README.md", ("README.md",), "README.md", ""),
        ("", (), "", ""),
    ],
)
def test_node_ids_are_paths(node: str, suite: tuple[str, ...], name: str, parameters: str) -> None:
    test = read_test(*run(node))
    assert (test.suite, test.name, test.parameters) == (suite, name, parameters)


@pytest.mark.parametrize(
    ("outcomes", "meant"),
    [
        ({}, Status.PASSED),
        ({"call": "failed"}, Status.FAILED),
        ({"setup": "failed"}, Status.BROKEN),
        ({"teardown": "failed"}, Status.BROKEN),
        ({"call": "failed", "teardown": "failed"}, Status.FAILED),
        ({"call": "skipped"}, Status.SKIPPED),
        ({"setup": "skipped"}, Status.SKIPPED),
        ({"call": "skipped", "teardown": "failed"}, Status.BROKEN),
        ({"call": "rerun"}, Status.FAILED),
        ({"setup": "rerun"}, Status.BROKEN),
    ],
)
def test_what_fails_outside_the_call_could_not_judge(outcomes: dict[str, str], meant: Status) -> None:
    assert read_test(*run(**outcomes)).status is meant


def test_an_outcome_that_is_not_known_is_broken_with_a_warning() -> None:
    seen = read(START, *run(call="fine"), END)
    assert [test.status for test in seen.tests] == [Status.BROKEN]
    assert [(warning.code, warning.line) for warning in seen.warnings] == [("unknown-status", 3)]


def test_all_that_went_wrong_is_in_the_message() -> None:
    call, teardown = phase("call", "failed", longrepr="E   one"), phase("teardown", "failed", longrepr="E   two")
    assert read_test(phase("setup"), call, teardown).message == "one\n\ntwo"


def test_an_expected_failure_says_why_it_was_expected() -> None:
    call = phase("call", "skipped", wasxfail="known since long", longrepr={"reprcrash": {"message": "assert 0"}})
    test = read_test(phase("setup"), call, phase("teardown"))
    assert (test.status, test.message) == (Status.SKIPPED, "known since long")


def test_a_setup_that_begins_anew_is_another_attempt() -> None:
    lines = [START, *run(call="rerun"), *run(call="rerun"), *run(), END]
    data = write(*lines)
    tests = reportlog.parse(io.BytesIO(data)).tests
    assert [(test.attempt, test.status) for test in tests] == [
        (1, Status.FAILED), (2, Status.FAILED), (3, Status.PASSED),
    ]  # fmt: skip
    assert [data[test.byte_start : test.byte_end].count(b"nodeid") for test in tests] == [3, 3, 3]


def test_an_attempt_without_a_teardown_is_one_too() -> None:
    data = write(START, phase("setup"), phase("call", "rerun", longrepr="E  no"), *run(), END)
    tests = reportlog.parse(io.BytesIO(data)).tests
    assert [(test.attempt, test.status) for test in tests] == [(1, Status.FAILED), (2, Status.PASSED)]
    assert [data[test.byte_start : test.byte_end].count(b"nodeid") for test in tests] == [2, 3]


def test_the_lines_of_workers_are_sorted_out() -> None:
    other = "tests/test_a.py::test_other"
    lines = [
        phase("setup", worker_id="gw0"),
        phase("setup", node=other, worker_id="gw1"),
        phase("call", "failed", node=other, worker_id="gw1"),
        phase("call", worker_id="gw0"),
        phase("teardown", node=other, worker_id="gw1"),
        phase("teardown", worker_id="gw0"),
    ]
    seen = read(START, *lines, END)
    assert [(test.name, test.status) for test in seen.tests] == [
        ("test_other", Status.FAILED),
        ("test_b", Status.PASSED),
    ]


def test_a_worker_that_crashed_breaks_its_test() -> None:
    crash = phase("???", "failed", longrepr="worker 'gw0' crashed while running 'tests/test_a.py::TestCart::test_b'")
    test = read_test(phase("setup"), crash)
    assert (test.status, test.message.split("'")[1]) == (Status.BROKEN, "gw0")


def test_a_subtest_that_failed_fails_its_test() -> None:
    def subtest(outcome: str) -> Line:
        return {**phase("call", outcome, longrepr="E  one"), "$report_type": "SubTestReport"}

    test = read_test(phase("setup"), subtest("skipped"), subtest("failed"), phase("call"), phase("teardown"))
    assert (test.status, test.message, test.duration_ms) == (Status.FAILED, "one", 750)
    assert read_test(subtest("failed"), phase("setup"), subtest("skipped"), *run()[1:]).status is Status.PASSED


def test_markers_are_tags_and_names_are_not() -> None:
    keywords = dict.fromkeys(
        ("test_b[x]", "parametrize", "slow", "pytestmark", "smoke", "x", "TestCart", "test_a.py", "tests", "shop", ""),
        1,
    )
    node = f"{NODE}[x]"
    setup = phase("setup", node=node, keywords=keywords)
    assert read_test(setup, *run(node)[1:]).tags == ("slow", "smoke")


def test_modules_that_cannot_be_collected_are_broken_tests() -> None:
    collected: Line = {"$report_type": "CollectReport", "nodeid": "tests/test_bad.py", "outcome": "failed"}
    data = write(START, {**collected, "longrepr": "Traceback\nE   no module"}, {**END, "exitstatus": 2})
    seen = reportlog.parse(io.BytesIO(data))
    (test,) = seen.tests
    assert (test.suite, test.name, test.status, test.message) == (("tests",), "test_bad.py", Status.BROKEN, "no module")
    assert json.loads(data[test.byte_start : test.byte_end])["outcome"] == "failed"
    assert seen.is_complete


def test_modules_that_skip_themselves_are_skipped_tests() -> None:
    collected: Line = {"$report_type": "CollectReport", "nodeid": "test_x.py", "outcome": "skipped"}
    test = read_test({**collected, "longrepr": ["test_x.py", 2, "Skipped: not today"]})
    assert (test.name, test.status, test.message) == ("test_x.py", Status.SKIPPED, "not today")


@pytest.mark.parametrize("exit_status", [2, 3])
def test_a_run_that_was_stopped_is_not_complete(exit_status: int) -> None:
    seen = read(START, *run(), {**END, "exitstatus": exit_status})
    assert not seen.is_complete
    assert [(warning.code, warning.line) for warning in seen.warnings] == [("run-stopped", 5)]


def test_a_test_that_came_to_no_end_makes_the_run_incomplete() -> None:
    seen = read(START, *run(), phase("setup", node="tests/test_a.py::test_last"), END)
    assert ([test.name for test in seen.tests], seen.is_complete) == (["test_b"], False)


def test_a_log_that_breaks_off_keeps_its_complete_tests() -> None:
    data = write(START, *run(), *run("tests/test_a.py::test_last"))
    whole = reportlog.parse(io.BytesIO(data))
    assert ([test.name for test in whole.tests], whole.is_complete) == (["test_b", "test_last"], False)
    cut = reportlog.parse(io.BytesIO(data[:-9]))
    assert ([test.name for test in cut.tests], cut.is_complete) == (["test_b"], False)
    assert [warning.code for warning in cut.warnings] == ["report-truncated"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (write(START), "report-truncated"),
        (write(START, *run()[:2]), "report-truncated"),
        (write(START, *run()) + b"{oops}\n" + write(END), "json-malformed"),
    ],
)
def test_what_holds_no_test_or_is_damaged_inside_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        reportlog.parse(io.BytesIO(data))
    assert caught.value.code == code
    if code == "json-malformed":
        assert (caught.value.line, caught.value.byte) == (5, data.index(b"oops"))


def test_unknown_lines_are_stepped_over() -> None:
    assert (
        read_test({"$report_type": "WarningMessage", "message": "x"}, {"$report_type": "New"}, *run()).name == "test_b"
    )
