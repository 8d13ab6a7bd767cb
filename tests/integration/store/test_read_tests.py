from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from made import NOON, F, P, Project, functional, outcomes, result
from past import Past, Run, newest_first, number_tests
from testflux.kit import clock, errors, query
from testflux.model.access import EVERYBODY, Tenant
from testflux.model.report import Result
from testflux.model.status import Kind, Status
from testflux.store import overview, tests, wire
from testflux.store.database import Reader, Row
from testflux.store.tests import HistoryFilter, TestFilter

ALL = (0, 10_000)
STRIP = 3
MAIN = ["main", ""]
HOUSE = Tenant(1)
TODAY = NOON.date()
KEYS = {"dur": query.Key(is_duration=True), "suite": query.Key()}
BAD = (Status.FAILED, Status.BROKEN)
Path = tuple[str, ...]
WIDTH = 10


def functional_runs(past: Past) -> list[Run]:
    return [run for run in past.shop if run.kind is Kind.FUNCTIONAL]


def catalogue(past: Past, branches: Sequence[str], today: date, *, is_by_name: bool = True) -> list[dict[str, Any]]:
    """What is known of each test: how it went in the newest run that holds it.

    Where that decides what is listed, the newest runs of all lanes come first.
    """
    recent = [run for run in functional_runs(past) if run.day >= today - timedelta(days=90)]
    lanes: dict[tuple[str, str], Run] = {}
    for run in reversed(newest_first([run for run in recent if run.said.branch in branches])):
        lanes[run.said.name, run.said.environment] = run
    every = newest_first([run for run in recent if run.said.branch in branches])
    runs = every if is_by_name else [*newest_first(list(lanes.values())), *every]
    failures = Counter(path for run in recent for path, item in run.results.items() if item.status in BAD)
    return [
        _entry(path, number, next((run for run in runs if path in run.results), None))
        | {"failures": failures[path], "tags": tags(past, path)}
        for path, number in number_tests(past.shop).items()
    ]


def _entry(path: Path, number: int, last: Run | None) -> dict[str, Any]:
    item = last.results[path] if last else None
    return {
        "test_no": number,
        "suite": list(path[:-1]),
        "name": path[-1],
        "status": item.status.label if item else None,
        "duration_ms": item.duration_ms if item else None,
        "run_id": last.run_id if last else None,
        "number": last.number if last else None,
        "started_at": last.at if last else None,
    }


def tags(past: Past, path: Path) -> list[str]:
    return next(list(run.results[path].tags) for run in past.shop if path in run.results)


def asking(text: str) -> dict[str, Any]:
    return {"query": query.parse(text, KEYS)}


def is_taking(low: int, high: int) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row["duration_ms"] is not None and low < row["duration_ms"] < high


FILTERS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = {
    "all": ({}, lambda _: True),
    "status": ({"statuses": ["failed", "broken"]}, lambda row: row["status"] in ("failed", "broken")),
    "passed": ({"statuses": ["passed"]}, lambda row: row["status"] == "passed"),
    "tag": ({"tags": ["smoke"]}, lambda row: "smoke" in row["tags"]),
    "tags": ({"tags": ["slow", "50%_odd"]}, lambda row: {"slow", "50%_odd"} <= set(row["tags"])),
    "suite": (asking('suite:"p / bask"'), lambda row: "p / bask" in " / ".join(row["suite"]).lower()),
    "suites": (asking("suite:sums suite:50%_o"), lambda row: row["suite"][-1] in ("Sums", "50%_odd")),
    "words": (asking("basket 1"), lambda row: "Basket" in row["suite"] and "1" in row["name"]),
    "longer": (asking("dur:>1s"), is_taking(1000, 10**9)),
    "between": (asking("dur:>10ms dur:<2s"), is_taking(10, 2000)),
    "nobody": (asking("unheard-of"), lambda _: False),
}
DECIDED = {"status", "passed", "longer", "between"}
PAIRS = [
    pair for pair in itertools.combinations(FILTERS, 2) if not FILTERS[pair[0]][0].keys() & FILTERS[pair[1]][0].keys()
]


async def front(reader: Reader, branches: list[str]) -> overview.Front:
    return overview.Front(1, 0, branches, await tests.list_recent(reader, 1, branches, STRIP))


def pick(rows: list[Row]) -> dict[int, Row]:
    return {row["test_no"]: row for row in rows}


