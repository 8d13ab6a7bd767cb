"""Small reports of the kin of JUnit, written by hand in the shape of the tools' own.

Held against real files of pytest 9.2.0 with pytest-reportlog 1.0.0, pytest-json-ctrf 0.6.1, allure-pytest 2.16.2 and
pytest-rerunfailures 16.7, of @playwright/test 1.65.1 with its json reporter, playwright-ctrf-json-reporter 0.0.29 and
allure-playwright 3.12.2, and the corpus's files of VSTest, MSTest and NUnit. For xUnit.net and the rest of NUnit's and
TRX's words the tools' documentation stood in.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw, steps
from testflux.model.status import Status
from testflux.normalise import report, summary
from testflux.parse import evidence, registry

HERE = Path(__file__).parent / "kin"
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "junit"
CONTENTS = {path.name: path.read_bytes() for path in sorted(HERE.iterdir())}
WHOLE_DOCUMENTS = {"ctrf.json", "playwright.json"}
KEEPS_TESTS = set(CONTENTS) - WHOLE_DOCUMENTS - {"allure.jsonl", "shop.trx"}
EXPECTED: dict[str, tuple[str, raw.Tool, str, float, str]] = {
    "allure.jsonl": ("allure-results", raw.Tool("pytest"), "2026-03-14T09:15:31+00:00", 3000, "FLSB"),
    "ctrf.json": ("ctrf", raw.Tool("vitest", "3.2.1"), "2026-03-14T09:15:30+00:00", 2500, "PFLLLBSB"),
    "nunit2.xml": ("nunit-xml", raw.Tool("NUnit", "2.6.4.14350"), "2026-03-14T10:15:30+00:00", 1250, "PFBSPS"),
    "nunit3.xml": ("nunit-xml", raw.Tool("NUnit", "4.1.0.0"), "2026-03-14T09:15:30+00:00", 2750, "PFPBSSBFB"),
    "playwright.json": (
        "playwright-json", raw.Tool("Playwright", "1.57.0"), "2026-03-14T09:15:30.500000+00:00", 4250.5, "PLFPFSSBB",
    ),
    "reportlog.jsonl": (
        "pytest-reportlog", raw.Tool("pytest", "9.2.0"), "2026-03-14T09:15:31.250000+00:00", 4250, "BSPFLS",
    ),
    "shop.trx": ("trx", raw.Tool("VSTest"), "2026-03-14T09:15:30+00:00", 4500, "PFPPFSSB"),
    "xunit-v2.xml": ("xunit-net-xml", raw.Tool("xUnit.net", "2.4.1.0"), "2026-03-14T10:15:29+00:00", 750, "PP"),
    "xunit-v3.xml": (
        "xunit-net-xml", raw.Tool("xUnit.net v3", "3.2.0"), "2026-03-14T09:15:30.500000+00:00", 2500, "BPFPFSS",
    ),
}  # fmt: skip
OUTSIDE = {"OneTimeTearDown", "class-cleanup: Shop.CartTests", "Error outside any test"}
LETTERS = {Status.PASSED: "P", Status.FAILED: "F", Status.BROKEN: "B", Status.SKIPPED: "S", Status.FLAKY: "L"}
CORPUS_TOTALS = {
    "trx-pickles.trx": {"total": 4, "passed": 3, "failed": 1, "skipped": 0, "broken": 0},
    "trx-FluentValidation.Tests.trx": {"total": 804, "passed": 803, "failed": 0, "skipped": 1, "broken": 0},
    "nunit3-dotnet.xml": {"total": 9, "passed": 3, "failed": 3, "skipped": 1, "broken": 2},
    "nunit3-issue1077.xml": {"total": 6, "passed": 6, "failed": 0, "skipped": 0, "broken": 0},
}


def read(data: bytes) -> raw.RawReport:
    return registry.parse(io.BytesIO(data))


def open_all(seen: raw.RawReport, data: bytes) -> list[steps.Evidence]:
    return [
        evidence.open_test(seen.format, data[test.byte_start : test.byte_end])
        for test in seen.tests
        if test.byte_start is not None
    ]


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_what_each_report_says(name: str) -> None:
    format_, tool, started_at, duration, statuses = EXPECTED[name]
    seen = read(CONTENTS[name])
    built = report.build(seen)
    assert (seen.format, seen.tool, seen.warnings) == (format_, tool, [])
    assert str(seen.started_at).replace(" ", "T") == started_at
    assert seen.duration_ms == pytest.approx(duration)
    assert seen.is_complete
    assert seen.local_times is (name in {"nunit2.xml", "xunit-v2.xml"})
    assert "".join(LETTERS[result.status] for result in built.results) == statuses
    assert [result.key.duplicate for result in built.results] == [0] * len(statuses)


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_every_test_opens_from_its_own_bytes(name: str) -> None:
    data = CONTENTS[name]
    seen = read(data)
    opened = [test for test in seen.tests if test.byte_start is not None]
    assert len(opened) >= 2
    assert all(result.evidence for result in report.build(seen).results if result.key.name not in OUTSIDE)
    for test, one in zip(opened, open_all(seen, data), strict=True):
        assert one.warnings == ()
        assert test.byte_end is not None
        assert test.name.split(".")[-1].encode() in data[test.byte_start : test.byte_end] or name == "playwright.json"


@pytest.mark.parametrize("name", sorted(CORPUS_TOTALS))
def test_real_files_of_dotnet(name: str) -> None:
    if not (CORPUS / name).exists():
        pytest.skip(f"there is no corpus at {CORPUS}")
    data = (CORPUS / name).read_bytes()
    seen = read(data)
    built = report.build(seen)
    assert built.totals == CORPUS_TOTALS[name]
    assert seen.warnings == []
    assert len({result.digest for result in built.results}) == len(built.results)
    assert {result.key.duplicate for result in built.results} == {0}
    assert len(open_all(seen, data)) == len(seen.tests)


class Dribble:
    """A stream that hands out its bytes in pieces of the given sizes, again and again."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._rest = io.BytesIO(data)
        self._sizes = sizes
        self._turn = 0

    def read(self, size: int, /) -> bytes:
        self._turn += 1
        return self._rest.read(min(size, self._sizes[self._turn % len(self._sizes)]))


