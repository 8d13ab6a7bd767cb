"""What changed in a run since its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import numpy as np
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import diff
from testflux.kit import identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import LABELS
from testflux.serve import cached, declare, doors, findings, load, results, runs
from testflux.serve.shapes.runs import BaselineRun, Changes, DiffItem, RunDiff
from testflux.store import database, overview, run_findings, run_load, run_results

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
        run, before = await doors.open_pair(reader, actor, run_id, other)
        arrays = await run_results.list_arrays(reader, [before, run])
        was, now = diff.align(*map(diff.gather, arrays))
        found = msgspec.structs.asdict(diff.compare(was, now, is_complete=run["is_complete"]))
        shown = np.unique(np.concatenate([numbers[:SHOWN] for numbers in found.values()]))
        names = await overview.list_names(reader, run["project_id"], shown.tolist())
    items = _items(run["project_id"], names, was.at(shown), now.at(shown))
    answers: dict[str, Any] = {f"{name}_count": numbers.size for name, numbers in found.items()}
    for name, numbers in found.items():
        answers[name] = [items[number] for number in numbers[:SHOWN].tolist()]
    return cached.answer(request, RunDiff(run=runs.ref(run), before=runs.ref(before), **answers))


def _items(
    project_id: int, names: Mapping[int, database.Row], was: diff.Results, now: diff.Results
) -> dict[int, DiffItem]:
    """Shape tests as they were in two runs, by number."""
    columns = (now.numbers, was.status, was.duration_ms, now.status, now.duration_ms)
    return {
        number: DiffItem(
            test_id=identifiers.pack(project_id, number),
            suite=" / ".join(names[number]["suite"]),
            suite_path=names[number]["suite"],
            name=names[number]["name"],
            status_before=LABELS.get(status_before),  # pyright: ignore[reportArgumentType]  (the labels are the literal's words)
            status=LABELS.get(status),  # pyright: ignore[reportArgumentType]
            duration_before_ms=before_ms if status_before else None,
            duration_ms=ms if status else None,
        )
        for number, status_before, before_ms, status, ms in zip(*(each.tolist() for each in columns), strict=True)
    }


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
