from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from made import NOON, F, P, Project, functional, outcomes, result
from past import Past, Run, baseline_of, newest_first, number_tests
from testflux.kit import errors, query
from testflux.model.access import EVERYBODY
from testflux.model.report import Result
from testflux.model.status import Kind, Status
from testflux.store import removal, run_list, run_results
from testflux.store.database import Reader, Row
from testflux.store.run_results import ResultFilter

ALL = 10_000
BAD = (Status.FAILED, Status.BROKEN)
GOOD = (Status.PASSED, Status.FLAKY)
KEYS = {"dur": query.Key(is_duration=True)}
Path = tuple[str, ...]


class Told:
    """What Python knows about the results of one run."""

    def __init__(self, past: Past, run: Run) -> None:
        self.run = run
        self.was = baseline_of(run, past.shop)
        self.numbers = number_tests(past.shop)

    def change(self, path: Path) -> str | None:
        """How a test changed against the baseline."""
        if self.was is None:
            return None
        here, there = self.run.results[path], self.was.results.get(path)
        was_bad = there is not None and there.status in BAD
        if here.status in BAD:
            return "still" if was_bad else "new"
        return "fixed" if was_bad and here.status in GOOD and self.run.report.is_complete else None

    def row(self, path: Path) -> dict[str, Any]:
        """What a list should say of a result."""
        item = self.run.results[path]
        has_row = bool(item.attempts or item.status not in (Status.PASSED, Status.SKIPPED)) or (
            item.status is Status.SKIPPED and item.message
        )
        return {
            "test_no": self.numbers[path],
            "suite": list(item.key.suite),
            "name": item.key.name,
            "status": item.status.label,
            "duration_ms": item.duration_ms,
            "change": self.change(path),
            "attempts": len(item.attempts) + 1,
            "message": item.message if has_row else "",
            "fingerprint": item.fingerprint,
            "is_html": False,
        }

    def rows(self, is_wanted: Callable[[Result, str | None], bool]) -> list[dict[str, Any]]:
        """What a list of some results should say, in the catalogue's order."""
        paths = sorted(self.run.results, key=self.numbers.__getitem__)
        return [self.row(path) for path in paths if is_wanted(self.run.results[path], self.change(path))]


def asking(text: str) -> dict[str, Any]:
    return {"query": query.parse(text, KEYS)}


def told_text(item: Result) -> str:
    has_row = item.attempts or item.status is not Status.PASSED
    return " ".join((" / ".join(item.key.suite), item.key.name, item.message if has_row else "")).lower()


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Result, str | None], bool]]] = {
    "everything": ({}, lambda _item, _change: True),
    "status": ({"statuses": ["failed"]}, lambda item, _: item.status is Status.FAILED),
    "statuses": ({"statuses": ["broken", "flaky"]}, lambda item, _: item.status in (Status.BROKEN, Status.FLAKY)),
    "suite": ({"suite": ["Shop"]}, lambda item, _: item.key.suite[0] == "Shop"),
    "inner suite": ({"suite": ["Shop", "Basket"]}, lambda item, _: item.key.suite[:2] == ("Shop", "Basket")),
    "no suite": ({"suite": ["Basket"]}, lambda _item, _change: False),
    "tag": ({"tags": ["slow"]}, lambda item, _: "slow" in item.tags),
    "tags": ({"tags": ["50%_odd", "smoke"]}, lambda item, _: {"50%_odd", "smoke"} <= set(item.tags)),
    "new": ({"changes": ["new"]}, lambda _, change: change == "new"),
    "fixed or still": ({"changes": ["fixed", "still"]}, lambda _, change: change in ("fixed", "still")),
    "longer": (asking("dur:>1s"), lambda item, _: item.duration_ms > 1000),
    "between": (asking("dur:>10ms dur:<1s"), lambda item, _: 10 < item.duration_ms < 1000),
    "name": (asking("AB"), lambda item, _: "ab" in told_text(item)),
    "suite and message": (asking('"/ basket" 50%'), lambda i, _: "/ basket" in told_text(i) and "50%" in told_text(i)),
    "odd letters": (asking(r'"C:\\temp"'), lambda item, _: r"c:\temp" in told_text(item)),
}
PAIRS = [
    pair for pair in itertools.combinations(FILTERS, 2) if not FILTERS[pair[0]][0].keys() & FILTERS[pair[1]][0].keys()
]