def without_failures(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["test_no"]: {name: row[name] for name in row if name != "failures"} for row in rows}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("branches", [MAIN, ["topic/50%_x"]])
@pytest.mark.parametrize("days", [0, 60, 300])
async def test_the_catalogue_tells_how_tests_last_went(
    past: Past, reader: Reader, name: str, branches: list[str], days: int
) -> None:
    asked, is_wanted = FILTERS[name]
    today = TODAY + timedelta(days=days)
    rows = (await tests.list_tests(reader, await front(reader, branches), TestFilter(**asked), today, ALL, STRIP)).rows
    rows_known = catalogue(past, branches, today, is_by_name=name not in DECIDED)
    expected = [row for row in rows_known if is_wanted(row)]
    assert pick(rows) == without_failures(expected)


async def test_two_filters_leave_what_both_leave(past: Past, reader: Reader) -> None:
    known = {is_by_name: catalogue(past, MAIN, TODAY, is_by_name=is_by_name) for is_by_name in (True, False)}
    for first, second in PAIRS:
        everything = known[not {first, second} & DECIDED]
        asked = TestFilter(**FILTERS[first][0] | FILTERS[second][0])
        rows = (await tests.list_tests(reader, await front(reader, MAIN), asked, TODAY, ALL, STRIP)).rows
        expected = [row for row in everything if FILTERS[first][1](row) and FILTERS[second][1](row)]
        assert pick(rows) == without_failures(expected), (first, second)


@pytest.mark.parametrize("sort", ["name", "-duration", "-failures"])
async def test_the_catalogue_is_sorted_and_paged(past: Past, reader: Reader, sort: tests.Sort) -> None:
    wanted = TestFilter(sort=sort, query=query.parse("pays", KEYS))
    whole = (await tests.list_tests(reader, await front(reader, MAIN), wanted, TODAY, ALL, STRIP)).rows
    failures = {row["test_no"]: row["failures"] for row in catalogue(past, MAIN, TODAY)}
    keys: dict[tests.Sort, Callable[[Row], Any]] = {
        "name": lambda row: [row["suite"] for row in whole].index(row["suite"]),
        "-duration": lambda row: -(row["duration_ms"] or 0),
        "-failures": lambda row: -failures[row["test_no"]],
    }
    assert whole == sorted(whole, key=keys[sort])
    pages = [
        (await tests.list_tests(reader, await front(reader, MAIN), wanted, TODAY, (place, 7), STRIP)).rows
        for place in range(0, len(whole), 7)
    ]
    assert list(itertools.chain.from_iterable(pages)) == whole
    assert len(failures) > len(whole) > 30


async def test_recent_runs_are_the_newest_of_the_branches(past: Past, reader: Reader) -> None:
    expected = newest_first([run for run in functional_runs(past) if run.said.branch in MAIN])
    rows = await tests.list_recent(reader, 1, MAIN, 12)
    assert [(row["run_id"], row["run_day"], row["number"], row["started_at"]) for row in rows] == [
        (run.run_id, run.day, run.number, run.at) for run in expected[:12]
    ]


async def test_a_test_is_found_with_the_times_it_was_seen(past: Past, reader: Reader) -> None:
    for path, number in number_tests(past.shop).items():
        seen = [run for run in past.shop if path in run.results]
        test = await tests.get_test(reader, 1, number)
        assert (*test["suite"], test["name"]) == path
        assert test["first_seen_at"] == min(run.at for run in seen)
        assert test["last_seen_at"].date() == max(run.day for run in seen), "written once a day"


@pytest.mark.parametrize("test_no", [-1, 10**6, 2**31, 2**62])
async def test_a_test_that_is_not_there_is_not_found(reader: Reader, test_no: int) -> None:
    with pytest.raises(errors.NotFoundError, match="no such test"):
        await tests.get_test(reader, 1, test_no)


def history(past: Past, path: Path, is_wanted: Callable[[Run], bool]) -> list[tuple[Any, ...]]:
    return [
        (
            run.run_id,
            run.number,
            run.at,
            run.said.branch,
            run.said.commit,
            run.said.environment,
            run.said.name,
            *told(item),
        )
        for run in newest_first(past.shop)
        if is_wanted(run) and (item := run.results.get(path))
    ]


def told(item: Result) -> tuple[Status, int, str]:
    has_row = item.attempts or item.status is not Status.PASSED
    return item.status, item.duration_ms, item.message if has_row else ""


def as_told(rows: list[Row] | None) -> list[tuple[Any, ...]]:
    assert rows is not None
    return [tuple(row.values())[:WIDTH] for row in rows]


