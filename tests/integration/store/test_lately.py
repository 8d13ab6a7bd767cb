"""Results of the newest runs as arrays: the same as the view `result` tells one by one."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest

from made import NOON, F, P, Project, S, Y, functional, result
from testflux.analyse import lately as rank
from testflux.kit import planes
from testflux.model.access import EVERYBODY
from testflux.model.lately import Durations, Ints, Longest, Outcomes
from testflux.model.report import Report
from testflux.store import lately

NAMES = [f"t{number:04}" for number in range(1100)]
STATUSES = (P, P, P, F, S, Y)
THREE_BYTES_MS = 70_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Place = tuple[int, int]


def report(run: int, names: list[str], longest_ms: int = 300) -> Report:
    took = [longest_ms, *range(1, len(names))]
    return functional(
        *(
            result(name, STATUSES[(place + run) % len(STATUSES)], "broke", duration_ms=took[(place + run) % len(names)])
            for place, name in enumerate(names)
        )
    )


@pytest.fixture
async def runs(project: Project) -> list[int]:
    """Let seven runs arrive, not in their order in time; return their ids, lane behind lane, each from old to new."""
    ids: dict[tuple[str, int], int] = {}
    for hour, lane, names, longest_ms in (
        (5, "night", NAMES, 300),
        (1, "day", NAMES, 300),
        (4, "night", NAMES, THREE_BYTES_MS),
        (3, "day", NAMES[::3], 300),
        (2, "day", NAMES[::3], THREE_BYTES_MS),
        (6, "night", NAMES[1000:], 300),
        (7, "day", NAMES[:40], 200),
    ):
        arrived = await project.arrive(report(hour, names, longest_ms), NOON + hour * HOUR, name=lane, branch="main")
        ids[lane, hour] = arrived["run_id"]
    await project.arrive(report(0, NAMES[:9]), NOON - DAY, name="day", branch="main")
    await project.arrive(report(0, NAMES[:9]), NOON, name="day", branch="other")
    return [ids[key] for key in sorted(ids)]


def newest(project: Project, limit: int) -> lately.Newest:
    return lately.Newest(project.project_id, ["main"], NOON.date(), limit)


async def read_outcomes(project: Project, limit: int = 100) -> Outcomes:
    async with project.database.read(EVERYBODY) as reader:
        return await lately.list_outcomes(reader, newest(project, limit))


async def read_durations(project: Project, limit: int = 100) -> Durations:
    async with project.database.read(EVERYBODY) as reader:
        return await lately.list_durations(reader, newest(project, limit))


async def read_longest(project: Project, limit: int = 100) -> Longest:
    async with project.database.read(EVERYBODY) as reader:
        return await lately.list_longest(reader, newest(project, limit))


async def read_view(project: Project, runs: list[int]) -> dict[Place, tuple[int, int]]:
    """Return status and duration of each result of these runs, by run and test, as SQL tells them."""
    rows = await project.rows(
        "select run_id, test_no, array_position(array['passed', 'failed', 'broken', 'skipped', 'flaky'], status) "
        "as status, duration_ms from result where project_id = %(project_id)s and run_id = any(%(run_ids)s)",
        run_ids=runs,
    )
    return {(runs.index(row["run_id"]), row["test_no"]): (row["status"], row["duration_ms"]) for row in rows}


def list_took(told: dict[Place, tuple[int, int]]) -> dict[int, list[int]]:
    """Return by test how long it took in each run that it ran in."""
    took: defaultdict[int, list[int]] = defaultdict(list)
    for (_, test_no), (status, duration_ms) in sorted(told.items()):
        if status != S:
            took[test_no].append(duration_ms)
    return took


def count(ran: Ints) -> dict[int, int]:
    return {test_no: runs for test_no, runs in enumerate(ran.tolist()) if runs}


async def test_outcomes_are_what_the_view_tells(project: Project, runs: list[int]) -> None:
    found, told = await read_outcomes(project), await read_view(project, runs)
    assert found.lanes.tolist() == [1, 1, 1, 1, 2, 2, 2]
    assert {*zip(*map(np.ndarray.tolist, np.nonzero(found.held)), strict=True)} == told.keys()
    assert len(told) == 3 * 1100 + 2 * 367 + 100 + 40
    others = zip(found.runs.tolist(), found.tests.tolist(), found.statuses.tolist(), strict=True)
    assert sorted(others) == sorted((*place, status) for place, (status, _) in told.items() if status != P)


async def test_outcomes_of_given_runs_are_theirs_alone(project: Project, runs: list[int]) -> None:
    given = [runs[place] for place in (5, 1, 4)]
    rows = await project.rows("select run_id, run_day from run where run_id = any(%(ids)s)", ids=given)
    async with project.database.read(EVERYBODY) as reader:
        found = await lately.list_outcomes_of(reader, project.project_id, rows)
    told = await read_view(project, [runs[place] for place in (1, 4, 5)])
    assert found.lanes.tolist() == [1, 2, 2]
    assert {*zip(*map(np.ndarray.tolist, np.nonzero(found.held)), strict=True)} == told.keys()
    others = zip(found.runs.tolist(), found.tests.tolist(), found.statuses.tolist(), strict=True)
    assert sorted(others) == sorted((*place, status) for place, (status, _) in told.items() if status != P)


async def test_durations_are_what_the_view_tells_of_results_that_ran(project: Project, runs: list[int]) -> None:
    found, took = await read_durations(project), list_took(await read_view(project, runs))
    sums, longest = (dict.fromkeys(took, 0) for _ in range(2))
    for block in found.blocks:
        durations = planes.join(block.planes)
        for test_no, each in zip(np.arange(2000)[block.tests].tolist(), durations.T.tolist(), strict=True):
            sums[test_no] += sum(each)
            longest[test_no] = max(longest[test_no], *each)
    assert count(found.ran) == {test_no: len(each) for test_no, each in took.items()}
    assert sums == {test_no: sum(each) for test_no, each in took.items()}
    assert longest == {test_no: max(each) for test_no, each in took.items()}
    assert max(longest.values()) == THREE_BYTES_MS


async def test_runs_that_hold_the_same_of_a_bucket_are_in_one_block(project: Project, runs: list[int]) -> None:
    assert len(runs) == 7
    shapes = [block.planes.shape for block in (await read_durations(project)).blocks]
    assert sorted(shapes) == [(1, 1, 40), (2, 2, 334), (2, 3, 33), (3, 2, 1000), (4, 3, 100)]


async def test_the_longest_are_an_eighth_of_each_chunk_that_ran(project: Project, runs: list[int]) -> None:
    found, told = await read_longest(project), await read_view(project, runs)
    chunks: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (run, test_no), (status, duration_ms) in told.items():
        chunks[run, test_no // 1000].append((-1 if status == S else duration_ms, test_no))
    expected: list[tuple[int, int, int]] = []
    rest_ms = dict.fromkeys((test_no for _, test_no in told), 0)
    for chunk in chunks.values():
        ran = sorted((each for each in chunk if each[0] >= 0), key=lambda each: (-each[0], each[1]))
        longest = ran[: min(64, (len(chunk) + 7) // 8)]
        rest = longest[-1][0] if len(longest) < len(ran) else 0
        expected += [(test_no, duration_ms, rest) for duration_ms, test_no in longest]
        for _, test_no in chunk:
            rest_ms[test_no] += rest
    assert sorted(zip(*map(np.ndarray.tolist, (found.tests, found.took_ms, found.rests_ms)), strict=True)) == sorted(
        expected
    )
    assert count(found.ran) == {test_no: len(each) for test_no, each in list_took(told).items()}
    assert count(found.rest_ms) == {test_no: rest for test_no, rest in rest_ms.items() if rest}


async def test_a_chunk_whose_tests_all_were_skipped_has_no_longest(project: Project) -> None:
    await project.arrive(functional(result("a", S), result("b", S)), NOON, branch="main")
    found = await read_longest(project)
    assert (found.tests.tolist(), count(found.ran), count(found.rest_ms)) == ([], {}, {})
    assert rank.list_slowest_of_longest(found, 50) == rank.list_slowest(await read_durations(project), 50) == []


@pytest.mark.parametrize(("most", "is_known"), [(5, True), (64, False)], ids=["steady ones", "more than are steady"])
async def test_what_the_longest_tell_is_what_all_durations_tell(project: Project, most: int, *, is_known: bool) -> None:
    slow = [result(name, duration_ms=90_000 - place) for place, name in enumerate(NAMES[:5])]
    for hour in range(8):
        others = [result(name, duration_ms=place * hour) for place, name in enumerate(NAMES[5:])]
        await project.arrive(functional(*slow, *others), NOON + hour * HOUR, branch="main")
    slowest = rank.list_slowest(await read_durations(project), most)
    assert [item.test_no for item in slowest[:5]] == [0, 1, 2, 3, 4]
    assert rank.list_slowest_of_longest(await read_longest(project), most) == (slowest if is_known else None)


async def test_only_the_newest_are_read(project: Project, runs: list[int]) -> None:
    found = await read_outcomes(project, limit=2)
    assert found.lanes.tolist() == [1, 2]
    assert found.held.sum(axis=1).tolist() == [40, 100]
    for ran in ((await read_durations(project, limit=2)).ran, (await read_longest(project, limit=2)).ran):
        assert 100 < ran.sum() < 140
    assert len(runs) > found.lanes.size


async def test_nothing_is_no_runs(project: Project) -> None:
    outcomes, durations, longest = (
        await read_outcomes(project),
        await read_durations(project),
        await read_longest(project),
    )
    assert (outcomes.lanes.size, outcomes.held.size, outcomes.runs.size) == (0, 0, 0)
    assert (durations.ran.size, durations.blocks) == (0, [])
    assert (longest.tests.size, longest.ran.size) == (0, 0)
