from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import evidence, junit, junit_attempts, junit_evidence

FIXTURES = Path(__file__).parents[2] / "reports" / "junit"


def opened(file: str, name: str) -> steps.Evidence:
    data = (FIXTURES / file).read_bytes()
    last = [test for test in junit.parse(io.BytesIO(data)).tests if test.name == name][-1]
    return evidence.open_test("junit-xml", data[last.byte_start : last.byte_end])


def shape(step: steps.Step) -> tuple[str, str, str]:
    return step.kind, step.level or step.status, (step.text or step.message).split("\n")[0]


def test_a_flaky_test_shows_each_attempt() -> None:
    seen = opened("surefire.xml", "settles").steps
    assert [shape(step) for step in seen] == [
        ("group", "failed", "expected: 1"), ("group", "failed", "no answer"), ("group", "passed", ""),
    ]  # fmt: skip
    assert [step.name for step in seen] == ["Attempt 1", "Attempt 2", "Attempt 3"]
    assert [shape(step) for step in seen[0].children] == [
        ("message", "FAIL", "AssertionFailedError: expected: 1"), ("output", "stdout", "first try"),
    ]  # fmt: skip
    assert seen[0].children[0].text.endswith("at shop.BasketTest.settles")
    assert [shape(step) for step in seen[2].children] == [("output", "stdout", "third try")]


def test_reruns_come_after_the_first_failure() -> None:
    seen = opened("surefire.xml", "never").steps
    assert [step.message for step in seen] == ["built to fail", "still built to fail", "gone"]
    assert [step.duration_ms for step in seen] == [125, 500, None]
    assert seen[0].children[1] == steps.Step(kind="output", level="stderr", text="oh & no")


def test_neighbours_are_attempts() -> None:
    again = opened("pytest.xml", "test_again").steps
    assert [(step.status, step.message) for step in again] == [("failed", junit_attempts.NO_REASON), ("passed", "")]
    assert [shape(step) for step in opened("pytest.xml", "test_both").steps] == [
        ("message", "FAIL", "def test_both(): assert 0"),
        ("message", "ERROR", 'failed on teardown with "OSError: disk"'),
    ]
    assert [step.status for step in opened("gradle.xml", "orders()").steps] == ["failed", "passed"]


def test_conventions() -> None:
    seen = opened("conventions.xml", "shown")
    assert seen.properties == (("priority", "high"), ("priority", "low"), ("author", "Ada"), ("log", "one\ntwo"))
    assert [(file.path, file.name, file.media_type, file.content) for file in seen.files] == [
        ("screenshots/a.png", "a.png", "", None),
        ("", "", "text/html", b"<b>"),
        ("log.txt", "log.txt", "", b"hello"),
        (r"C:\shots\b.png", "b.png", "", None),
    ]
    assert [shape(step) for step in seen.steps] == [
        ("step", "passed", ""), ("step", "", ""), ("step", "failed", ""),
        ("message", "FAIL", "all of it"), ("output", "stdout", "begin"),
    ]  # fmt: skip
    assert [step.name for step in seen.steps[:3]] == ["opened", "looked", "closed"]
    assert [warning.code for warning in seen.warnings] == ["evidence-damaged"]


def test_attachments_of_playwright() -> None:
    seen = opened("playwright.xml", "basket › pays")
    assert [file.name for file in seen.files] == ["test-failed-1.png", "trace.zip"]
    assert seen.steps[0].name == "FAILURE"
    assert opened("playwright.xml", "basket › adds").properties == (("tag", "slow, shop"), ("issue", "SHOP-7"))


def test_a_message_that_the_text_lacks_stands_before_it() -> None:
    piece = b'<testcase name="a"><failure message="why">where</failure><skipped message="x"/></testcase>'
    assert [(step.level, step.text) for step in junit_evidence.open_test(piece).steps] == [
        ("FAIL", "why\n\nwhere"), ("SKIP", "x"),
    ]  # fmt: skip


def test_western_encodings_are_read_too() -> None:
    piece = '<testcase name="a"><system-out>zwölf</system-out></testcase>'.encode("iso-8859-1")
    assert junit_evidence.open_test(piece).steps[0].text == "zwölf"


@pytest.mark.parametrize("piece", [b"", b"<testcase/>", b'<testcase name="a"></testcase> '])
def test_nothing_to_show(piece: bytes) -> None:
    assert junit_evidence.open_test(piece).steps == ()


@given(st.binary(max_size=60), st.integers(0, 300))
def test_any_bytes_are_opened_or_refused(put: bytes, at: int) -> None:
    piece = b'<testcase name="a"><properties><property name="x" value="y"/></properties><failure>z</failure></testcase>'
    try:
        seen: object = junit_evidence.open_test(piece[:at] + put + piece[at:])
    except errors.ReportError as refusal:
        seen = refusal
    assert isinstance(seen, steps.Evidence | errors.ReportError)
