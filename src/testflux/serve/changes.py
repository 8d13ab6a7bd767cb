"""What changed in a run since its baseline."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import diff
from testflux.kit import identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import Status
from testflux.serve import cached, declare, doors, findings, load, results, runs
from testflux.serve.shapes.runs import BaselineRun, Changes, DiffItem, RunDiff
from testflux.store import database, run_findings, run_list, run_load, run_results, tests

SHOWN = 50
_ALL_THRESHOLDS = 1000


@get(
    "/runs/{run_id:str}/changes",
    **declare.route("getRunChanges", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def get_run_changes(
    request: Request[Any, Any, Any],
    run_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[Changes]:
    """Answer what changed since the run's baseline; without a baseline everything bad is new."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        found = await _tests(reader, run) | await _findings(reader, run) | await _thresholds(reader, run)
    return cached.answer(request, Changes(baseline=_baseline(run), **found))


@get(
    "/runs/{run_id:str}/diff",
    **declare.route("getRunDiff", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def get_run_diff(
    request: Request[Any, Any, Any],
    run_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    other: Annotated[str, QueryParameter(name="with", max_length=50, description="The run before, of the project.")],
) -> Response[RunDiff]:
    """Answer how a run of tests differs from another one of its project, whatever their lanes."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        before = await run_list.get_run(reader, run["project_id"], doors.number_in(run["project_id"], other))
        sides = [diff.gather(side) for side in await run_results.list_arrays(reader, [before, run])]
        found = diff.compare(*sides, is_complete=run["is_complete"])
        lists = {name: numbers[:SHOWN] for name, numbers in msgspec.structs.asdict(found).items()}
        shown = sorted({number for numbers in lists.values() for number in numbers})
        names = await tests.list_names(reader, run["project_id"], shown)
    was, now = (side.find(shown) for side in sides)
    items = {number: _item(run["project_id"], names[number], was[number], now[number]) for number in shown}
    answers: dict[str, Any] = {name: [items[number] for number in numbers] for name, numbers in lists.items()}
    answers |= {f"{name}_count": len(numbers) for name, numbers in msgspec.structs.asdict(found).items()}
    return cached.answer(request, RunDiff(run=runs.ref(run), before=runs.ref(before), **answers))


def _item(project_id: int, test: database.Row, was: tuple[int, int], now: tuple[int, int]) -> DiffItem:
    (status_before, before_ms), (status, ms) = was, now
    return DiffItem(
        test_id=identifiers.pack(project_id, test["test_no"]),
        suite=" / ".join(test["suite"]),
        suite_path=test["suite"],
        name=test["name"],
        status_before=_label(status_before),
        status=_label(status),
        duration_before_ms=before_ms if status_before else None,
        duration_ms=ms if status else None,
    )


def _label(status: int) -> Any:
    return Status(status).label if status else None


async def _tests(reader: database.Reader, run: database.Row) -> dict[str, Any]:
    counts = await run_results.count_changes(reader, run)
    found: dict[str, Any] = {"new_tests": counts["added"], "removed_tests": counts["removed"]}
    for name, change in (("new_failures", "new"), ("fixed", "fixed"), ("still_failing", "still")):
        wanted = run_results.ResultFilter(changes=[change])
        rows = await run_results.list_results(reader, run, wanted, 0, SHOWN) if counts[change] else []
        found[name] = [results.shape(run["project_id"], row) for row in rows]
        found[f"{name}_count"] = counts[change]
    return found


async def _findings(reader: database.Reader, run: database.Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, states in (("new_findings", ["new", "reopened"]), ("fixed_findings", ["fixed"])):
        rows = await run_findings.list_findings(reader, run, run_findings.FindingFilter(states=states), 0, SHOWN)
        found[name] = [findings.shape(run, row) for row in rows]
        found[f"{name}_count"] = rows[0]["found"] if rows else 0
    return found


async def _thresholds(reader: database.Reader, run: database.Row) -> dict[str, Any]:
    rows = await run_load.list_thresholds(reader, run, 0, _ALL_THRESHOLDS)
    missed = [load.threshold(row) for row in rows if not row["is_met"]]
    return {"missed_thresholds": missed[:SHOWN], "missed_thresholds_count": len(missed)}


def _baseline(run: database.Row) -> BaselineRun | None:
    if run["baseline_run_id"] is None:
        return None
    return BaselineRun(
        id=identifiers.pack(run["project_id"], run["baseline_run_id"]),
        number=run["baseline_number"],
        started_at=run["baseline_started_at"],
        commit=run["baseline_commit"],
    )


ROUTES = [get_run_changes, get_run_diff]
