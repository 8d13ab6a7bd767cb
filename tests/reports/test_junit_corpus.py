"""Real JUnit XML from `../shared/corpus` (skipped without it), and dialects in `junit/`, small and written by hand."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.normalise import report, summary
from testflux.parse import evidence, junit, junit_attempts, registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "junit"
HERE = Path(__file__).parent / "junit"
CONTENTS = {path.name: path.read_bytes() for path in sorted(HERE.glob("*.xml"))}
LETTERS = {Status.PASSED: "P", Status.FAILED: "F", Status.BROKEN: "B", Status.SKIPPED: "S", Status.FLAKY: "L"}
TOOLS = {
    "pytest": {"own-pytest-xunit1.xml", "own-pytest-xunit2.xml", "own-pytest-rerunfailures.xml", "pytest.xml"},
    "Maven Surefire": {"surefire-acme-flaky.xml", "surefire-flakyFailure.xml", "surefire-failing.xml"},
    "Playwright": {"playwright.xml"},
    "Jest": {"jest-react.xml", "jest-junit-enrico.xml", "jest-empty-suite.xml"},
    "GoogleTest": {"gtest-jenkins.xml", "xunitplugin-gtest-1.xml"},
    "Go": {"go-junit-report.xml"},
    "PHPUnit": {"phpunit.xml", "phpunit-phpcheckstyle.xml"},
    "Robot Framework": {"own-robot-xunit-3.2.2.xml", "own-robot-xunit-4.1.3.xml", "own-robot-xunit-7.5.xml"},
    "Swift": {"swift-xunit.xml"},
}  # fmt: skip
MERGED = {
    "own-pytest-xunit1.xml": "PPFPSSFBBF",
    "own-pytest-xunit2.xml": "PPFPSSFBBF",
    "own-pytest-rerunfailures.xml": "PPFPSSFBBL",
    "surefire-acme-flaky.xml": "LP",
    "surefire-flakyFailure.xml": "L",
    "surefire-rerunFailure.xml": "F",
}
"""Files in which some cases are attempts: how their tests ended."""
EXPECTED = {
    "conventions.xml": ("unittest-xml-reporting", "F", []),
    "gradle.xml": ("Gradle", "LPPF", []),
    "illegal.xml": ("JUnit XML", "PFP", ["illegal-characters"]),
    "native.xml": ("GoogleTest", "PFSSSFBBPP", ["odd-time", "unknown-element", "odd-timestamp"]),
    "playwright.xml": ("Playwright", "PFS", []),
    "pytest.xml": ("pytest", "PLBS", []),
    "surefire.xml": ("Maven Surefire", "PLBB", []),
}


def rows() -> list[Any]:
    index = CORPUS / "SOURCES.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines, delimiter="\t") if row["root"] in {"testsuites", "testsuite"}]
    return [pytest.param(row, id=row["file"]) for row in found]


def read(data: bytes) -> raw.RawReport:
    return registry.parse(io.BytesIO(data))


def letters(seen: raw.RawReport) -> str:
    return "".join(LETTERS[result.status] for result in report.build(seen).results)


def expected_letter(case: ET.Element) -> str:
    children = {child.tag for child in case}
    for tag, letter in (("error", "B"), ("failure", "F"), ("skipped", "S")):
        if tag in children:
            return letter
    if {"flakyFailure", "flakyError"} & children:
        return "L"
    return {"disabled": "S", "notrun": "S"}.get(case.get("status", ""), "P")


def open_all(seen: raw.RawReport, data: bytes) -> list[Any]:
    finals = [test for test in seen.tests if test.byte_start is not None]
    return [(test, evidence.open_test(seen.format, data[test.byte_start : test.byte_end])) for test in finals]


def test_the_corpus_is_there() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    assert len(rows()) == 52


@pytest.mark.parametrize("row", rows())
def test_every_real_file_says_what_a_plain_count_says(row: dict[str, str]) -> None:
    data = (CORPUS / row["file"]).read_bytes()
    tree = ET.fromstring(data)  # noqa: S314 - files of ours
    cases = list(tree.iter("testcase"))
    seen = read(data)
    assert len(cases) == int(row["testcases"])
    assert len(seen.suites) == int(row["suites"])
    if row["file"] in MERGED:
        assert letters(seen) == MERGED[row["file"]]
    else:
        assert Counter(letters(seen)) == Counter(expected_letter(case) for case in cases)
        names = [case.get("name", "").strip() for case in cases]
        assert not all(names) or [test.name for test in seen.tests if test.byte_end] == names
    assert seen.is_complete
    assert {warning.code for warning in seen.warnings} <= {"odd-time"}
    assert [tool for tool, files in TOOLS.items() if row["file"] in files] in ([], [seen.tool.name])


@pytest.mark.parametrize("row", rows())
def test_both_ways_agree_on_every_real_file(row: dict[str, str]) -> None:
    data = (CORPUS / row["file"]).read_bytes()
    assert junit.parse(io.BytesIO(data)) == junit.parse_strictly(io.BytesIO(data))


@pytest.mark.parametrize("row", rows())
def test_every_test_of_a_real_file_can_be_opened(row: dict[str, str]) -> None:
    data = (CORPUS / row["file"]).read_bytes()
    for test, opened in open_all(read(data), data):
        piece = data[test.byte_start : test.byte_end]
        assert piece.startswith(b"<testcase")
        assert piece.endswith((b"</testcase>", b"/>"))
        printed = "".join(step.text + "".join(child.text for child in step.children) for step in opened.steps)
        has_reason = test.message not in {"", junit_attempts.NO_REASON} and not test.message_is_html
        if test.status.is_bad and test.attempt == 1 and has_reason:
            assert test.message.split("\n")[0].strip() in printed
        assert opened.warnings == ()


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_every_dialect_is_read(name: str) -> None:
    seen = read(CONTENTS[name])
    assert (seen.tool.name, letters(seen), [warning.code for warning in seen.warnings]) == EXPECTED[name]
    assert junit.parse_strictly(io.BytesIO(CONTENTS[name])) == seen


def test_surefire_reruns_are_attempts_and_system_properties_stay_in_the_file() -> None:
    seen = read(CONTENTS["surefire.xml"])
    _, flaky, never, nameless = report.build(seen).results
    assert [(attempt.status, attempt.message) for attempt in flaky.attempts] == [
        (Status.FAILED, "expected: 1"),
        (Status.BROKEN, "no answer"),
    ]
    assert [attempt.message for attempt in never.attempts] == ["built to fail", "still built to fail"]
    assert (never.message, nameless.key.name) == ("gone", "shop.BasketTest")
    assert seen.duration_ms == 1_234_500
    assert b"hunter2" not in json_of(seen)


def json_of(seen: raw.RawReport) -> bytes:
    return repr(seen).encode() + repr(summary.describe(report.build(seen), "x")).encode()


def test_attempts_of_pytest_and_gradle() -> None:
    results = {result.key.name: result for result in report.build(read(CONTENTS["pytest.xml"])).results}
    assert list(results) == ["test_add[a&b-ü]", "test_again", "test_both", "test_later"]
    assert [attempt.status for attempt in results["test_again"].attempts] == [Status.FAILED]
    assert results["test_both"].message == 'assert 0\n\nfailed on teardown with "OSError: disk"'
    assert (results["test_both"].duration_ms, results["test_both"].line) == (250, 13)
    gradle = report.build(read(CONTENTS["gradle.xml"])).results
    assert [(result.key.name, result.key.duplicate, len(result.attempts)) for result in gradle] == [
        ("orders()", 0, 1), ("pays()", 0, 0), ("pays()", 1, 0), ("ships()", 0, 0),
    ]  # fmt: skip


def test_suite_paths_and_variants() -> None:
    playwright = read(CONTENTS["playwright.xml"])
    assert [(test.suite, test.name, test.parameters) for test in playwright.tests] == [
        (("shop.spec.ts",), "basket › adds", "chromium"),
        (("shop.spec.ts",), "basket › pays", "chromium"),
        (("shop.spec.ts",), "basket › adds", "firefox"),
    ]
    assert playwright.tests[2].tags == ("slow", "shop")
    native = {test.name: test for test in read(CONTENTS["native.xml"]).tests}
    assert native["inner"].suite == ("ctest", "outer", "deep")
    assert native["hangs"].tags == ("slow", "shop")
    assert native["Fails"].message == "first\nline\n\nsecond"
    assert native["Fails"].duration_ms == 100
    assert read(CONTENTS["conventions.xml"]).tests[0].suite == ("Tests",)


def test_illegal_characters_leave_nothing_behind_and_move_nothing() -> None:
    data = CONTENTS["illegal.xml"]
    seen = read(data)
    assert [test.message for test in seen.tests] == ["", "red and bold", ""]
    assert seen.warnings[0].byte == data.index(b"\x1b")
    opened = open_all(seen, data)
    assert [re.findall(rb' name="(\w+)"', data[test.byte_start : test.byte_end]) for test, _ in opened] == [
        [b"fine"], [b"red"], [b"last"],
    ]  # fmt: skip
    assert "bell" in opened[1][1].steps[0].text
    assert "\x7f" not in opened[1][1].steps[0].text


def read_or_refuse(data: bytes) -> raw.RawReport | errors.ReportError:
    try:
        return read(data)
    except errors.ReportError as refusal:
        return refusal


@given(st.sampled_from(sorted(CONTENTS)), st.data())
@settings(max_examples=200, deadline=None)
def test_a_file_that_breaks_off_keeps_every_complete_test(name: str, draw: st.DataObject) -> None:
    data = CONTENTS[name]
    whole = junit.parse_strictly(io.BytesIO(data))
    end = draw.draw(st.integers(1, len(data.rstrip()) - 1))
    complete = [test for test in whole.tests if test.byte_end is not None and test.byte_end <= end]
    seen = read_or_refuse(data[:end])
    if isinstance(seen, errors.ReportError):
        assert seen.code in {"report-truncated", "xml-malformed", "format-unknown"}
        assert not complete
        return
    kept = [test.byte_end for test in seen.tests if test.byte_end is not None]
    assert set(kept) >= {test.byte_end for test in complete}
    assert not seen.is_complete
    assert "report-truncated" in [warning.code for warning in seen.warnings]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<testsuite name="a"><testcase name="b"', "report-truncated"),
        (b"<testsuite><testcase></testsuite>", "xml-malformed"),
        (b"<testsuite>&nbsp;<testcase name='a'/></testsuite>", "xml-malformed"),
        (b"<?xml version='1.0' encoding='klingon'?><testsuite><testcase name='a'/></testsuite>", "xml-malformed"),
        (b"<!DOCTYPE testsuite [<!ENTITY a 'b'>]><testsuite><testcase name='&a;'/></testsuite>", "xml-doctype"),
        (b"<testsuite>" * 200 + b"</testsuite>" * 200, "report-too-deep"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(data)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><testsuite name="ä"><testcase name="ö" classname="ü"/>'
    data = (text + '<testcase name="ö2" classname="ü"/></testsuite>').encode(encoding)
    seen = read(data)
    assert [(test.suite, test.name) for test in seen.tests] == [(("ä", "ü"), "ö"), (("ä", "ü"), "ö2")]
    assert (seen.tests[0].byte_start is None) == (encoding == "utf-16")


def test_white_space_before_the_declaration() -> None:
    seen = read(b'\n\n <?xml version="1.0"?><testsuite name="a"><testcase name="b"/><testcase name="c"/></testsuite>')
    assert [warning.code for warning in seen.warnings] == ["text-before-declaration"]
    assert seen.tests[1].byte_start == seen.tests[0].byte_end
