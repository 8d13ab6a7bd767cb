from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from made import NOON, Project, finding, scan
from past import Past, Run, baseline_of
from testflux.kit import errors, query
from testflux.model.access import EVERYBODY
from testflux.model.report import Finding
from testflux.model.status import Kind, Severity
from testflux.store import run_findings, run_list
from testflux.store.database import Reader, Row
from testflux.store.run_findings import FindingFilter

ALL = 1000
KEYS = {name: query.Key() for name in ("rule", "method", "param")}
Wanted = Callable[[dict[str, Any]], bool]


def scans(past: Past) -> list[Run]:
    return [run for run in past.shop if run.kind is Kind.SECURITY]


def number_findings(past: Past) -> dict[bytes, int]:
    """Number findings as they were first sent."""
    numbers: dict[bytes, int] = {}
    for run in scans(past):
        for item in run.report.findings:
            numbers.setdefault(item.digest, len(numbers) + 1)
    return numbers


def state_of(past: Past, run: Run, item: Finding) -> str:
    """What a finding was to its lane when the scan arrived."""
    was = baseline_of(run, past.shop)
    if was and item.digest in {other.digest for other in was.report.findings}:
        return "existing"
    before = (
        other
        for other in scans(past)
        if other.number < run.number
        and other.at < run.at
        and (run.day - other.day).days <= 730
        and other.lane[:-1] == run.lane[:-1]
        and other.said.branch in (run.said.branch, "main")
    )
    return (
        "reopened" if any(item.digest in {seen.digest for seen in other.report.findings} for other in before) else "new"
    )


def told(past: Past, run: Run) -> list[dict[str, Any]]:
    """What can be said of a scan: what it found, and what its baseline found and it did not."""
    was = baseline_of(run, past.shop)
    here = {item.digest for item in run.report.findings}
    gone = [item for item in was.report.findings if item.digest not in here] if was else []
    states = [(item, state_of(past, run, item)) for item in run.report.findings]
    states += [(item, "fixed" if run.report.is_complete else "not_seen") for item in gone]
    numbers = number_findings(past)
    rows = [_row(numbers, item, state) for item, state in states]
    return sorted(rows, key=lambda row: (-row["severity"], row["name"], row["finding_no"]))


def _row(numbers: dict[bytes, int], item: Finding, state: str) -> dict[str, Any]:
    names = ("rule", "name", "origin", "method", "template", "param", "algorithm", "severity", "confidence", "count")
    row = {name: getattr(item, name) for name in names}
    return row | {"finding_no": numbers[item.digest], "state": state, "occurrences": len(item.occurrences)}


def asking(text: str) -> dict[str, Any]:
    return {"query": query.parse(text, KEYS)}


def is_here(row: dict[str, Any]) -> bool:
    return row["state"] not in ("fixed", "not_seen")


def text_of(row: dict[str, Any]) -> str:
    return " ".join((row["name"], row["method"], row["origin"] + row["template"], row["param"], row["rule"])).lower()


FILTERS: dict[str, tuple[dict[str, Any], Wanted]] = {
    "everything": ({}, lambda _: True),
    "severity": ({"severities": [3, 4]}, lambda row: row["severity"] >= Severity.HIGH),
    "lowest": ({"severities": [0]}, lambda row: row["severity"] == Severity.INFORMATIONAL),
    "new": ({"states": ["new"]}, lambda row: row["state"] == "new"),
    "seen before": ({"states": ["existing", "reopened"]}, lambda row: row["state"] in ("existing", "reopened")),
    "gone": ({"states": ["fixed", "not_seen"]}, lambda row: row["state"] in ("fixed", "not_seen")),
    "rule": (asking("rule:40001 rule:40002"), lambda row: row["rule"] in ("40001", "40002")),
    "method": (asking("method:POST"), lambda row: row["method"] == "POST"),
    "param": (asking("param:id"), lambda row: row["param"] == "id"),
    "words": (asking("xss shop.example"), lambda row: "xss" in text_of(row)),
    "odd letters": (asking("50%_X"), lambda row: "50%_x" in text_of(row)),
}
PAIRS = [
    pair for pair in itertools.combinations(FILTERS, 2) if not FILTERS[pair[0]][0].keys() & FILTERS[pair[1]][0].keys()
]


def leave(rows: list[dict[str, Any]], asked: dict[str, Any], *wanted: Wanted) -> list[dict[str, Any]]:
    return [row for row in rows if all(is_wanted(row) for is_wanted in wanted) and ("states" in asked or is_here(row))]


def pick(rows: list[Row]) -> list[dict[str, Any]]:
    names = ("rule", "name", "origin", "method", "template", "param", "algorithm", "severity", "confidence", "count")
    return [{name: row[name] for name in (*names, "finding_no", "state", "occurrences")} for row in rows]