LANES: dict[str, tuple[HistoryFilter, Callable[[Run], bool]]] = {
    "all": (HistoryFilter(), lambda _: True),
    "branch": (HistoryFilter(branch="main"), lambda run: run.said.branch == "main"),
    "no branch": (HistoryFilter(branch=""), lambda run: not run.said.branch),
    "environment": (HistoryFilter(environment="prod"), lambda run: run.said.environment == "prod"),
    "name": (HistoryFilter(name="nightly"), lambda run: run.said.name == "nightly"),
    "all three": (
        HistoryFilter(branch="main", environment="staging", name="nightly"),
        lambda run: (run.said.branch, run.said.environment, run.said.name) == ("main", "staging", "nightly"),
    ),
    "since a day": (HistoryFilter(since=NOON - timedelta(days=7)), lambda run: run.at >= NOON - timedelta(days=7)),
    "since long ago": (
        HistoryFilter(since=NOON - timedelta(days=400), branch="main"),
        lambda run: run.at >= NOON - timedelta(days=400) and run.said.branch == "main",
    ),
    "since after all": (HistoryFilter(since=NOON + timedelta(days=9)), lambda _: False),
    "nobody": (HistoryFilter(name="unheard-of"), lambda _: False),
}


@pytest.mark.parametrize("name", LANES)
async def test_the_history_of_a_test_is_every_run_that_holds_it(past: Past, reader: Reader, name: str) -> None:
    wanted, is_wanted = LANES[name]
    numbers = number_tests(past.shop)
    for path in [*list(numbers)[:40:3], *list(numbers)[-3:]]:
        for limit in (1, 5, 1000):
            rows = await tests.find_history(reader, HOUSE, 1, numbers[path], wanted, None, limit)
            assert as_told(rows) == history(past, path, is_wanted)[:limit]


@pytest.mark.parametrize("size", [1, 4])
async def test_pages_of_a_history_show_every_run_once(past: Past, reader: Reader, size: int) -> None:
    numbers = number_tests(past.shop)
    path = max(numbers, key=lambda path: len(history(past, path, lambda _: True)))
    seen: list[Row] = []
    place: tuple[datetime, int] | None = None
    while rows := await tests.find_history(reader, HOUSE, 1, numbers[path], HistoryFilter(), place, size):
        seen += rows
        place = (rows[-1]["started_at"], rows[-1]["run_id"])
    assert as_told(seen) == history(past, path, lambda _: True)
    moments = [row["started_at"] for row in seen]
    assert len(set(moments)) < len(moments), "some began at the same moment"
    assert moments[0] - moments[-1] > timedelta(days=1000), "years apart"


async def test_a_history_before_a_moment_ends_there(past: Past, reader: Reader) -> None:
    numbers = number_tests(past.shop)
    for path in list(numbers)[:40:9]:
        for before in sorted({run.at for run in functional_runs(past)})[::5]:
            rows = await tests.find_history(reader, HOUSE, 1, numbers[path], HistoryFilter(), (before, -1), 1000)
            assert as_told(rows) == history(past, path, lambda run, moment=before: run.at < moment)


@pytest.mark.parametrize("hours", [-14, 0, 14])
@pytest.mark.parametrize(("before", "is_end"), [("0001-01-01T00:00", False), ("9999-12-31T23:59:59.999999", True)])
async def test_the_ends_of_time_can_be_asked_for(
    past: Past, reader: Reader, before: str, hours: int, *, is_end: bool
) -> None:
    moment = datetime.fromisoformat(before).replace(tzinfo=timezone(timedelta(hours=hours)))
    rows = await tests.find_history(reader, HOUSE, 1, 0, HistoryFilter(), (moment, -1), 1000)
    path = next(path for path, number in number_tests(past.shop).items() if number == 0)
    assert len(as_told(rows)) == (len(history(past, path, lambda _: True)) if is_end else 0)


HISTORY_IN_PLAIN_SQL = """
select r.run_id, r.number, r.started_at, r.branch, r.commit_sha, r.environment, r.name, e.status, e.duration_ms,
       coalesce(m.text, '') as message
from result e
join run r on r.project_id = e.project_id and r.run_id = e.run_id
left join result_row x on x.project_id = e.project_id and x.run_id = e.run_id and x.test_no = e.test_no and x.is_final
left join message m on m.project_id = x.project_id and m.message_id = x.message_id
where e.project_id = 1 and e.test_no = %(test_no)s
order by r.started_at desc, r.run_id desc
"""


