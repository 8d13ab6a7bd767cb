"""Every output.xml of the shared corpus says the same to us as to Robot Framework's own reader.

The corpus lies beside the repository (`../shared/corpus`) and is not part of it; without it these tests are skipped and
the fixtures beside this file stand in.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult
from robot.result import TestSuite as OfficialSuite

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.normalise import report
from testflux.parse import robot

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
