from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import nunit_evidence

FAILURE = "<failure><message>m</message><stack-trace>at x</stack-trace></failure>"


def open_test(inside: str) -> steps.Evidence:
    return nunit_evidence.open_test(f'<test-case name="a">{inside}</test-case>'.encode())


def test_the_trace_comes_before_the_output() -> None:
    seen = open_test(f"<output><![CDATA[a < b]]></output>{FAILURE}")
    assert [(step.kind, step.level, step.text) for step in seen.steps] == [
        ("message", "FAIL", "at x"),
        ("output", "stdout", "a < b"),
    ]


def test_assertions_stand_for_the_failure_that_sums_them_up() -> None:
    assertion = "<assertion result='Failed'><message>\none\n</message><stack-trace>at y</stack-trace></assertion>"
    seen = open_test(f"{FAILURE}<assertions>{assertion}<assertion result='Warning'/></assertions>")
    assert [(step.name, step.status, step.message) for step in seen.steps] == [
        ("Assertion", "failed", "one"),
        ("Assertion", "passed", ""),
    ]
    assert [step.text for step in seen.steps[0].children] == ["at y"]


def test_properties_and_files() -> None:
    seen = open_test(
        '<properties><property name="Author" value="ann"/><property name="_PID" value="7"/></properties>'
        '<categories><category name="smoke"/></categories>'
        "<attachments><attachment><filePath>/x/shot.png</filePath><description>the cart</description></attachment>"
        "</attachments>"
    )
    assert seen.properties == (("Author", "ann"), ("Category", "smoke"))
    assert seen.files == (steps.NamedFile("/x/shot.png", "the cart"),)


def test_damage_is_told() -> None:
    with pytest.raises(errors.ReportError):
        nunit_evidence.open_test(b"<test-case")