@given(st.sampled_from(sorted(CONTENTS)), st.lists(st.integers(1, 5000), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_the_sizes_of_reads_do_not_matter(name: str, sizes: list[int]) -> None:
    assert registry.parse(Dribble(CONTENTS[name], sizes)) == read(CONTENTS[name])


@pytest.mark.parametrize("name", sorted(WHOLE_DOCUMENTS))
@given(draw=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_document_that_breaks_off_is_refused(name: str, draw: st.DataObject) -> None:
    data = CONTENTS[name]
    end = draw.draw(st.integers(200, len(data.rstrip()) - 1))
    with pytest.raises(errors.ReportError) as caught:
        read(data[:end])
    assert caught.value.code == "report-truncated"


@given(st.sampled_from(sorted(KEEPS_TESTS)), st.data())
@settings(max_examples=200, deadline=None)
def test_a_report_that_breaks_off_keeps_its_complete_tests(name: str, draw: st.DataObject) -> None:
    data = CONTENTS[name]
    ends = [test.byte_end or 0 for test in sorted_by_end(read(data))]
    end = draw.draw(st.integers(ends[0], len(data.rstrip()) - 1))
    seen = read(data[:end])
    assert [kept.byte_end for kept in sorted_by_end(seen)] == [at for at in ends if at <= end]
    assert not seen.is_complete
    assert [warning.code for warning in seen.warnings] == ["report-truncated"]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_of_allure_the_results_that_are_whole_are_kept(draw: st.DataObject) -> None:
    data = CONTENTS["allure.jsonl"]
    ends = [test.byte_end or 0 for test in sorted_by_end(read(data))]
    end = draw.draw(st.integers(ends[0], len(data.rstrip()) - 1))
    seen = read(data[:end])
    assert [kept.byte_end for kept in sorted_by_end(seen)] == [at for at in ends if at <= end]
    is_between_lines = data[end - 1 : end] == b"\n" or data[end : end + 1] == b"\n"
    assert seen.is_complete is is_between_lines
    assert [warning.code for warning in seen.warnings] == ([] if is_between_lines else ["report-truncated"])


def sorted_by_end(seen: raw.RawReport) -> list[raw.RawTest]:
    return sorted((test for test in seen.tests if test.byte_end is not None), key=lambda test: test.byte_end or 0)


def test_a_trx_that_breaks_off_keeps_what_has_its_definition() -> None:
    data = CONTENTS["shop.trx"]
    seen = read(data[: data.index(b'<UnitTest name="Pays"')])
    assert [test.name for test in seen.tests] == ["Holds", "Adds", "Adds"]
    assert not seen.is_complete
    with pytest.raises(errors.ReportError) as caught:
        read(data[: data.index(b"<TestDefinitions>")])
    assert caught.value.code == "report-truncated"


@given(st.sampled_from(sorted(CONTENTS)), st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.large_base_example])
def test_whatever_happens_to_a_report_it_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    broken = mutate(CONTENTS[name], draw)
    seen = read_or_refuse(broken)
    if isinstance(seen, errors.ReportError):
        assert seen.message
        assert seen.hint
        assert 0 <= (seen.byte or 0) <= len(broken)
        return
    assert json.dumps(summary.describe(report.build(seen), "broken")).encode()
    for test in seen.tests:
        assert not any("\x00" in text for text in (test.name, test.message, test.parameters, *test.suite, *test.tags))
        open_or_refuse(seen.format, broken[test.byte_start : test.byte_end] if test.byte_start is not None else b"")


@given(st.sampled_from(sorted(WHOLE_DOCUMENTS | {"allure.jsonl", "reportlog.jsonl"})), st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.large_base_example])
def test_whatever_a_member_holds_it_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    lines = CONTENTS[name].splitlines() if name.endswith("l") else [CONTENTS[name]]
    values = [json.loads(line) for line in lines]
    for _ in range(draw.draw(st.integers(1, 3))):
        holder, key = draw.draw(st.sampled_from(list_members(values)))
        holder[key] = draw.draw(st.sampled_from(ODD_VALUES).map(json.loads))
    data = b"\n".join(json.dumps(value).encode() for value in values)
    seen = read_or_refuse(data)
    if isinstance(seen, errors.ReportError):
        assert seen.code in {"report-shape", "format-not-read", "format-unknown", "report-truncated"}
        return
    assert report.build(seen).totals["total"] <= len(seen.tests)  # pyright: ignore[reportOperatorIssue]
    for test in seen.tests:
        assert "\x00" not in "".join((test.name, test.message, test.parameters, test.doc, *test.suite, *test.tags))
        if test.byte_start is not None:
            assert evidence.open_test(seen.format, data[test.byte_start : test.byte_end])


def list_members(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a value that can hold another one."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in list(members) for place in ((value, key), *list_members(inner))]


def read_or_refuse(data: bytes) -> raw.RawReport | errors.ReportError:
    try:
        return read(data)
    except errors.ReportError as refusal:
        return refusal


def open_or_refuse(format_: str, piece: bytes) -> Any:
    try:
        return evidence.open_test(format_, piece) if piece else None
    except errors.ReportError as refusal:
        return refusal


@given(
    st.sampled_from(sorted(evidence.READERS)), st.binary(max_size=200) | st.sampled_from([b"", b"null", b"[]", b"<a/>"])
)
@settings(max_examples=300, deadline=None)
def test_any_piece_is_opened_or_refused(format_: str, piece: bytes) -> None:
    try:
        opened: object = evidence.open_test(format_, piece)
    except errors.ReportError as refusal:
        opened = refusal
    assert isinstance(opened, steps.Evidence | errors.ReportError)


def mutate(data: bytes, draw: st.DataObject) -> bytes:
    """Cut, repeat, overwrite or insert somewhere, once to three times."""
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(data)))
        end = min(len(data), start + draw.draw(st.integers(0, 60)))
        put = draw.draw(st.one_of(st.binary(max_size=20), st.sampled_from(AWKWARD), st.just(data[start:end] * 3)))
        data = data[:start] + put + data[end:]
    return data


ODD_VALUES = (
    "null", "true", "1", "-1", "0.5", "1e308", "1" * 30, '""', '"x"', '"\\u0000"', '"\\ud800"', "[]", "{}", "[null]",
    "[1]", '["a"]', '{"a": 1}', "[[]]", '{"name": {}}', "2147483648",
)  # fmt: skip
AWKWARD = (
    b"<test-case>", b"</test-case>", b"<test>", b"</UnitTestResult>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b'"',
    b"<![CDATA[", b"]]>", b"{", b"}", b"[", b"]", b":", b"null", b"true", b"1e999", b"-1", b"NaN", b"9" * 400, b"0",
    b'"steps":[{"steps":[{}]}],', b'"x":[],', b"\\ud800", b"\\u0000", b"\\u001b[31m", b"\x00", b"\xff", b"\n", b"{}\n",
    b"<?xml version='1.0' encoding='cp1252'?>",
)  # fmt: skip
