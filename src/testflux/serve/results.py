"""Results of tests in a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.kit import identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import LABELS, Status
from testflux.normalise import markup, texts
from testflux.serve import cached, declare, doors, paging, suites
from testflux.serve.paging import Page
from testflux.serve.shapes.results import (
    AttemptItem,
    FailureGroup,
    FailurePage,
    PassMoment,
    ResultDetail,
    ResultItem,
    ResultPage,
    RunMoment,
    SuitePage,
    TestCell,
)
from testflux.store import database, run_list, run_results

AnyRequest = Request[Any, Any, Any]
SHOWN_HISTORY = 50
_SEARCHED_HISTORY = 300
_SHOWN_TESTS = 20


@get(
    "/runs/{run_id:str}/results",
    **declare.route("listResults", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_results(
    request: AnyRequest,
    run_id: FromPath[str],
    result_filter: NamedDependency[run_results.ResultFilter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[ResultPage]:
    """List the results of a run."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_results.list_results(reader, run, result_filter, page.offset, page.limit + 1)
    items = [shape(run["project_id"], row) for row in rows[: page.limit]]
    return cached.answer(request, ResultPage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get(
    "/runs/{run_id:str}/failures",
    **declare.route("listFailures", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_failures(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[FailurePage]:
    """List the causes of a run's failures: new ones first, then by count."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_results.list_failures(reader, run, page.offset, page.limit + 1)
        items = [await _failure(reader, run, row) for row in rows[: page.limit]]
    return cached.answer(request, FailurePage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get(
    "/runs/{run_id:str}/suites",
    **declare.route("listSuites", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_suites(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[SuitePage]:
    """List the suite tree of a run, depth first."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_results.list_suites(reader, run)
    shown = suites.build(rows)[page.offset : page.offset + page.limit + 1]
    return cached.answer(
        request, SuitePage(items=shown[: page.limit], next_cursor=paging.next_offset(page, len(shown)))
    )


@get("/runs/{run_id:str}/results/{test_id:str}", **declare.route("getResult", Permission.PROJECT_READ, 404))
async def get_result(
    run_id: FromPath[str],
    test_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> ResultDetail:
    """Answer one result with its history in the lane."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        project_id = run["project_id"]
        test_no = doors.number_in(project_id, test_id)
        row = await run_results.get_result(reader, run, min(test_no, 2**31 - 1))
        attempts = await run_results.list_attempts(reader, run, row["test_no"])
        lane = await run_list.list_lane(reader, run, _SEARCHED_HISTORY)
        cells = await run_results.list_cells(reader, project_id, [row["test_no"]], lane)
    history = join_cells(lane, cells)
    return ResultDetail(
        **_fields(project_id, row),
        message_html=markup.sanitise(row["message"]).html if row["is_html"] else "",
        source=row["source"],
        line=row["line"],
        history=[cell(project_id, *pair) for pair in history[-SHOWN_HISTORY:]],
        previous_attempts=[_attempt(attempt) for attempt in attempts],
        first_failed=_first_failed(project_id, history),
        last_passed=_last_passed(project_id, history),
    )


def shape(project_id: int, row: database.Row) -> ResultItem:
    """Shape a result as lists show it."""
    return ResultItem(**_fields(project_id, row))


def join_cells(runs: Sequence[database.Row], cells: Sequence[database.Row]) -> list[tuple[database.Row, database.Row]]:
    """Pair runs (newest first) with how one test went in them, old to new; runs without the test are left out."""
    by_run = {item["run_id"]: item for item in cells}
    return [(run, by_run[run["run_id"]]) for run in reversed(runs) if run["run_id"] in by_run]


def cell(project_id: int, run: database.Row, item: database.Row) -> TestCell:
    """Shape one cell of a test's history strip."""
    return TestCell(
        run_id=identifiers.pack(project_id, run["run_id"]),
        number=run["number"],
        status=LABELS[item["status"]],  # pyright: ignore[reportArgumentType]  (the labels are the literal's words)
        started_at=run["started_at"],
        duration_ms=item["duration_ms"],
    )


def _fields(project_id: int, row: database.Row) -> dict[str, Any]:
    return {
        "test_id": identifiers.pack(project_id, row["test_no"]),
        "suite": " / ".join(row["suite"]),
        "suite_path": row["suite"],
        "name": row["name"],
        "status": row["status"],
        "duration_ms": row["duration_ms"],
        "message": row["message"],
        "message_is_html": row["is_html"],
        "tags": row["tags"],
        "change": row["change"],
        "attempts": row["attempts"],
        "fingerprint": row["fingerprint"].hex() if row["fingerprint"] else None,
    }


async def _failure(reader: database.Reader, run: database.Row, row: database.Row) -> FailureGroup:
    project_id, wanted = run["project_id"], run_results.ResultFilter(failure_id=row["failure_id"])
    tests = await run_results.list_results(reader, run, wanted, 0, _SHOWN_TESTS)
    return FailureGroup(
        fingerprint=row["fingerprint"].hex(),
        cause=row["cause"],
        count=row["count"],
        is_new=row["is_new"],
        first_seen=RunMoment(
            run_id=identifiers.pack(project_id, row["first_run_id"]),
            number=row["first_number"],
            started_at=row["first_seen_at"],
        ),
        seen_runs=row["seen_runs"],
        tests=[shape(project_id, test) for test in tests],
    )


def _attempt(row: database.Row) -> AttemptItem:
    return AttemptItem(
        attempt=row["attempt"],
        status=Status(row["status"]).label,  # pyright: ignore[reportArgumentType]  (the labels are the literal's words)
        duration_ms=row["duration_ms"],
        message=texts.plain(row["message"]) if row["is_html"] else row["message"],
    )


def _first_failed(project_id: int, history: list[tuple[database.Row, database.Row]]) -> RunMoment | None:
    """Find where the present streak of failures began; skipped runs neither end nor begin it."""
    first: database.Row | None = None
    for run, item in reversed(history):
        status = Status(item["status"])
        if not status.is_bad and status is not Status.SKIPPED:
            break
        first = run if status.is_bad else first
    return RunMoment(**_moment(project_id, first)) if first else None


def _last_passed(project_id: int, history: list[tuple[database.Row, database.Row]]) -> PassMoment | None:
    good = (Status.PASSED, Status.FLAKY)
    run = next((run for run, item in reversed(history) if item["status"] in good), None)
    return PassMoment(**_moment(project_id, run), commit=run["commit_sha"]) if run else None


def _moment(project_id: int, run: database.Row) -> dict[str, Any]:
    identifier = identifiers.pack(project_id, run["run_id"])
    return {"run_id": identifier, "number": run["number"], "started_at": run["started_at"]}


ROUTES = [list_results, list_failures, list_suites, get_result]
