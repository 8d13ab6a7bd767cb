from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from robot.api import ExecutionResult
from robot.result import Result

from testflux.sample import robot

START = datetime(2026, 3, 4, 1, 10, 5, tzinfo=UTC)


def read(root: robot.Suite, *, merged: bool = False) -> Result:
    return ExecutionResult(io.StringIO(robot.write(root, START, merged=merged).decode()))


def file(*cases: robot.Case, setup: robot.Step | None = None, teardown: robot.Step | None = None) -> robot.Suite:
    return robot.Suite(name="File", source="/suites/file.robot", cases=cases, setup=setup, teardown=teardown)


def folder(*suites: robot.Suite) -> robot.Suite:
    return robot.Suite(name="Root", source="/suites", suites=suites)


def test_official_reader_sees_what_was_written() -> None:
    step = robot.Step(name="Click", owner="Browser", args=("a < b", '"c" & d'), seconds=1.5, note="Slow answer")
    case = robot.Case(name="Buys > 1", line=12, tags=("smoke", "price"), doc="Says so", steps=(step,))

    result = read(folder(file(case)))

    test = result.suite.suites[0].tests[0]
    assert (test.name, test.lineno, list(test.tags), test.doc) == ("Buys > 1", 12, ["price", "smoke"], "Says so")
    keyword = test.to_dict()["body"][0]
    assert (keyword["owner"], keyword["args"]) == ("Browser", ("a < b", '"c" & d'))
    assert [message.message for message in result.errors.messages] == ["Slow answer"]
    assert result.generation_time is not None
    assert test.start_time is not None
    assert START.replace(tzinfo=None) < test.start_time < START.replace(tzinfo=None) + timedelta(seconds=1)
    assert test.elapsed_time >= timedelta(seconds=1.5)


def test_a_failed_keyword_of_a_browser_shows_a_picture() -> None:
    failed = robot.Step(name="Get Text", owner="Browser", status="FAIL", message="not there")
    case = robot.Case(name="a", line=1, status="FAIL", message="not there", steps=(failed,))

    keyword = read(folder(file(case))).suite.suites[0].tests[0].to_dict()["body"][0]

    picture, reason, _ = keyword["body"]
    assert (picture["level"], picture["html"]) == ("INFO", True)
    assert '<img src="data:image/png;base64,iVBOR' in picture["message"]
    assert (reason["level"], reason["message"]) == ("FAIL", "not there")


def test_failed_teardown_fails_what_was_not_skipped() -> None:
    teardown = robot.Step(name="Clean Up", status="FAIL", message="no connection")
    cases = (robot.Case(name="a", line=1), robot.Case(name="b", line=2, status="SKIP", message="not here"))

    suite = file(*cases, teardown=teardown)
    result = read(folder(suite))

    assert suite.finals() == ["FAIL", "SKIP"]
    assert [test.status for test in result.suite.suites[0].tests] == ["FAIL", "SKIP"]
    assert result.suite.suites[0].tests[0].message == "Parent suite teardown failed:\nno connection"
    assert result.suite.suites[0].message == "Suite teardown failed:\nno connection"


def test_failed_setup_is_told_by_the_suite() -> None:
    setup = robot.Step(name="Prepare", status="FAIL", message="no index")

    result = read(folder(file(robot.Case(name="a", line=1, status="FAIL", message="x"), setup=setup)))

    assert result.suite.suites[0].message == "Suite setup failed:\nno index"


def test_merged_outcomes_keep_the_earlier_message() -> None:
    case = robot.Case(name="a", line=1, earlier=("second try <gone>", "first try"))

    content = robot.write(folder(file(case)), START, merged=True).decode()
    result = ExecutionResult(io.StringIO(content))

    assert 'generator="Rebot ' in content
    test = result.suite.suites[0].tests[0]
    assert test.status == "PASS"
    assert test.message.startswith('*HTML* <span class="merge">')
    assert test.message.index("second try &lt;gone&gt;") < test.message.index("first try")
    assert result.suite.start_time is None
    assert result.suite.elapsed_time > timedelta(0)


def test_merged_failure_names_the_new_message_first() -> None:
    case = robot.Case(name="a", line=1, status="FAIL", message="still broken", earlier=("broken",))

    message = read(folder(file(case)), merged=True).suite.suites[0].tests[0].message

    assert message.index("New message:</span> still broken") < message.index("Old message:</span> broken")


@pytest.mark.parametrize(("status", "level"), [("FAIL", "FAIL"), ("SKIP", "SKIP")])
def test_step_that_did_not_pass_says_why(status: str, level: str) -> None:
    step = robot.Step(name="Act", status=status, message="the reason")

    test = read(folder(file(robot.Case(name="a", line=1, steps=(step,), status=status)))).suite.suites[0].tests[0]

    messages = test.to_dict()["body"][0]["body"]
    assert [message["level"] for message in messages] == [level, "DEBUG"]
    assert messages[0]["message"] == "the reason"


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20)
cases = st.builds(
    robot.Case,
    name=texts,
    line=st.integers(1, 900),
    tags=st.lists(st.sampled_from(["smoke", "price", "mail"]), unique=True).map(tuple),
    status=st.sampled_from(["PASS", "FAIL", "SKIP"]),
    message=texts,
)
teardowns = st.none() | st.builds(robot.Step, name=texts, status=st.sampled_from(["PASS", "FAIL"]), message=texts)
suites = st.builds(
    robot.Suite, name=texts, source=texts, cases=st.lists(cases, max_size=4).map(tuple), teardown=teardowns
)


@given(st.lists(suites, min_size=1, max_size=4))
def test_statistics_agree_with_the_official_reader(files: list[robot.Suite]) -> None:
    root = folder(*files)
    content = robot.write(root, START).decode()

    total = ExecutionResult(io.StringIO(content)).statistics.total

    finals = root.finals()
    assert (total.passed, total.failed, total.skipped) == tuple(map(finals.count, ("PASS", "FAIL", "SKIP")))
    counts = f'pass="{total.passed}" fail="{total.failed}" skip="{total.skipped}"'
    assert f"<stat {counts}>All Tests</stat>" in content