def some_runs(past: Past) -> list[Run]:
    """Whole runs, sparse and empty ones, with a baseline and without, and one of the big ones."""
    return [run for run in past.shop if run.kind is Kind.FUNCTIONAL and run.said.name != "big"]


async def read(reader: Reader, run: Run) -> Row:
    return await run_list.get_run(reader, run.project_id, run.run_id)


def pick(rows: Sequence[Row]) -> list[dict[str, Any]]:
    names = (
        "test_no",
        "suite",
        "name",
        "status",
        "duration_ms",
        "change",
        "attempts",
        "message",
        "fingerprint",
        "is_html",
    )
    return [{name: row[name] for name in names} for row in rows]


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_leaves_what_it_should(past: Past, reader: Reader, name: str) -> None:
    asked, is_wanted = FILTERS[name]
    found = 0
    for run in some_runs(past):
        rows = await run_results.list_results(reader, await read(reader, run), ResultFilter(**asked), 0, ALL)
        assert pick(rows) == Told(past, run).rows(is_wanted)
        found += len(rows)
    assert bool(found) == (name != "no suite"), "the past has what this test is about"


async def test_two_filters_leave_what_both_leave(past: Past, reader: Reader) -> None:
    run = max(some_runs(past), key=lambda run: run.count(*BAD) if baseline_of(run, past.shop) else 0)
    row, told = await read(reader, run), Told(past, run)
    for first, second in PAIRS:
        (asked, is_wanted), (also_asked, is_also_wanted) = FILTERS[first], FILTERS[second]
        rows = await run_results.list_results(reader, row, ResultFilter(**asked | also_asked), 0, ALL)
        expected = told.rows(lambda item, change, a=is_wanted, b=is_also_wanted: a(item, change) and b(item, change))
        assert pick(rows) == expected, (first, second)


SORTS: dict[run_results.Sort, Callable[[Row], Any]] = {
    "position": lambda row: row["test_no"],
    "-duration_ms": lambda row: (-row["duration_ms"], row["test_no"]),
    "name": lambda row: (row["suite"], row["name"].casefold(), row["name"].swapcase(), row["test_no"]),
}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 7])
async def test_pages_show_every_result_once_in_order(
    past: Past, reader: Reader, sort: run_results.Sort, size: int
) -> None:
    run = max(some_runs(past), key=lambda run: len(run.report.results))
    row, wanted = await read(reader, run), ResultFilter(sort=sort)
    seen: list[Row] = []
    while rows := await run_results.list_results(reader, row, wanted, len(seen), size):
        assert len(rows) <= size
        seen += rows
    assert {item["test_no"] for item in seen} == {Told(past, run).numbers[path] for path in run.results}
    if sort == "name":
        suites = [item["suite"] for item in seen]
        assert suites == sorted(suites, key=suites.index), "suites stay together"
        assert Counter(item["test_no"] for item in seen).most_common(1)[0][1] == 1
    else:
        assert seen == sorted(seen, key=SORTS[sort])


