"""Every output.xml of the shared corpus says the same to us as to Robot Framework's own reader.

The corpus lies beside the repository (`../shared/corpus`) and is not part of it; without it these tests are skipped and
the fixtures beside this file stand in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from robot.api import ExecutionResult
from robot.result import TestSuite as OfficialSuite

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.normalise import report
from testflux.parse import robot, robot_fast, robot_result, xml_events

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "robot"
WORDS = {Status.PASSED: "PASS", Status.FAILED: "FAIL", Status.SKIPPED: "SKIP"}
BROKEN_OFF = {"gen-killed.xml": 1, "gen-truncated.xml": 27}
REFUSED = {"pub-jenkins-xxe.xml": "xml-doctype"}


def list_rows() -> list[dict[str, str]]:
    index = CORPUS / "SOURCES.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines, delimiter="\t") if row["file"].endswith(".xml")]


ROWS = [row for row in list_rows() if row["file"] not in BROKEN_OFF and row["file"] not in REFUSED]
OFFICIAL = [row for row in ROWS if not row["rf75_error"] and row["file"] != "pub-jenkins-blue_skip.xml"]
"""What Robot Framework 7.5 reads; of two root suites, as in blue_skip, it keeps the first one's place only."""


def params(rows: list[dict[str, str]]) -> list[Any]:
    return [pytest.param(row, id=row["file"]) for row in rows]


def read(name: str) -> raw.RawReport:
    with (CORPUS / name).open("rb") as stream:
        return robot.parse(stream)


def test_the_corpus_is_there() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    assert (len(ROWS), len(OFFICIAL)) == (66, 54)


@pytest.mark.parametrize("row", params(ROWS))
def test_totals(row: dict[str, str]) -> None:
    reader = "rf322" if row["rf75_error"] else "rf75"  # what Robot Framework 7.5 cannot read was counted with 3.2.2
    assert report.build(read(row["file"])).totals == {
        "total": int(row[f"{reader}_tests"]),
        "passed": int(row[f"{reader}_passed"]),
        "failed": int(row[f"{reader}_failed"]),
        "skipped": int(row.get(f"{reader}_skipped", "0") or 0),
        "broken": 0,
    }


@pytest.mark.parametrize("row", params(OFFICIAL))
def test_tests_are_those_of_the_official_reader(row: dict[str, str]) -> None:
    official = list(ExecutionResult(CORPUS / row["file"]).suite.all_tests)
    finals = [test for test in read(row["file"]).tests if test.byte_start is not None]
    assert len(finals) == len(official)
    for test, expected in zip(finals, official, strict=True):
        assert ".".join((*test.suite, test.name)) == expected.full_name
        assert WORDS[test.status] == expected.status
        assert sorted(test.tags) == sorted(expected.tags)
        assert test.doc == expected.doc
        assert test.line == expected.lineno
        assert test.source == str(expected.source or "")
        if test.attempt == 1:
            assert message_as_written(test) == expected.message
        assert without_reserved(test) == dict(expected.metadata)
        assert test.attributes.get("timeout") == expected.timeout
        assert (test.duration_ms or 0.0) == pytest.approx(expected.elapsed_time.total_seconds() * 1000)
        assert (test.started_at.replace(tzinfo=None) if test.started_at else None) == expected.start_time


@pytest.mark.parametrize("row", params(OFFICIAL))
def test_suites_and_log_are_those_of_the_official_reader(row: dict[str, str]) -> None:
    seen = read(row["file"])
    official = ExecutionResult(CORPUS / row["file"])
    suites = list_suites(official.suite)
    assert [".".join(suite.path) for suite in seen.suites] == [suite.full_name for suite in suites]
    for suite, expected in zip(seen.suites, suites, strict=True):
        assert suite.doc == expected.doc
        assert suite.message == expected.message
        assert suite.metadata == dict(expected.metadata)
        assert suite.duration_ms == pytest.approx(expected.elapsed_time.total_seconds() * 1000)
        assert (suite.started_at.replace(tzinfo=None) if suite.started_at else None) == expected.start_time
    assert [(entry.level, entry.text, entry.is_html) for entry in seen.log] == [
        (message.level, message.message, message.html) for message in official.errors.messages
    ]


@pytest.mark.parametrize("row", params(ROWS))
def test_ranges_hold_exactly_one_test_each(row: dict[str, str]) -> None:
    data = (CORPUS / row["file"]).read_bytes()
    finals = [test for test in read(row["file"]).tests if test.byte_start is not None]
    assert len(finals) == data.count(b"<test ")
    for test in finals:
        part = data[test.byte_start : test.byte_end]
        assert part.startswith(b"<test ")
        assert part.endswith(b"</test>")
        assert part.count(b"</test>") == 1


