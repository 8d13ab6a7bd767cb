from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import robot

PASS = '<status status="PASS" start="2026-01-02T03:04:05.000006" elapsed="1.5"/>'


def read(text: str) -> raw.RawReport:
    return robot.parse(io.BytesIO(text.encode()))


def read_tests(text: str, generator: str = "Robot 7.5 (Python 3.11.7 on linux)") -> list[raw.RawTest]:
    return read(f'<robot generator="{generator}"><suite name="S">{text}</suite></robot>').tests


def test_what_a_report_says_of_itself() -> None:
    seen = read(
        '<robot generator="Rebot 6.1.1 (Python 3.11.3 on win32)" generated="20230908 12:00:00.000"><suite name="Root">'
        f'<test name="T">{PASS}</test>{PASS}</suite></robot>'
    )
    assert (seen.format, seen.kind, seen.name) == ("robot-xml", Kind.FUNCTIONAL, "Root")
    assert seen.tool == raw.Tool("Robot Framework", "6.1.1")
    assert seen.started_at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert seen.duration_ms == 1500
    assert seen.local_times
    assert seen.is_complete


def test_another_writer_keeps_its_name() -> None:
    assert read('<robot generator="Oxygen 1.2"><suite name="A"/></robot>').tool == raw.Tool("Oxygen 1.2")
    assert read('<suite name="A"/>').tool == raw.Tool("Robot Framework")


def test_without_own_times_the_earliest_inner_one_counts_and_then_the_writing() -> None:
    span = 'starttime="20200102 00:00:00.000" endtime="20200102 00:00:01.250"'
    inner = f'<suite name="B"><status status="PASS" {span}/></suite>'
    seen = read(f'<robot generator="Rebot 3.2"><suite name="A">{inner}{inner}</suite></robot>')
    assert seen.started_at == datetime(2020, 1, 2, tzinfo=UTC)
    assert seen.duration_ms == 2500
    assert read('<robot generated="20200103 00:00:00.000"><suite name="A"/></robot>').started_at == datetime(
        2020, 1, 3, tzinfo=UTC
    )


def test_both_notations_of_time() -> None:
    new, old, none = read_tests(
        f'<test name="new">{PASS}</test>'
        '<test name="old"><status status="PASS" starttime="20231108 15:37:35.046" '
        'endtime="20231108 15:37:36.000"/></test>'
        '<test name="none"><status status="PASS" starttime="N/A" endtime="N/A"/></test>'
    )
    assert (new.duration_ms, old.duration_ms, none.duration_ms) == (1500, 954, None)
    assert old.started_at == datetime(2023, 11, 8, 15, 37, 35, 46_000, tzinfo=UTC)
    assert none.started_at is None


def test_suites_give_their_tests_path_and_source() -> None:
    seen = read(
        '<robot><suite name="A.B" source="/a"><suite name="C"><test name="T" line="7"/></suite>'
        '<suite name="D" source="/a/d.robot"><test name="U" line="x"/></suite><doc>about</doc>'
        '<meta name="Build">12</meta><metadata><item name="Old">way</item></metadata>'
        '<status status="FAIL">why</status></suite></robot>'
    )
    assert [(test.suite, test.source, test.line) for test in seen.tests] == [
        (("A.B", "C"), "/a", 7),
        (("A.B", "D"), "/a/d.robot", None),
    ]
    assert [suite.path for suite in seen.suites] == [("A.B",), ("A.B", "C"), ("A.B", "D")]
    assert seen.suites[0].doc == "about"
    assert seen.suites[0].metadata == {"Build": "12", "Old": "way"}
    assert seen.suites[0].message == "why"


@pytest.mark.parametrize(
    ("status", "expected", "warnings"),
    [
        ('<status status="PASS"/>', Status.PASSED, 0),
        ('<status status="SKIP"/>', Status.SKIPPED, 0),
        ('<status status="FAIL"/>', Status.FAILED, 0),
        ("<status/>", Status.FAILED, 0),
        ("", Status.FAILED, 0),
        ('<status status="pass"/>', Status.FAILED, 1),
        ('<status status="NOT RUN"/>', Status.FAILED, 1),
    ],
)
def test_statuses(status: str, expected: Status, warnings: int) -> None:
    seen = read(f'<robot><suite name="S"><test name="T">{status}</test></suite></robot>')
    assert seen.tests[0].status is expected
    assert len(seen.warnings) == warnings