async def read(reader: Reader, run: Run) -> Row:
    return await run_list.get_run(reader, run.project_id, run.run_id)


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_leaves_what_it_should(past: Past, reader: Reader, name: str) -> None:
    asked, is_wanted = FILTERS[name]
    found = 0
    for run in scans(past):
        rows = await run_findings.list_findings(reader, await read(reader, run), FindingFilter(**asked), 0, ALL)
        assert pick(rows) == leave(told(past, run), asked, is_wanted)
        assert all(row["found"] == len(rows) for row in rows), "each row knows how many there are"
        found += len(rows)
    assert found > 5, "the past has what this test is about"


async def test_two_filters_leave_what_both_leave(past: Past, reader: Reader) -> None:
    for run in scans(past)[-3:]:
        row, rows = await read(reader, run), told(past, run)
        for first, second in PAIRS:
            asked = FILTERS[first][0] | FILTERS[second][0]
            found = await run_findings.list_findings(reader, row, FindingFilter(**asked), 0, ALL)
            assert pick(found) == leave(rows, asked, FILTERS[first][1], FILTERS[second][1]), (first, second)


async def test_the_past_has_findings_in_every_state(past: Past, reader: Reader) -> None:
    states = {row["state"] for run in scans(past) for row in told(past, run)}
    assert states == {"new", "existing", "reopened", "fixed", "not_seen"}
    kept = await reader.all("select distinct state from finding_seen")
    assert {row["state"] for row in kept} == {"new", "existing", "reopened"}, "what is gone is no row"


async def test_pages_show_every_finding_once_in_order(past: Past, reader: Reader) -> None:
    for run in scans(past)[::5]:
        row = await read(reader, run)
        whole = await run_findings.list_findings(reader, row, FindingFilter(), 0, ALL)
        pages = [
            await run_findings.list_findings(reader, row, FindingFilter(), place, 2)
            for place in range(0, len(whole), 2)
        ]
        assert list(itertools.chain.from_iterable(pages)) == whole


async def test_a_finding_knows_when_it_was_first_seen(past: Past, reader: Reader) -> None:
    numbers = number_findings(past)
    first: dict[int, Run] = {}
    for run in scans(past):
        for number in (numbers[item.digest] for item in run.report.findings):
            if number not in first or run.at < first[number].at:
                first[number] = run
    for run in scans(past):
        for row in await run_findings.list_findings(reader, await read(reader, run), FindingFilter(), 0, ALL):
            seen = first[row["finding_no"]]
            assert (row["first_run_id"], row["first_number"], row["first_seen_at"]) == (
                seen.run_id,
                seen.number,
                seen.at,
            )


async def test_one_finding_is_read_also_when_only_the_baseline_saw_it(past: Past, reader: Reader) -> None:
    gone = 0
    for run in scans(past):
        row = await read(reader, run)
        for expected in told(past, run):
            found = await run_findings.get_finding(reader, row, expected["finding_no"])
            assert pick([found]) == [expected]
            gone += not is_here(expected)
    assert gone > 5
    with pytest.raises(errors.NotFoundError, match="has no such finding"):
        await run_findings.get_finding(reader, await read(reader, scans(past)[0]), 10**9)


async def test_places_are_those_of_this_scan_else_of_its_baseline(past: Past, reader: Reader) -> None:
    numbers = number_findings(past)
    for run in scans(past):
        row, was = await read(reader, run), baseline_of(run, past.shop)
        there = {item.digest: item for item in (was.report.findings if was else ())}
        for item in (there | {item.digest: item for item in run.report.findings}).values():
            places = await run_findings.list_occurrences(reader, row, numbers[item.digest])
            assert places == [msgspec.to_builtins(place) for place in item.occurrences]
        assert await run_findings.list_occurrences(reader, row, 10**9) == []


async def test_sightings_name_the_scans_that_saw_it_and_how_grave_it_was(past: Past, reader: Reader) -> None:
    rows = [await read(reader, run) for run in scans(past)]
    for digest, number in number_findings(past).items():
        assert await run_findings.list_sightings(reader, 1, number, rows) == {
            run.run_id: item.severity for run in scans(past) for item in run.report.findings if item.digest == digest
        }
    first = await run_findings.list_sightings(reader, 1, 1, rows[:1])
    assert set(first) <= {rows[0]["run_id"]}, "only the scans that were asked for"


async def test_a_rule_says_what_its_last_scan_said(project: Project) -> None:
    made = finding("a", description="first words")
    await project.arrive(scan(made), NOON)
    await project.arrive(scan(msgspec.structs.replace(made, description="better words", cwe=79, tags={"k": "v"})), NOON)
    async with project.database.read(EVERYBODY) as reader:
        rule = await run_findings.get_rule(reader, 1, made.rule)
        with pytest.raises(errors.NotFoundError):
            await run_findings.get_rule(reader, 1, "unheard-of")
    assert (rule["description"], rule["cwe"], rule["wasc"], rule["tags"]) == ("better words", 79, None, {"k": "v"})
