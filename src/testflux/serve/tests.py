"""Tests over time."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import numpy as np
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import flaky
from testflux.kit import clock, identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import LABELS, Status
from testflux.serve import cached, declare, doors, paging
from testflux.serve.house import House
from testflux.serve.paging import Page
from testflux.serve.shapes.projects import ProjectRef
from testflux.serve.shapes.tests import (
    LastRun,
    Strip,
    StripRun,
    TestDetail,
    TestHistory,
    TestHistoryItem,
    TestItem,
    TestPage,
    TestStats,
)
from testflux.store import database, overview, tests

STRIP = 20
_JUDGED_RUNS = 5000
_WORDS: Final = np.array([LABELS.get(number, "") for number in range(max(LABELS) + 1)], object)


@get(
    "/projects/{slug:str}/tests",
    **declare.route("listTests", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_tests(
    request: Request[Any, Any, Any],
    slug: FromPath[str],
    test_filter: NamedDependency[tests.TestFilter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
) -> Response[TestPage]:
    """List the tests of a project with how they last went on its default branch."""
    today = clock.now().date()
    async with house.database.read(actor.tenant) as reader:
        front = await overview.get_front(reader, actor.tenant, slug, STRIP)
        key = ("catalogue", front.project_id, front.change_count, test_filter, page.offset, page.limit, today)
        make = functools.partial(_list, reader, front, test_filter, page, today)
        return await cached.remember(request, house.remembered, key, TestPage, make)


async def _list(
    reader: database.Reader, front: overview.Front, test_filter: tests.TestFilter, page: Page, today: date
) -> TestPage:
    found = await tests.list_tests(reader, front, test_filter, today, (page.offset, page.limit + 1), STRIP)
    rows = found.rows[: page.limit]
    strips, runs = _strips(found.strips, len(rows))
    return TestPage(
        items=[_item(front.project_id, row, strip) for row, strip in zip(rows, strips, strict=True)],
        runs=[_strip_run(front.project_id, run) for run in runs],
        next_cursor=paging.next_offset(page, len(found.rows)),
    )


@get("/tests/{test_id:str}", **declare.route("getTest", Permission.PROJECT_READ, 404))
async def get_test(
    test_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> TestDetail:
    """Answer one test and how it has been in the last 90 days, on all branches."""
    async with database.read(actor.tenant) as reader:
        project, test_no = await doors.open_project(reader, actor, test_id)
        test = await tests.get_test(reader, project["project_id"], test_no)
        lately = tests.HistoryFilter(since=clock.now() - tests.RECENT)
        rows = await tests.find_history(
            reader, actor.tenant, project["project_id"], test_no, lately, None, _JUDGED_RUNS
        )
    return TestDetail(
        test_id=test_id,
        project=ProjectRef(slug=project["slug"], name=project["name"]),
        **name_fields(test),
        source=test["source"],
        line=test["line"],
        first_seen_at=test["first_seen_at"],
        last_seen_at=test["last_seen_at"],
        stats=_stats(rows or []),
    )


@get("/tests/{test_id:str}/history", **declare.route("listTestHistory", Permission.PROJECT_READ, 404))
async def list_test_history(
    test_id: FromPath[str],
    history_filter: NamedDependency[tests.HistoryFilter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    before: Annotated[datetime | None, QueryParameter(description="Runs started before.")] = None,
) -> TestHistory:
    """List the runs of a test, newest first."""
    place: tuple[datetime, int | None] | None = page.after(tuple[datetime, int])
    if place is None and before is not None:
        place = (before if before.tzinfo else before.replace(tzinfo=UTC), -1)
    project_id, test_no = identifiers.unpack(test_id)
    async with database.read(actor.tenant) as reader:
        rows = await tests.find_history(
            reader, actor.tenant, project_id, test_no, history_filter, place, page.limit + 1
        )
        if rows is None:
            await doors.open_project(reader, actor, test_id)  # says which of the two there is not
            await tests.get_test(reader, project_id, test_no)
    shown, more = paging.cut(rows or [], page.limit)
    cursor = paging.place(shown[-1]["started_at"], shown[-1]["run_id"]) if more else None
    return TestHistory(items=[_moment(project_id, row) for row in shown], next_cursor=cursor)


def _strips(found: tests.Strips, count: int) -> tuple[list[Strip], list[database.Row]]:
    """Return how the first `count` tests went and the runs that this shows, old to new.

    Cells are a thousand: they become lists all at once, and each test takes its part of these.
    """
    runs = found.runs[::-1]
    status, durations = found.cells.status[:count, ::-1], found.cells.durations[:count, ::-1]
    is_told = status != 0
    numbers = np.array([run["number"] for run in runs], np.int64)[is_told.nonzero()[1]]
    columns = numbers.tolist(), _WORDS.take(status[is_told]).tolist(), durations[is_told].tolist()
    ends = np.count_nonzero(is_told, axis=1).cumsum().tolist()
    strips = [
        Strip(runs=columns[0][start:end], statuses=columns[1][start:end], durations_ms=columns[2][start:end])
        for start, end in itertools.pairwise([0, *ends])
    ]
    return strips, list(itertools.compress(runs, is_told.any(axis=0).tolist()))


def _strip_run(project_id: int, run: database.Row) -> StripRun:
    identifier = identifiers.pack(project_id, run["run_id"])
    return StripRun(id=identifier, number=run["number"], started_at=run["started_at"])


def _item(project_id: int, row: database.Row, strip: Strip) -> TestItem:
    last = None
    if row["run_id"] is not None:
        identifier = identifiers.pack(project_id, row["run_id"])
        last = LastRun(id=identifier, number=row["number"], started_at=row["started_at"])
    return TestItem(
        test_id=identifiers.pack(project_id, row["test_no"]),
        **name_fields(row),
        last_status=row["status"],
        last_run=last,
        strip=strip,
        duration_ms=row["duration_ms"],
    )


def name_fields(row: database.Row) -> dict[str, Any]:
    """Return what an answer calls a test."""
    return {"suite": " / ".join(row["suite"]), "suite_path": row["suite"], "name": row["name"], "tags": row["tags"]}


def _moment(project_id: int, row: database.Row) -> TestHistoryItem:
    return TestHistoryItem(
        run_id=identifiers.pack(project_id, row["run_id"]),
        number=row["number"],
        started_at=row["started_at"],
        status=LABELS[row["status"]],  # pyright: ignore[reportArgumentType]  (the labels are the literal's words)
        duration_ms=row["duration_ms"],
        branch=row["branch"],
        commit=row["commit_sha"],
        environment=row["environment"],
        message=row["message"],
    )


def _stats(rows: Sequence[database.Row]) -> TestStats:
    """Add a test's history up, newest first; flips are counted lane by lane."""
    lanes: defaultdict[tuple[str, str, str], list[Status]] = defaultdict(list)
    for row in reversed(rows):
        lanes[row["name"], row["environment"], row["branch"]].append(Status(row["status"]))
    counts = {status: sum(lane.count(status) for lane in lanes.values()) for status in Status}
    ran = len(rows) - counts[Status.SKIPPED]
    durations = sorted(row["duration_ms"] for row in rows if row["status"] != Status.SKIPPED)
    return TestStats(
        runs=len(rows),
        **{status.label: count for status, count in counts.items()},
        pass_rate=100 * (counts[Status.PASSED] + counts[Status.FLAKY]) / ran if ran else None,
        p50_ms=_percentile(durations, 50),
        p95_ms=_percentile(durations, 95),
        flips=sum(flaky.count_flips(lane) for lane in lanes.values()),
    )


def _percentile(ordered: Sequence[int], percent: int) -> int | None:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else None


ROUTES = [list_tests, get_test, list_test_history]