def test_tags_are_equal_without_case_spaces_and_underscores() -> None:
    new, old = read_tests(
        "<test><tag>Foo</tag><tag>f_O o</tag><tag>NONE</tag><tag/><tag>bar</tag></test>"
        "<test><tags><tag>a</tag><tag>A</tag></tags></test>"
    )
    assert new.tags == ("Foo", "bar")
    assert old.tags == ("a",)


def test_messages_doc_and_attributes() -> None:
    first, second = read_tests(
        '<test name="1"><doc>why</doc><meta name="Owner">ann</meta>'
        '<status status="FAIL" critical="no">*HTML* a &lt;b&gt;</status></test>'
        '<test name="2"><status status="FAIL">plain *HTML*</status></test>'
    )
    assert (first.doc, first.message, first.message_is_html) == ("why", "a <b>", True)
    assert first.attributes == {"Owner": "ann", "critical": "no"}
    assert (second.message, second.message_is_html) == ("plain *HTML*", False)


def test_bodies_are_not_mistaken_for_tests() -> None:
    body = '<kw name="K"><doc>x</doc><tag>t</tag><status status="FAIL">inner</status><kw><suite/><test/></kw></kw>'
    (test,) = read_tests(f'<test name="T">{body}<for><iter>{body}</iter></for><msg>m</msg>{PASS}</test>')
    assert (test.status, test.tags, test.doc, test.message) == (Status.PASSED, (), "", "")


