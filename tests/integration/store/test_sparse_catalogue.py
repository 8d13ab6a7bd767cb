"""The catalogue of a project whose newest runs hold only a few of its tests."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from made import NOON, F, P, Project, outcomes
from testflux.model.access import EVERYBODY, Tenant
from testflux.store import overview, tests
from testflux.store.database import Reader

HOUR = timedelta(hours=1)


async def front(reader: Reader) -> overview.Front:
    return await overview.get_front(reader, Tenant(1), "shop", 20)


@pytest.mark.parametrize(
    "wanted",
    [tests.TestFilter(), tests.TestFilter(sort="-duration"), tests.TestFilter(statuses=["passed", "failed"])],
    ids=["by name", "by duration", "by status"],
)
async def test_each_test_shows_the_run_that_held_it_last(project: Project, wanted: tests.TestFilter) -> None:
    said = {"name": "ci", "branch": "main"}
    await project.arrive(outcomes(a=P, b=F, c=P, d=P), NOON, **said)
    await project.arrive(outcomes(a=F, b=P), NOON + HOUR, **said)
    await project.arrive(outcomes(a=P), NOON + 2 * HOUR, **said)
    await project.arrive(outcomes(d=F), NOON + 3 * HOUR, **said | {"branch": "other"})
    await project.arrive(outcomes(old=P), NOON - timedelta(days=100), **said)
    async with project.database.read(EVERYBODY) as reader:
        found = await tests.list_tests(reader, await front(reader), wanted, NOON.date(), (0, 50), 20)
    last = {row["name"]: (row["status"], row["number"]) for row in found.rows if row["status"] is not None}
    assert last == {"a": ("passed", 3), "b": ("passed", 2), "c": ("passed", 1), "d": ("passed", 1)}


async def test_a_page_is_cut_out_of_the_names(project: Project) -> None:
    await project.arrive(outcomes(c=P, a=P, b=F), NOON, branch="main")
    async with project.database.read(EVERYBODY) as reader:
        found = [
            await tests.list_tests(reader, await front(reader), tests.TestFilter(), NOON.date(), (offset, 2), 20)
            for offset in (0, 2)
        ]
    assert [[(row["name"], row["status"]) for row in page.rows] for page in found] == [
        [("a", "passed"), ("b", "failed")],
        [("c", "passed")],
    ]


async def test_strips_look_further_back_for_tests_that_few_runs_hold(project: Project) -> None:
    runs = [await project.arrive(outcomes(a=P, b=F), NOON + hour * HOUR, branch="main") for hour in range(3)]
    runs += [await project.arrive(outcomes(a=P), NOON + hour * HOUR, branch="main") for hour in range(3, 24)]
    async with project.database.read(EVERYBODY) as reader:
        strips = await tests.list_strips(reader, await front(reader), [1, 0], 20)
    newest = [run["run_id"] for run in reversed(runs)]
    run_ids = [run["run_id"] for run in strips.runs]
    held = [list(itertools.compress(run_ids, row)) for row in strips.cells.status.tolist()]
    assert held == [newest[-3:], newest[:20]]


async def test_a_history_reaches_beyond_the_newest_runs_for_a_test_that_they_do_not_hold(project: Project) -> None:
    first = await project.arrive(outcomes(a=P, b=F), NOON - timedelta(days=300), branch="main")
    runs = [await project.arrive(outcomes(a=P), NOON - timedelta(days=day), branch="main") for day in (40, 39, 1)]
    last = await project.arrive(outcomes(b=P), NOON, branch="main")
    found: dict[int, list[int]] = {}
    async with project.database.read(EVERYBODY) as reader:
        for test_no in (0, 1):
            rows = await tests.find_history(
                reader, Tenant(1), project.project_id, test_no, tests.HistoryFilter(), None, 2
            )
            found[test_no] = [row["run_id"] for row in rows or []]
    assert found == {0: [runs[2]["run_id"], runs[1]["run_id"]], 1: [last["run_id"], first["run_id"]]}