async def test_a_run_of_more_than_a_chunk_is_read_whole(past: Past, reader: Reader) -> None:
    run = newest_first([run for run in past.shop if run.said.name == "big"])[0]
    row = await read(reader, run)
    rows = await run_results.list_results(reader, row, ResultFilter(), 0, ALL)
    assert pick(rows) == Told(past, run).rows(lambda _item, _change: True)
    assert len({item["test_no"] // 1000 for item in rows}) == 2
    assert {item["change"] for item in rows} >= {None, "new", "fixed"}, "it has a baseline of its kind"


async def test_one_result_is_read_by_its_test(past: Past, reader: Reader) -> None:
    run = next(run for run in some_runs(past) if run.count(*BAD))
    row, told = await read(reader, run), Told(past, run)
    for path in run.results:
        assert pick([await run_results.get_result(reader, row, told.numbers[path])]) == [told.row(path)]
    absent = set(told.numbers.values()) - {told.numbers[path] for path in run.results}
    for test_no in (*sorted(absent)[:2], 10**6, -1):
        with pytest.raises(errors.NotFoundError, match=f"Run #{run.number} holds no such test"):
            await run_results.get_result(reader, row, test_no)


async def test_the_tests_of_a_cause_are_found(past: Past, reader: Reader) -> None:
    for run in some_runs(past)[:30]:
        row, told = await read(reader, run), Told(past, run)
        for cause in await run_results.list_failures(reader, row, 0, ALL):
            rows = await run_results.list_results(reader, row, ResultFilter(failure_id=cause["failure_id"]), 0, ALL)
            assert pick(rows) == told.rows(lambda item, _, text=cause["cause"]: item.cause == text)
            assert {item["fingerprint"] for item in rows} == {cause["fingerprint"]}


async def test_changes_are_counted(past: Past, reader: Reader) -> None:
    seen: Counter[str] = Counter()
    for run in some_runs(past):
        told = Told(past, run)
        changes = Counter(told.change(path) for path in run.results)
        there = set(told.was.results) if told.was else set[Path]()
        counts = await run_results.count_changes(reader, await read(reader, run))
        assert counts == {
            "new": changes["new"],
            "still": changes["still"],
            "fixed": changes["fixed"],
            "added": len(run.results.keys() - there),
            "removed": len(there - run.results.keys()) if run.report.is_complete else 0,
        }
        seen += Counter({name: bool(count) for name, count in counts.items()})
    assert min(seen.values()) > 5, "the past has all kinds of changes"


async def test_a_run_keeps_the_number_of_its_changes(past: Past, reader: Reader) -> None:
    for run in some_runs(past):
        told, row = Told(past, run), await read(reader, run)
        changes = Counter(told.change(path) for path in run.results)
        assert (row["new_failures"], row["fixed"]) == (changes["new"], changes["fixed"])


async def test_causes_are_listed_new_ones_first_then_by_count(past: Past, reader: Reader) -> None:
    functional = [run for run in past.shop if run.kind is Kind.FUNCTIONAL]
    first_seen = first_sights(functional)
    for run in functional:
        counts = Counter(item.cause for item in run.report.results if item.status in BAD)
        rows = await run_results.list_failures(reader, await read(reader, run), 0, ALL)
        assert {row["cause"]: row["count"] for row in rows} == counts
        assert [(-row["is_new"], -row["count"]) for row in rows] == sorted(
            (-row["is_new"], -row["count"]) for row in rows
        )
        for row in rows:
            first = first_seen[row["cause"]]
            assert (row["is_new"], row["first_number"]) == (first is run, first.number)
            assert (row["first_run_id"], row["first_seen_at"]) == (first.run_id, first.at)
            assert row["seen_runs"] == sum(
                timedelta(0) <= run.day - other.day <= timedelta(days=90)
                and any(item.cause == row["cause"] for item in other.report.results)
                for other in functional
            )


def first_sights(runs: Sequence[Run]) -> dict[str, Run]:
    """Find the earliest run with each cause, of equally early ones the first to arrive."""
    first: dict[str, Run] = {}
    for run in runs:
        for item in run.report.results:
            if item.status in BAD and (item.cause not in first or run.at < first[item.cause].at):
                first[item.cause] = run
    return first


async def test_causes_are_paged(past: Past, reader: Reader) -> None:
    run = next(run for run in some_runs(past) if len({item.cause for item in run.report.results if item.cause}) > 2)
    row = await read(reader, run)
    whole = await run_results.list_failures(reader, row, 0, ALL)
    assert [(await run_results.list_failures(reader, row, place, 1))[0] for place in range(len(whole))] == whole


async def test_a_cause_whose_first_run_is_gone_names_the_next(project: Project) -> None:
    first = await project.arrive(outcomes(a=F), NOON)
    second = await project.arrive(outcomes(a=F), NOON + timedelta(hours=1))
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, 1, first["run_id"])
        row = await run_list.get_run(writer, 1, second["run_id"])
        (cause,) = await run_results.list_failures(writer, row, 0, 9)
    assert (cause["first_number"], cause["is_new"], cause["seen_runs"]) == (2, True, 1)


async def test_suites_add_up_their_tests(past: Past, reader: Reader) -> None:
    numbers = number_tests(past.shop)
    for run in some_runs(past):
        by_suite: dict[Path, list[Result]] = defaultdict(list)
        for path in sorted(run.results, key=numbers.__getitem__):
            by_suite[path[:-1]].append(run.results[path])
        rows = await run_results.list_suites(reader, await read(reader, run))
        assert rows == [
            {
                "suite": list(suite),
                "total": len(items),
                **{status.label: sum(item.status is status for item in items) for status in Status},
                "duration_ms": sum(item.duration_ms for item in items),
            }
            for suite, items in by_suite.items()
        ]


async def test_earlier_attempts_are_told_in_order(past: Past, reader: Reader) -> None:
    numbers, seen = number_tests(past.shop), 0
    for run in some_runs(past)[:20]:
        row = await read(reader, run)
        for path, item in run.results.items():
            rows = await run_results.list_attempts(reader, row, numbers[path])
            assert [(a["attempt"], a["status"], a["duration_ms"], a["message"]) for a in rows] == [
                (place, attempt.status, attempt.duration_ms, attempt.message)
                for place, attempt in enumerate(item.attempts, 1)
            ]
            seen += len(rows)
    assert seen > 20


async def test_cells_tell_how_tests_went_in_runs(past: Past, reader: Reader) -> None:
    numbers = number_tests(past.shop)
    runs = [run for run in past.shop if run.kind is Kind.FUNCTIONAL]
    rows = [await read(reader, run) for run in runs]
    some = sorted(numbers.values())[::9]
    cells = await run_results.list_cells(reader, 1, [*some, 10**6], rows)
    assert {(cell["test_no"], cell["run_id"], cell["status"], cell["duration_ms"]) for cell in cells} == {
        (numbers[path], run.run_id, item.status, item.duration_ms)
        for run in runs
        for path, item in run.results.items()
        if numbers[path] in some
    }
    assert len({cell["test_no"] // 1000 for cell in cells}) == 2, "tests of both chunks were asked for"


async def test_cells_of_no_tests_or_no_runs_are_none(past: Past, reader: Reader) -> None:
    row = await read(reader, past.shop[0])
    assert await run_results.list_cells(reader, 1, [], [row]) == []
    assert await run_results.list_cells(reader, 1, [1], []) == []


async def test_nothing_of_another_run_or_project_is_told(project: Project) -> None:
    run = await project.arrive(outcomes(a=P), NOON)
    await project.arrive(outcomes(b=F, c=F), NOON)
    async with project.database.read(EVERYBODY) as reader:
        row = await run_list.get_run(reader, 1, run["run_id"])
        assert [item["name"] for item in await run_results.list_results(reader, row, ResultFilter(), 0, 9)] == ["a"]
        assert await run_results.list_failures(reader, row, 0, 9) == []
        assert [suite["total"] for suite in await run_results.list_suites(reader, row)] == [1]
        assert [cell["run_id"] for cell in await run_results.list_cells(reader, 1, [0, 1, 2], [row])] == [run["run_id"]]


async def find_places(project: Project, run: Row, count: int) -> dict[int, tuple[int, int]]:
    """Return the byte ranges by test number that a run knows of, all in the one file of its upload."""
    async with project.database.read(EVERYBODY) as reader:
        found = {number: await run_results.find_evidence(reader, run, number) for number in range(count)}
    assert {(row["format"], row["blob_digest"]) for row in found.values() if row} <= {("made-functional", b"\1" * 32)}
    return {number: (row["start"], row["end"]) for number, row in found.items() if row}


async def give_file(project: Project) -> None:
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("update upload set blob_digest = %(digest)s", digest=b"\1" * 32)


async def test_one_test_s_place_in_the_file_is_found(project: Project) -> None:
    """In a full chunk, a later one and a sparse one; not of a test without a place, nor of one not in the run."""
    whole = await project.arrive(
        functional(*(result(str(i), evidence=(i * 10, i * 10 + 7) if i % 3 else None) for i in range(1500)))
    )
    sparse = await project.arrive(functional(*(result(str(i), evidence=(i, i + 1)) for i in (3, 1200))), NOON)
    await give_file(project)
    assert await find_places(project, whole, 1501) == {i: (i * 10, i * 10 + 7) for i in range(1500) if i % 3}
    assert await find_places(project, sparse, 1501) == {3: (3, 4), 1200: (1200, 1201)}


async def test_without_the_file_nothing_can_be_opened(project: Project) -> None:
    run = await project.arrive(functional(result("a", evidence=(1, 2))))
    assert await find_places(project, run, 1) == {}


async def test_a_format_without_places_has_none(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    await give_file(project)
    assert await find_places(project, run, 1) == {}