def test_statistics_are_not_read_and_errors_are_the_log() -> None:
    seen = read(
        '<robot><suite name="S"/><statistics><suite><stat pass="1">S</stat></suite></statistics><errors>'
        '<msg time="2026-01-02T03:04:05" level="WARN">mind</msg>'
        '<msg timestamp="20200102 00:00:00.000" html="yes">bold</msg></errors></robot>'
    )
    assert len(seen.suites) == 1
    assert seen.log == [
        raw.RawLogMessage("WARN", "mind", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        raw.RawLogMessage("INFO", "bold", datetime(2020, 1, 2, tzinfo=UTC), is_html=True),
    ]


def test_a_failed_suite_teardown_fails_the_tests_of_robot_and_not_of_rebot() -> None:
    text = f'<test name="T">{PASS}</test><kw name="K" type="teardown"><status status="FAIL">shut</status></kw>'
    (robots,), (rebots,) = read_tests(text), read_tests(text, "Rebot 7.5")
    assert (robots.status, robots.message) == (Status.FAILED, "Parent suite teardown failed:\nshut")
    assert (rebots.status, rebots.message) == (Status.PASSED, "")


def test_a_teardown_without_a_status_failed_and_a_setup_is_none() -> None:
    (test,) = read_tests(f'<test name="T">{PASS}</test><kw name="K" type="TEARDOWN"></kw>')
    assert test.status is Status.FAILED
    (test,) = read_tests(f'<kw type="SETUP"><status status="FAIL">x</status></kw><test name="T">{PASS}</test>')
    assert test.status is Status.PASSED


def test_inner_teardowns_come_first() -> None:
    teardown = '<kw type="TEARDOWN"><status status="FAIL">{}</status></kw>'
    (test, _) = read_tests(
        f'<suite name="I"><test name="T">{PASS}</test>{teardown.format("inner")}</suite>'
        f'<test name="U">{PASS}</test>{teardown.format("outer")}'
    )
    assert test.message == "Parent suite teardown failed:\ninner\n\nAlso parent suite teardown failed:\nouter"


def test_unknown_elements_lose_only_themselves() -> None:
    seen = read(f'<robot><suite name="S"><new/><test name="T"><newer>x</newer>{PASS}</test></suite></robot>')
    assert [warning.message for warning in seen.warnings] == [
        "<new> is not known inside <suite>; it was left out.",
        "<newer> is not known inside <test>; it was left out.",
    ]
    assert seen.tests[0].status is Status.PASSED


def test_a_part_in_another_file_is_said() -> None:
    seen = read('<robot><suite name="S"><suite src="output-001.xml"></suite></suite></robot>')
    assert [warning.code for warning in seen.warnings] == ["split-output"]
    assert "output-001.xml" in seen.warnings[0].message


def test_ranges_bound_the_tests() -> None:
    tests = f'<test name="1">{PASS}</test>\n<test name="2"/>'
    text = f'\ufeff<?xml version="1.0"?>\n<robot><suite name="é">{tests}</suite></robot>'
    data = text.encode()
    first, second = read(text).tests
    assert data[first.byte_start : first.byte_end].decode() == f'<test name="1">{PASS}</test>'
    assert data[second.byte_start : second.byte_end] == b'<test name="2"/>'


def test_a_utf16_report_has_no_ranges() -> None:
    (test,) = robot.parse(io.BytesIO('<robot><suite name="é"><test name="1"/></suite></robot>'.encode("utf-16"))).tests
    assert (test.suite, test.byte_start, test.byte_end) == (("é",), None, None)


def test_suites_do_not_nest_for_ever() -> None:
    with pytest.raises(errors.ReportError) as caught:
        read('<suite name="x">' * 101)
    assert caught.value.code == "report-too-deep"


TEARDOWN = '<kw name="K" type="TEARDOWN"><status status="FAIL">shut</status></kw>'


def test_of_a_report_that_breaks_off_every_complete_test_is_kept() -> None:
    text = (
        '<robot generator="Robot 7.5">\n<suite name="A"><suite name="B">'
        f'<test name="1">{PASS}</test>{TEARDOWN}</suite>\n'
        f'<suite name="C"><test name="2">{PASS}</test>\n<test name="3"><kw name="K'
    )
    seen = read(text)
    assert not seen.is_complete
    assert [(test.name, test.status) for test in seen.tests] == [("1", Status.FAILED), ("2", Status.PASSED)]
    assert [suite.duration_ms for suite in seen.suites] == [3000, 1500, 1500]
    (warning,) = seen.warnings
    assert (warning.code, warning.line, warning.byte) == ("report-truncated", 4, len(text))
    assert "inside the test '3'" in warning.message


def test_a_report_may_break_off_between_its_tests_and_after_them() -> None:
    text = f'<robot><suite name="A"><test name="1">{PASS}</test></suite><errors>'
    for end in (len(text) - 8, len(text)):
        seen = read(text[:end])
        assert (len(seen.tests), seen.is_complete) == (1, False)
        assert "inside" not in seen.warnings[0].message


def test_a_report_that_breaks_off_before_a_test_is_complete_is_refused() -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(f'<robot><suite name="A"><test name="1">{PASS}</tes')
    assert caught.value.code == "report-truncated"


def test_timeouts_and_tests_that_were_not_executed_are_marked() -> None:
    limited, left_out = read_tests(
        f'<test name="1"><timeout value="1 minute"/>{PASS}</test><test name="2"><tag>Robot:Exit</tag>{PASS}</test>'
    )
    assert limited.attributes == {"timeout": "1 minute"}
    assert left_out.attributes == {"exit": "yes"}


MESSAGE = '<msg time="2026-01-02T03:04:05" level="{}">{}</msg>'


def test_execution_errors_know_the_test_that_logged_the_same_at_the_same_time() -> None:
    warning, error, other = MESSAGE.format("WARN", "a &lt;b"), MESSAGE.format("ERROR", "c"), MESSAGE.format("WARN", "d")
    later = warning.replace("05", "06")
    body = f"<for><iter><kw>{warning}{MESSAGE.format('INFO', 'd')}</kw></iter></for>"
    seen = read(
        f'<robot><suite name="S"><kw type="SETUP">{other}</kw><test name="1">{body}</test><test name="2">{error}</test>'
        f"</suite><errors>{other}{error}{warning}{later}</errors></robot>"
    )
    assert [(entry.text, entry.test) for entry in seen.log] == [
        ("d", ()),
        ("c", ("S", "2")),
        ("a <b", ("S", "1")),
        ("a <b", ()),
    ]
