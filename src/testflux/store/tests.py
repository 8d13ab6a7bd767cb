"""Tests over time: the catalogue of a project, and one test's history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec

from testflux.kit import errors, query
from testflux.model.status import Status
from testflux.store import arrays, queries, run_results
from testflux.store.database import Reader, Row

_SQL = queries.load("tests")
Sort = Literal["name", "-duration", "-failures"]
RECENT: Final = timedelta(days=90)
_LEAST_REACH: Final = timedelta(days=7)
_WIDER: Final = 4
_LAST_RUN: Final = 2**62
_SEARCHED_RUNS: Final = 60
_NO_RESULT: Final[Row] = dict.fromkeys(("status", "duration_ms", "run_id", "number", "started_at"))


class TestFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which tests are wanted; None does not narrow. `statuses` are last ones."""

    __test__ = False
    statuses: list[str] | None = None
    tags: list[str] | None = None
    query: query.Query = query.Query()
    sort: Sort = "name"


class Catalogue(msgspec.Struct, frozen=True):
    """Tests with their last result, the newest runs (newest first), and by test how it went in those that it needs."""

    rows: list[Row]
    recent: list[Row]
    cells: Mapping[int, list[Row]]


class HistoryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs of a test are wanted; None does not narrow. `since` is when they began at the earliest."""

    branch: str | None = None
    environment: str | None = None
    name: str | None = None
    since: datetime | None = None


async def list_tests(
    reader: Reader,
    project_id: int,
    branches: Sequence[str],
    wanted: TestFilter,
    today: date,
    page: tuple[int, int],
    strip: int,
) -> Catalogue:
    """List tests with their last result on these branches in the last 90 days, and how they went in `strip` runs.

    `page` is (offset, limit).
    """
    suites = wanted.query.any_of("suite")
    longer, shorter = wanted.query.above("dur"), wanted.query.below("dur")
    is_by_name = wanted.sort == "name" and wanted.statuses is None and longer is None and shorter is None
    rows = await reader.all(
        _SQL["list_named" if is_by_name else "list_tests"],
        project_id=project_id,
        branches=list(branches),
        first_day=today - RECENT,
        statuses=wanted.statuses,
        tags=wanted.tags,
        suites=[f"%{query.escape_pattern(suite)}%" for suite in suites] if suites else None,
        longer=longer,
        shorter=shorter,
        patterns=wanted.query.patterns,
        sort=wanted.sort,
        offset=page[0],
        limit=page[1],
    )
    recent = await list_recent(reader, project_id, branches, _SEARCHED_RUNS)
    cells = await list_strips(reader, project_id, [row["test_no"] for row in rows], recent, strip)
    found = Catalogue(rows, recent, cells)
    return await _with_last(reader, project_id, branches, found, today - RECENT) if is_by_name else found


async def _with_last(
    reader: Reader, project_id: int, branches: Sequence[str], found: Catalogue, first_day: date
) -> Catalogue:
    """Add last results: from the newest runs, and only of tests that none of these holds by a look at each."""
    runs = [run for run in found.recent if run["run_day"] >= first_day]
    last = {row["test_no"]: _find_last(runs, found.cells[row["test_no"]]) for row in found.rows}
    unseen = [test_no for test_no, seen in last.items() if seen is None]
    if unseen:
        values = {"project_id": project_id, "branches": list(branches), "first_day": first_day}
        rows = await reader.all(_SQL["list_last"], **values, test_nos=unseen)
        last |= {row["test_no"]: row for row in rows}
    rows = [row | (last[row["test_no"]] or _NO_RESULT) for row in found.rows]
    return Catalogue(rows, found.recent, found.cells)


def _find_last(runs: Sequence[Row], cells: Sequence[Row]) -> Row | None:
    """Return the newest cell of a test with its run, None when these runs (newest first) do not hold it."""
    by_run = {cell["run_id"]: cell for cell in cells}
    run = next((run for run in runs if run["run_id"] in by_run), None)
    if run is None:
        return None
    cell = by_run[run["run_id"]]
    named = {name: run[name] for name in ("run_id", "number", "started_at")}
    return named | {"status": Status(cell["status"]).label, "duration_ms": cell["duration_ms"]}


async def list_strips(
    reader: Reader, project_id: int, test_nos: Sequence[int], recent: Sequence[Row], strip: int
) -> Mapping[int, list[Row]]:
    """Return by test how it went in the newest runs; further back only for tests that `strip` of these do not fill."""
    cells: defaultdict[int, list[Row]] = defaultdict(list)
    for runs in (recent[:strip], recent[strip:]):
        short = [test_no for test_no in test_nos if len(cells[test_no]) < strip]
        for cell in await run_results.list_cells(reader, project_id, short, runs):
            cells[cell["test_no"]].append(cell)
    return cells


async def list_lately(reader: Reader, project_id: int, branches: Sequence[str], since: date, limit: int) -> list[Row]:
    """List the results of the newest runs of some branches since a day: bucket, places, lanes, block.

    A row has the runs of one bucket that hold the same tests: `places` of runs, counted from the oldest of all, and
    their `lanes`.
    """
    values = {"project_id": project_id, "branches": list(branches), "since": since, "limit": limit}
    rows = await reader.all(_SQL["list_lately"], **values)
    return [row | {"block": arrays.read_block(row)} for row in rows]


async def list_recent(reader: Reader, project_id: int, branches: Sequence[str], limit: int) -> list[Row]:
    """List the newest functional runs of some branches, newest first: run_id, run_day, number, started_at."""
    return await reader.all(_SQL["list_recent"], project_id=project_id, branches=list(branches), limit=limit)


async def get_test(reader: Reader, project_id: int, test_no: int) -> Row:
    """Return one test; NotFoundError when the project has no such test."""
    row = await reader.find(_SQL["find_test"], project_id=project_id, test_no=min(test_no, 2**31 - 1))
    if row is None:
        hint = "Its runs may have been removed; list the project's tests."
        raise errors.NotFoundError("There is no such test.", hint=hint, code="test-not-found")
    return row


async def list_names(reader: Reader, project_id: int, test_nos: Sequence[int]) -> dict[int, Row]:
    """Return tests by number: test_no, suite, name, tags."""
    rows = await reader.all(_SQL["list_names"], project_id=project_id, test_nos=list(test_nos))
    return {row["test_no"]: row for row in rows}


async def list_history(
    reader: Reader,
    project_id: int,
    test: Row,
    wanted: HistoryFilter,
    before: tuple[datetime, int | None] | None,
    limit: int,
) -> list[Row]:
    """List the runs of a test, newest first, from before a moment (and run).

    It looks back over as many runs as the page takes first, then further only while the page is not full: a test that
    every run holds is read in one look, however often its project runs.
    """
    moment, run_id = before or (None, None)
    newest = min(moment, test["last_seen_at"]) if moment else test["last_seen_at"]
    first = max(wanted.since, test["first_seen_at"]) if wanted.since else test["first_seen_at"]
    if newest < first - timedelta(days=1):  # when it was last seen is written once a day
        return []
    last_day = newest.astimezone(UTC).date()
    oldest = first.astimezone(UTC).date()
    values: dict[str, object] = {
        "project_id": project_id,
        "last_day": last_day,
        "branch": wanted.branch,
        "environment": wanted.environment,
        "name": wanted.name,
        "since": wanted.since,
        "before": moment,
        "before_run": _LAST_RUN if run_id is None else run_id,
        "limit": limit,
    }
    reached = (await reader.one(_SQL["find_reach"], **values))["first_day"]
    reach = last_day - reached if reached else last_day - oldest
    while True:
        first_day = max(oldest, last_day - reach)
        rows = await reader.all(_SQL["list_history"], test_no=test["test_no"], first_day=first_day, **values)
        if len(rows) >= limit or first_day <= oldest:
            return rows
        reach = max(reach, _LEAST_REACH) * _WIDER
