"""Results of a run read as arrays, as bytes that numpy reads."""

from __future__ import annotations

import numpy as np
import pytest

from made import NOON, F, P, Project, S, outcomes
from testflux.model.access import EVERYBODY
from testflux.store import reruns, run_results, runs


@pytest.mark.parametrize("first_number", [0, 998, 40_001], ids=["full", "two chunks", "sparse, beyond 16 bits"])
async def test_arrays_hold_what_the_chunks_do(project: Project, first_number: int) -> None:
    async with project.database.write(EVERYBODY) as writer:
        await writer.run(
            "update project set next_test_no = %(first)s where project_id = %(project)s",
            first=first_number,
            project=project.project_id,
        )
    run = await project.arrive(outcomes(a=P, b=F, c=S, d=P), NOON)
    async with project.database.read(EVERYBODY) as reader:
        told = await reruns.list_counted(reader, runs.key_of(run))
        (found,) = await run_results.list_arrays(reader, [run])
    assert [[np.asarray(column).tolist() for column in chunk] for chunk in found] == [
        [list(chunk.numbers), list(chunk.status), list(chunk.duration_ms)] for chunk in told
    ]
    numbers = [number for chunk in found for number in chunk[0].tolist()]
    assert numbers == [*range(first_number, first_number + 4)]


async def test_a_run_without_tests_has_no_arrays(project: Project) -> None:
    run = await project.arrive(outcomes(), NOON)
    async with project.database.read(EVERYBODY) as reader:
        assert await run_results.list_arrays(reader, [run]) == [[]]
