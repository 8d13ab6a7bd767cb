"""Tests over time: the catalogue of a project, and one test's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal

import msgspec
import numpy as np

from testflux.kit import clock, errors, query
from testflux.model.access import Tenant
from testflux.model.status import LABELS
from testflux.store import arrays, overview, queries, run_results, scoping, texts
from testflux.store.arrays import Ints
from testflux.store.database import Reader, Row

_SQL = texts.with_texts(queries.load("tests"))
Sort = Literal["name", "-duration", "-failures"]
RECENT: Final = timedelta(days=90)
_LEAST_REACH: Final = timedelta(days=7)
_WIDER: Final = 4
_LAST_RUN: Final = 2**62
_LAST_TEST: Final = 2**31 - 1
_SEARCHED_RUNS: Final = 60
_NO_RESULT: Final[Row] = dict.fromkeys(("status", "duration_ms", "run_id", "number", "started_at"))


class TestFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which tests are wanted; None does not narrow. `statuses` are last ones."""

    __test__ = False
    statuses: list[str] | None = None
    tags: list[str] | None = None
    query: query.Query = query.Query()
    sort: Sort = "name"


class Strips(msgspec.Struct, frozen=True):
    """How tests went, a row of `cells` each. `runs` are the columns, newest first, as the front's."""

    runs: list[Row]
    cells: run_results.Cells


class Catalogue(msgspec.Struct, frozen=True):
    """Tests with their last result, and how they went in the newest runs, a row each in the same order."""

    rows: list[Row]
    strips: Strips


class HistoryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs of a test are wanted; None does not narrow. `since` is when they began at the earliest."""

    branch: str | None = None
    environment: str | None = None
    name: str | None = None
    since: datetime | None = None


async def list_tests(
    reader: Reader,
    front: overview.Front,
    wanted: TestFilter,
    today: date,
    page: tuple[int, int],
    strip: int,
) -> Catalogue:
    """List tests with their last result on the front's branches in the last 90 days, and how they went in `strip` runs.

    `page` is (offset, limit); the front holds the `strip` newest runs.
    """
    is_by_name = _is_by_name(wanted)
    statement = _SQL[("list_searched" if wanted.query.words else "list_named") if is_by_name else "list_tests"]
    values = {
        "project_id": front.project_id,
        "branches": front.branches,
        "first_day": today - RECENT,
        "statuses": wanted.statuses,
        "tags": wanted.tags,
        "longer": wanted.query.above("dur"),
        "shorter": wanted.query.below("dur"),
        "sort": wanted.sort,
        "offset": page[0],
        "limit": page[1],
        **_texts(wanted.query),
    }
    rows = await (reader.planned_once if is_by_name else reader).all(queries.narrow(statement, values), **values)
    found = Catalogue(rows, await list_strips(reader, front, [row["test_no"] for row in rows], strip))
    return await _with_last(reader, front, found, today - RECENT) if is_by_name else found


def _is_by_name(wanted: TestFilter) -> bool:
    """Whether no last result decides which tests are listed, or in which order."""
    bounds = wanted.query.above("dur"), wanted.query.below("dur")
    return wanted.sort == "name" and wanted.statuses is None and bounds == (None, None)


def _texts(asked: query.Query) -> dict[str, object]:
    """Return what must occur in texts: one word, and patterns for the others."""
    word, *others = sorted(map(query.fold, asked.words), key=len, reverse=True) or [""]
    suites = asked.any_of("suite")
    return {
        "word": word,
        "patterns": [f"%{query.escape_pattern(other)}%" for other in others],
        "suites": [f"%{query.escape_pattern(suite)}%" for suite in suites] if suites else None,
    }


async def _with_last(reader: Reader, front: overview.Front, found: Catalogue, first_day: date) -> Catalogue:
    """Add last results: from the newest runs, and only of tests that none of these holds by a look at each."""
    test_nos = [row["test_no"] for row in found.rows]
    last = _find_last(found.strips, test_nos, first_day)
    unseen = [test_no for test_no in test_nos if test_no not in last]
    if unseen:
        values = {"project_id": front.project_id, "branches": front.branches, "first_day": first_day}
        rows = await reader.all(_SQL["list_last"], **values, test_nos=unseen)
        last |= {row["test_no"]: row for row in rows}
    return Catalogue([row | last.get(row["test_no"], _NO_RESULT) for row in found.rows], found.strips)


def _find_last(strips: Strips, test_nos: Sequence[int], first_day: date) -> dict[int, Row]:
    """Return by test its newest cell with its run, of runs since a day."""
    if not strips.runs:
        return {}
    is_late = np.array([run["run_day"] >= first_day for run in strips.runs])
    is_told = (strips.cells.status != 0) & is_late
    tests = np.flatnonzero(is_told.any(axis=1))
    newest = is_told.argmax(axis=1)[tests]
    named = [{name: run[name] for name in ("run_id", "number", "started_at")} for run in strips.runs]
    return {
        test_nos[test]: {**named[run], "status": LABELS[status], "duration_ms": duration_ms}
        for test, run, status, duration_ms in strips.cells.pick(tests, newest)
    }


async def list_strips(reader: Reader, front: overview.Front, test_nos: Sequence[int], strip: int) -> Strips:
    """Tell how tests went in the front's `strip` runs, and of tests not in all of them further back.

    Of each test, the newest `strip` runs that hold it.
    """
    cells = await run_results.read_cells(reader, front.project_id, test_nos, front.recent)
    short = np.flatnonzero(np.count_nonzero(cells.status, axis=1) < strip)
    if short.size == 0 or len(front.recent) < strip:
        return Strips(front.recent, cells)
    seen = {run["run_id"] for run in front.recent}
    searched = await list_recent(reader, front.project_id, front.branches, _SEARCHED_RUNS)
    older = [run for run in searched if run["run_id"] not in seen]
    further = await run_results.read_cells(reader, front.project_id, [test_nos[test] for test in short.tolist()], older)
    return Strips([*front.recent, *older], _lengthen(cells, short, further, strip))


def _lengthen(cells: run_results.Cells, short: Ints, further: run_results.Cells, strip: int) -> run_results.Cells:
    """Put cells of the tests in some rows behind those of all, and leave each test its first `strip`."""
    width = cells.status.shape[1]
    room = (0, 0), (0, further.status.shape[1])
    status, durations = np.pad(cells.status, room), np.pad(cells.durations, room)
    status[short, width:], durations[short, width:] = further.status, further.durations
    status[np.cumsum(status != 0, axis=1) > strip] = 0
    return run_results.Cells(status, durations)


async def list_recent(reader: Reader, project_id: int, branches: Sequence[str], limit: int) -> list[Row]:
    """List the newest functional runs of some branches, newest first: run_id, run_day, number, started_at."""
    return await reader.all(_SQL["list_recent"], project_id=project_id, branches=list(branches), limit=limit)


async def get_test(reader: Reader, project_id: int, test_no: int) -> Row:
    """Return one test; NotFoundError when the project has no such test."""
    row = await reader.find(_SQL["find_test"], project_id=project_id, test_no=min(test_no, _LAST_TEST))
    if row is None:
        hint = "Its runs may have been removed; list the project's tests."
        raise errors.NotFoundError("There is no such test.", hint=hint, code="test-not-found")
    return row


async def list_names(reader: Reader, project_id: int, test_nos: Sequence[int]) -> dict[int, Row]:
    """Return tests by number: test_no, suite, name, tags."""
    rows = await reader.all(_SQL["list_names"], project_id=project_id, test_nos=arrays.write_ints(test_nos))
    return {row["test_no"]: row for row in rows}


async def find_history(
    reader: Reader,
    tenant: Tenant,
    project_id: int,
    test_no: int,
    wanted: HistoryFilter,
    before: tuple[datetime, int | None] | None,
    limit: int,
) -> list[Row] | None:
    """List the runs of a test, newest first, from before a moment (and run); None when the tenant has no such test.

    It looks back over as many runs as the page takes first, then further only while the page is not full: a test that
    every run holds is read in one look, however often its project runs, unless that is less than once a day.
    """
    moment, run_id = before or (None, None)
    first_day, last_day = _first_look(wanted.since, moment, limit)
    values = scoping.values_of(tenant) | {
        "project_id": project_id,
        "test_no": min(test_no, _LAST_TEST),
        "branch": wanted.branch,
        "environment": wanted.environment,
        "name": wanted.name,
        "since": wanted.since,
        "before": moment,
        "before_run": _LAST_RUN if run_id is None else run_id,
        "limit": limit,
    }
    is_further = False
    while rows := await reader.planned_once.all(
        _SQL["list_history"], first_day=first_day, last_day=last_day, is_further=is_further, **values
    ):
        look = rows[0]
        found = [] if look["run_id"] is None else rows
        if len(found) >= limit or look["first_day"] <= look["oldest"]:
            return found
        first_day, last_day, is_further = _further(look), look["last_day"], True
    return None


def _first_look(since: datetime | None, before: datetime | None, limit: int) -> tuple[date, date]:
    """Return the days of a first look, as if there were a run a day. They may be some more than are wanted."""
    newest = clock.now() if before is None else min(before, clock.now())
    first = max(newest.toordinal() - limit - _LEAST_REACH.days, since.toordinal() - 1 if since else 0, 1)
    last_day = date.max if before is None else date.fromordinal(min(before.toordinal() + 1, date.max.toordinal()))
    return date.fromordinal(first), last_day


def _further(look: Row) -> date:
    """Return the day to look back to after a look that did not fill the page."""
    looked = look["last_day"] - look["first_day"]
    whole = look["last_day"] - look["oldest"]
    reach = look["last_day"] - look["reached"] if look["reached"] else whole
    if reach <= looked:
        reach = max(looked, _LEAST_REACH) * _WIDER
    return look["last_day"] - min(reach, whole)
