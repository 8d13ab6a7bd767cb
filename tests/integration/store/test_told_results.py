"""Results that have rows are listed without opening chunks, and are the same ones."""

from __future__ import annotations

import pytest

from made import NOON, B, F, P, Project, Y, outcomes
from testflux.kit import query
from testflux.model.access import EVERYBODY
from testflux.store import run_list, run_results
from testflux.store.run_results import ResultFilter

WANTED = {
    "failed": ResultFilter(statuses=["failed"]),
    "flaky or broken": ResultFilter(statuses=["flaky", "broken"]),
    "by name": ResultFilter(statuses=["failed", "broken"], sort="name"),
    "with a word": ResultFilter(statuses=["failed", "flaky"], query=query.parse("e", {})),
    "still": ResultFilter(changes=["still"]),
}


@pytest.mark.parametrize("name", WANTED)
@pytest.mark.parametrize("page", [(0, 50), (1, 1), (2, 50)])
async def test_rows_tell_the_same_as_chunks(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, page: tuple[int, int]
) -> None:
    await project.arrive(outcomes(a=F, e=P, c=Y, d=B), NOON.replace(day=1))
    run = await project.arrive(outcomes(e=F, c=Y, d=F, b=P, a=B, f=F), NOON)
    async with project.database.read(EVERYBODY) as reader:
        row = await run_list.get_run(reader, project.project_id, run["run_id"])
        found = await run_results.list_results(reader, row, WANTED[name], *page)
        monkeypatch.setattr(run_results, "_are_told", lambda *_: False)
        assert found == await run_results.list_results(reader, row, WANTED[name], *page)
    assert found or page[0]


async def test_a_run_that_lost_its_rows_still_says_what_failed(project: Project) -> None:
    run = await project.arrive(outcomes(a=F, b=P, c=B), NOON)
    values = {"project": project.project_id, "run": run["run_id"]}
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("delete from result_row where project_id = %(project)s and run_id = %(run)s", **values)
        await writer.run(
            "update run set rows_dropped_at = now() where project_id = %(project)s and run_id = %(run)s", **values
        )
        row = await run_list.get_run(writer, project.project_id, run["run_id"])
        rows = await run_results.list_results(writer, row, ResultFilter(statuses=["failed", "broken"]), 0, 50)
    assert [(each["name"], each["status"]) for each in rows] == [("a", "failed"), ("c", "broken")]