async def test_a_history_is_what_plain_sql_on_the_view_tells(past: Past, reader: Reader) -> None:
    for test_no in list(number_tests(past.shop).values())[::9]:
        plain = await reader.all(HISTORY_IN_PLAIN_SQL, test_no=test_no)
        for limit in (1, 3, 1000):
            rows = await tests.find_history(reader, HOUSE, 1, test_no, HistoryFilter(), None, limit)
            labelled = [(*row[:7], Status(row[7]).label, *row[8:]) for row in as_told(rows)]
            assert labelled == as_told(plain)[:limit]


NOT_THEIRS: dict[str, tuple[Tenant, int, int]] = {
    "no such test": (HOUSE, 1, 10**6),
    "a number too large": (HOUSE, 1, 10**17),
    "another project": (HOUSE, 9, 0),
    "another organisation": (Tenant(2), 1, 0),
    "other projects": (Tenant(1, (2, 3)), 1, 0),
    "no projects": (Tenant(1, ()), 1, 0),
}


@pytest.mark.parametrize("name", NOT_THEIRS)
async def test_a_test_of_others_has_no_history(past: Past, reader: Reader, name: str) -> None:
    assert past.shop
    tenant, project_id, test_no = NOT_THEIRS[name]
    assert await tests.find_history(reader, tenant, project_id, test_no, HistoryFilter(), None, 5) is None
    assert await tests.find_history(reader, Tenant(1, (2, 1)), 1, 0, HistoryFilter(), None, 5)


class CountingReader(Reader):
    """Counts its questions."""

    count = 0

    async def all(self, query: wire.Query, /, **values: object) -> list[Row]:
        self.count += 1
        return await super().all(query, **values)


@pytest.mark.parametrize(
    ("days", "looks"),
    [
        ([0, 1, 2, 3, 4, 5], 1),  # a run a day: as far as the page takes
        ([300, 301, 302, 303, 304], 2),  # long ago: first where there could have been some, then where it was seen
        ([0, 10, 20, 30, 40, 50], 2),  # seldom: then as far back as it goes
    ],
)
async def test_a_history_takes_as_few_looks_as_it_can(project: Project, days: list[int], looks: int) -> None:
    moments = [clock.now() - timedelta(days=day) for day in sorted(days, reverse=True)]
    for moment in moments:
        await project.arrive(outcomes(a=P), moment, branch="main")
    async with project.database.read(EVERYBODY) as lent:
        reader = CountingReader(lent.connection)
        rows = await tests.find_history(reader, HOUSE, 1, 0, HistoryFilter(), None, 4)
    assert [row["started_at"] for row in rows or []] == moments[::-1][:4]
    assert reader.count == looks


async def test_a_history_of_many_lanes_and_retries_tells_the_last_attempt(project: Project) -> None:
    async with project.database.read(EVERYBODY) as reader:
        assert await tests.list_recent(reader, 1, ["main"], 5) == []
    for index in range(3):
        await project.arrive(outcomes(a=F if index == 1 else P), NOON - timedelta(days=40 * index), branch="main")
    async with project.database.read(EVERYBODY) as reader:
        rows = await tests.find_history(reader, HOUSE, 1, 0, HistoryFilter(branch="main"), None, 10)
    assert rows is not None
    assert [(row["status"], row["message"]) for row in rows] == [(P, ""), (F, "broke"), (P, "")]


async def test_the_last_runs_of_a_day_belong_to_it_though_a_day_is_written_once(project: Project) -> None:
    for hours in range(3):
        await project.arrive(outcomes(a=P), NOON + timedelta(hours=hours))
    async with project.database.read(EVERYBODY) as reader:
        test = await tests.get_test(reader, 1, 0)
        assert test["last_seen_at"] == NOON
        lately = HistoryFilter(since=NOON + timedelta(hours=1))
        rows = await tests.find_history(reader, HOUSE, 1, 0, lately, None, 9)
    assert [row["number"] for row in rows or []] == [3, 2]


async def test_tags_and_source_are_those_of_the_newest_run(project: Project) -> None:
    await project.arrive(functional(result("a", tags=["new"])), NOON)
    await project.arrive(functional(result("a", tags=["old"])), NOON - timedelta(days=9))
    async with project.database.read(EVERYBODY) as reader:
        test = await tests.get_test(reader, 1, 0)
    assert test["tags"] == ["new"]
    assert test["first_seen_at"] == datetime(2026, 6, 6, 12, tzinfo=UTC)


def test_the_past_has_tests_that_come_and_go(past: Past) -> None:
    held: defaultdict[Path, int] = defaultdict(int)
    for run in functional_runs(past):
        for path in run.results:
            held[path] += 1
    assert min(held.values()) < max(held.values()) < len(functional_runs(past))
