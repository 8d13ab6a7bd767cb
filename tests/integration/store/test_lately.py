"""Results of the newest runs as matrices: the same as the view `result` tells one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from made import NOON, F, P, Project, S, Y, functional, result
from testflux.kit import planes
from testflux.model.access import EVERYBODY
from testflux.model.lately import Block, Lately
from testflux.model.report import Report
from testflux.store import lately

NAMES = [f"t{number:04}" for number in range(1100)]
STATUSES = (P, P, P, F, S, Y)
THREE_BYTES_MS = 70_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Cell = tuple[int, int, int]


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


async def read(project: Project, *, limit: int = 100, with_durations: bool = True) -> Lately:
    async with project.database.read(EVERYBODY) as reader:
        return await lately.list_lately(
            reader, project.project_id, ["main"], NOON.date(), limit, with_durations=with_durations
        )


def cells(run_ids: list[int], block: Block, took: list[list[int]]) -> dict[tuple[int, int], Cell]:
    slots = range(block.status.shape[1]) if block.slots is None else block.slots.tolist()
    return {
        (run_ids[run], 1000 * block.bucket + slot): (block.status[row, column], took[row][column], run)
        for row, run in enumerate(block.runs.tolist())
        for column, slot in enumerate(slots)
    }


async def test_matrices_hold_what_the_view_tells(project: Project, runs: list[int]) -> None:
    found = await read(project)
    assert found.lanes.tolist() == [1, 1, 1, 1, 2, 2, 2]
    told = {}
    for block in found.blocks:
        told |= cells(runs, block, planes.join(block.durations).tolist())
    rows = await project.rows(
        "select run_id, test_no, array_position(array['passed', 'failed', 'broken', 'skipped', 'flaky'], status) "
        "as status, duration_ms from result where project_id = %(project_id)s and run_id = any(%(run_ids)s)",
        run_ids=runs,
    )
    expected = {
        (row["run_id"], row["test_no"]): (row["status"], row["duration_ms"], runs.index(row["run_id"])) for row in rows
    }
    assert told == expected
    assert len(told) == sum(block.status.size for block in found.blocks) == 3 * 1100 + 2 * 367 + 100 + 40


async def test_runs_that_hold_the_same_of_a_bucket_are_in_one_matrix(project: Project, runs: list[int]) -> None:
    assert len(runs) == 7
    kinds = {
        (block.bucket, *block.durations.shape[1:]): sorted(block.runs.tolist())
        for block in (await read(project)).blocks
    }
    assert kinds[0, 2, 1000] == [0, 4, 5], "the first of the night is unlike the others in its last hundred alone"
    assert kinds[1, 2, 100] == [0, 5, 6]
    assert kinds[1, 3, 100] == [4]


async def test_durations_are_sent_to_those_who_ask(project: Project, runs: list[int]) -> None:
    found = await read(project, with_durations=False)
    with_durations = await read(project)
    assert {block.durations.shape[1] for block in found.blocks} == {0}
    assert len(found.blocks) < len(with_durations.blocks), "how long tests took keeps no runs apart"
    assert sum(block.status.sum() for block in found.blocks) == sum(
        block.status.sum() for block in with_durations.blocks
    )
    assert len(runs) == found.lanes.size


async def test_only_the_newest_are_read(project: Project, runs: list[int]) -> None:
    found = await read(project, limit=2)
    assert [(block.bucket, block.status.shape) for block in found.blocks] == [(0, (1, 40)), (1, (1, 100))]
    assert found.lanes.tolist() == [1, 2]
    assert len(runs) > found.lanes.size


async def test_nothing_is_no_runs(project: Project) -> None:
    found = await read(project)
    assert (found.lanes.tolist(), found.blocks) == ([], [])
