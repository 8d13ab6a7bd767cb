from __future__ import annotations

import pytest

from made import NOON, F, P, Project, S, functional, outcomes, result
from testflux.model.access import EVERYBODY
from testflux.model.report import Attempt
from testflux.model.status import Status
from testflux.store import reruns, runs
from testflux.store.database import Row

ROWS = """
    select t.name, r.attempt, r.is_final, r.status, r.duration_ms, m.text, r.failure_id is not null as has_cause
    from result_row r join test t using (project_id, test_no) left join message m using (project_id, message_id)
    where r.project_id = %(project_id)s order by t.name, r.attempt"""


async def edit(project: Project, run: Row, name: str, status: Status, duration_ms: int) -> None:
    (test,) = await project.rows("select test_no from test where name = %(name)s", name=name)
    async with project.database.write(EVERYBODY) as writer:
        await reruns.save_result(writer, runs.key_of(run), test["test_no"], status, duration_ms)


async def read_results(project: Project) -> dict[str, tuple[str, int]]:
    rows = await project.rows(
        "select t.name, r.status, r.duration_ms from result r join test t using (project_id, test_no) "
        "where r.project_id = %(project_id)s"
    )
    return {row["name"]: (row["status"], row["duration_ms"]) for row in rows}


async def test_one_result_is_put_right_and_its_neighbours_stay(project: Project) -> None:
    run = await project.arrive(
        functional(result("a", F, "odd"), result("b", P, duration_ms=5), result("c", S, "later"))
    )
    await edit(project, run, "a", P, 70)
    assert await read_results(project) == {"a": ("passed", 70), "b": ("passed", 5), "c": ("skipped", 100)}
    assert [row["name"] for row in await project.rows(ROWS)] == ["c"], "a pass at once says nothing more"


async def test_a_failure_that_is_another_one_keeps_message_and_cause(project: Project) -> None:
    run = await project.arrive(functional(result("a", F, "odd")))
    await edit(project, run, "a", Status.BROKEN, 70)
    (row,) = await project.rows(ROWS)
    assert (row["status"], row["duration_ms"], row["text"], row["has_cause"]) == (Status.BROKEN, 70, "odd", True)


async def test_a_skipped_result_loses_its_cause_alone(project: Project) -> None:
    run = await project.arrive(functional(result("a", F, "odd")))
    await edit(project, run, "a", S, 0)
    (row,) = await project.rows(ROWS)
    assert (row["status"], row["text"], row["has_cause"]) == (S, "odd", False)


@pytest.mark.parametrize(("status", "whole"), [(P, "flaky"), (F, "failed")])
async def test_the_last_attempt_decides_about_all_of_them(project: Project, status: Status, whole: str) -> None:
    retried = result("a", F, "twice", attempts=(Attempt(F, 7, "once"),))
    run = await project.arrive(functional(retried))
    await edit(project, run, "a", status, 9)
    assert await read_results(project) == {"a": (whole, 9)}
    tries = await project.rows(ROWS)
    assert [(row["attempt"], row["is_final"], row["text"]) for row in tries] == [(1, False, "once"), (2, True, "twice")]


async def test_other_runs_of_the_test_stay(project: Project) -> None:
    before = await project.arrive(outcomes(a=P), NOON.replace(hour=1))
    run = await project.arrive(outcomes(a=P))
    await edit(project, run, "a", F, 3)
    rows = await project.rows("select run_id, status from result where project_id = %(project_id)s order by run_id")
    assert [(row["run_id"], row["status"]) for row in rows] == [
        (before["run_id"], "passed"),
        (run["run_id"], "failed"),
    ]
