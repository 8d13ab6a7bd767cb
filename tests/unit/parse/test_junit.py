from __future__ import annotations

import io

import pytest

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import junit


def read(inner: str, root: str = "<testsuites>") -> raw.RawReport:
    return junit.parse(io.BytesIO(f"{root}{inner}</{root[1:].strip('>').split()[0]}>".encode()))


def test_a_test_case_in_a_test_case() -> None:
    seen = read(
        '<testsuite name="s"><testcase name="outer"><testcase name="inner"><failure/></testcase></testcase></testsuite>'
    )
    assert [(test.suite, test.name, test.status) for test in seen.tests] == [
        (("s", "outer"), "inner", Status.FAILED),
        (("s",), "outer", Status.PASSED),
    ]


def test_cases_right_below_the_root() -> None:
    seen = read('<testcase name="a"/><testcase name="b"/><testcase name="c" classname="k"/>')
    assert [(test.suite, test.name) for test in seen.tests] == [(("tests",), "a"), (("tests",), "b"), (("k",), "c")]


def test_suites_in_suites_with_their_files() -> None:
    inner = '<testsuite name="b"><testcase name="c"/><testcase name="d" file="d.py"/></testsuite>'
    seen = read(f'<testsuite name="a" file="a.py" time="2">{inner}</testsuite>')
    assert [suite.path for suite in seen.suites] == [("a",), ("a", "b")]
    assert [(test.suite, test.source) for test in seen.tests] == [(("a", "b"), "a.py"), (("a", "b"), "d.py")]
    assert seen.duration_ms == 2000


def test_counts_are_never_believed() -> None:
    seen = read('<testcase name="a"/>', '<testsuite name="x" tests="9" failures="8" errors="7" skipped="6">')
    assert [test.status for test in seen.tests] == [Status.PASSED]
    assert seen.warnings == []


def test_times_of_a_report() -> None:
    later = '<testsuite name="b" timestamp="2026-03-14T09:15:31Z" time="1"/>'
    suites = later + '<testsuite name="a" timestamp="2026-03-14T09:15:30Z" time="2"/>'
    seen = read(suites)
    assert (str(seen.started_at), seen.duration_ms, seen.local_times) == ("2026-03-14 09:15:30+00:00", 3000, False)
    assert read(suites, '<testsuites time="2.5">').duration_ms == 2500
    assert read('<testcase name="a" time="0.5"/><testcase name="b" time="0.25"/>').duration_ms == 750
    assert read('<testcase name="a" timestamp="2026-03-14T09:15:30"/>').local_times


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<testcase name="a" time="-1"/><testcase name="b" time="soon"/>', "odd-time"),
        ('<testcase name="a" timestamp="then"/><testcase name="b" timestamp="now"/>', "odd-timestamp"),
        ('<testcase name="a"><odd/></testcase><testcase name="b"><odd/></testcase>', "unknown-element"),
        ('<testcase name="a"><failure>\x07</failure></testcase><testcase name="b\x1b[0m"/>', "illegal-characters"),
    ],
)
def test_what_is_odd_is_said_once_and_loses_nothing(inner: str, code: str) -> None:
    seen = read(inner)
    assert [warning.code for warning in seen.warnings] == [code]
    assert [test.name for test in seen.tests] == ["a", "b"]


def test_properties_of_suites_are_not_kept() -> None:
    properties = '<properties><property name="password" value="hunter2"/></properties>'
    assert "hunter2" not in repr(read(f'<testsuite name="s">{properties}<testcase name="a"/></testsuite>'))


def test_tags() -> None:
    properties = '<property name="tags" value="slow, shop"/><property name="cmake_labels">unit;fast</property>'
    seen = read(f'<testcase name="a"><properties>{properties}</properties></testcase>')
    assert seen.tests[0].tags == ("slow", "shop", "unit", "fast")


def test_ranges_bound_one_case_each() -> None:
    inner = '<testcase name="a"/>\n <testcase name="b"></testcase ><testcase name="c"><failure/></testcase>'
    data = f"<testsuites>{inner}</testsuites>".encode()
    pieces = [data[test.byte_start : test.byte_end] for test in junit.parse(io.BytesIO(data)).tests]
    assert pieces == [
        b'<testcase name="a"/>',
        b'<testcase name="b"></testcase >',
        b'<testcase name="c"><failure/></testcase>',
    ]