def list_files() -> list[Path]:
    return sorted([*CORPUS.glob("*.xml"), *(Path(__file__).parent / "robot").glob("*.xml")])


def read_whole(data: bytes) -> raw.RawReport:
    """Give every element to the reader: the simple way, which the fast and the strict one have to agree with."""
    result = robot_result.Result()
    try:
        xml_events.Reader(robot.ELEMENTS, result, result.report.warnings).read(io.BytesIO(data))
    except xml_events.TruncatedError as error:
        result.break_off(error)
    return result.finish()


def read_fast(data: bytes) -> raw.RawReport:
    return robot.parse(io.BytesIO(data))


def read_strictly(data: bytes) -> raw.RawReport:
    return robot.parse_strict(io.BytesIO(data))


Outcome = raw.RawReport | dict[str, object]


def outcome(way: Callable[[bytes], raw.RawReport], data: bytes) -> Outcome:
    try:
        return way(data)
    except errors.ReportError as refusal:
        return vars(refusal)


@pytest.mark.parametrize("path", list_files(), ids=lambda path: path.name)
def test_the_fast_and_the_strict_way_agree_with_the_simple_one(path: Path) -> None:
    data = path.read_bytes()
    simple = outcome(read_whole, data)
    assert outcome(read_fast, data) == simple
    assert outcome(read_strictly, data) == simple


CONTENTS = [path.read_bytes() for path in list_files() if path.stat().st_size < 100_000]


@given(st.sampled_from(CONTENTS), st.integers(250, 9000), st.sampled_from([1, 2 / 3]))
@settings(max_examples=100, deadline=None)
def test_any_split_of_a_file_gives_the_same(data: bytes, block: int, part: float) -> None:
    data = data[: int(len(data) * part)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robot_fast, "_BLOCK", block)
        assert outcome(read_fast, data) == outcome(read_whole, data)


AWKWARD = (
    b"<test>", b"</test>", b"</test", b"<suite>", b"</suite>", b"<!DOCTYPE x>", b"<![CDATA[", b"]]>", b"<!--", b"-->",
    b"<?", b"</kw>\n", b"<kw>\n", b"<status/>\n", b"<tag>x</tag>\n", b'"', b">", b"/>", b"&a;", b"\x00", b"\xff",
    b"\n", b" ", b"",
)  # fmt: skip


@given(st.sampled_from(CONTENTS), st.data())
@settings(max_examples=300, deadline=None)
def test_damage_is_judged_alike(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)))
    end = min(len(data), at + draw.draw(st.integers(0, 60)))
    put = draw.draw(st.sampled_from(AWKWARD)) or data[at:end] * 2
    damaged = data[:at] + put + data[end:]
    simple, strict, fast = (outcome(way, damaged) for way in (read_whole, read_strictly, read_fast))
    assert isinstance(strict, dict) is isinstance(simple, dict)
    if not isinstance(strict, dict):
        assert fast == strict
    if not touches(at, end, list_bodies(data)) and not touches(at, at + len(put), list_bodies(damaged)):
        assert fast == strict == simple


def touches(at: int, end: int, bodies: list[tuple[int, int]]) -> bool:
    """Return whether a piece of a file is in one of the bodies, or nothing but blanks is between them."""
    return any(start - 9 < end and at < stop + 9 for start, stop in bodies)


def list_bodies(data: bytes) -> list[tuple[int, int]]:
    """Return where the bodies that are stepped over begin and end."""
    bodies: list[tuple[int, int]] = []
    skip = xml_events.Reader[robot_result.Result].skip

    def note(reader: xml_events.Reader[robot_result.Result], size: int, lines: int) -> None:
        bodies.append((reader.end, reader.end + size))
        skip(reader, size, lines)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_events.Reader, "skip", note)
        outcome(read_fast, data)
    return bodies


@pytest.mark.parametrize("name", BROKEN_OFF if ROWS else [])
def test_what_breaks_off_keeps_its_complete_tests(name: str) -> None:
    seen = read(name)
    assert len(seen.tests) == BROKEN_OFF[name]
    assert not seen.is_complete
    assert [warning.code for warning in seen.warnings] == ["report-truncated"]


@pytest.mark.parametrize("name", REFUSED if ROWS else [])
def test_what_is_refused(name: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(name)
    assert caught.value.code == REFUSED[name]


def without_reserved(test: raw.RawTest) -> dict[str, str]:
    return {name: value for name, value in test.attributes.items() if name not in {"critical", "timeout", "exit"}}


def message_as_written(test: raw.RawTest) -> str:
    return f"*HTML* {test.message}" if test.message_is_html else test.message


def list_suites(suite: OfficialSuite) -> list[OfficialSuite]:
    return [suite, *(inner for child in suite.suites for inner in list_suites(child))]
