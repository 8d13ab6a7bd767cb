"""Two runs at once, and how they differ: held against plain SQL on the view of results."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from past import Past
from testflux.analyse import diff
from testflux.model.access import Tenant
from testflux.model.status import Kind
from testflux.store import run_list, run_pairs, run_results
from testflux.store.database import Reader, Row

HOUSE = Tenant(1)
PLAIN_SQL = """
select coalesce(a.test_no, b.test_no) as test_no, b.status as was, a.status as now,
       abs(a.duration_ms - b.duration_ms) as change, b.duration_ms as took
from (select * from result where project_id = %(project_id)s and run_id = %(run)s) a
full join (select * from result where project_id = %(project_id)s and run_id = %(before)s) b using (test_no)
order by 1
"""
BAD, GOOD = ("failed", "broken"), ("passed", "flaky")


def told(rows: Sequence[Row], *, is_complete: bool) -> dict[str, list[int]]:
    changed = [row for row in rows if row["was"] in GOOD and row["now"] in GOOD and row["change"] >= 100]
    changed = [row for row in changed if row["change"] >= row["took"] / 5]
    kinds: dict[str, Sequence[Row]] = {
        "new_failures": [row for row in rows if row["now"] in BAD and row["was"] not in BAD],
        "fixed": [row for row in rows if row["was"] in BAD and row["now"] in GOOD and is_complete],
        "still_failing": [row for row in rows if row["was"] in BAD and row["now"] in BAD],
        "added": [row for row in rows if row["was"] is None],
        "removed": [row for row in rows if row["now"] is None and is_complete],
        "durations": sorted(changed, key=lambda row: -row["change"]),
    }
    return {kind: [row["test_no"] for row in found] for kind, found in kinds.items()}


async def test_runs_differ_as_plain_sql_says(past: Past, reader: Reader) -> None:
    runs = [run.run_id for run in past.shop if run.kind is Kind.FUNCTIONAL][:40]
    seen: dict[str, int] = {}
    for before_id, run_id in [*itertools.pairwise(runs), (runs[0], runs[-1]), (runs[-1], runs[0])]:
        pair = await run_pairs.find_pair(reader, HOUSE, 1, run_id, before_id)
        assert pair is not None
        run, before = pair
        sides = [diff.gather(side) for side in await run_results.list_arrays(reader, [before, run])]
        differing = diff.compare(*diff.align(*sides), is_complete=run["is_complete"])
        found = {name: numbers.tolist() for name, numbers in msgspec.structs.asdict(differing).items()}
        rows = await reader.all(PLAIN_SQL, project_id=1, run=run_id, before=before_id)
        assert found == told(rows, is_complete=run["is_complete"])
        seen = {name: seen.get(name, 0) + len(numbers) for name, numbers in found.items()}
    assert all(seen.values()), "the past has every kind of difference"


async def test_a_pair_is_told_like_each_run_alone(past: Past, reader: Reader) -> None:
    first, second = past.shop[5].run_id, past.shop[2].run_id
    pair = await run_pairs.find_pair(reader, HOUSE, 1, first, second)
    for row, run_id in zip(pair or (), (first, second), strict=True):
        whole = await run_list.get_run(reader, 1, run_id)
        assert row == {name: whole[name] for name in row}


async def test_a_run_can_be_held_against_itself(past: Past, reader: Reader) -> None:
    run_id = past.shop[0].run_id
    pair = await run_pairs.find_pair(reader, HOUSE, 1, run_id, run_id)
    assert pair is not None
    assert [row["run_id"] for row in pair] == [run_id, run_id]


NOT_THEIRS: dict[str, tuple[Tenant, int]] = {
    "another organisation": (Tenant(2), 1),
    "other projects": (Tenant(1, (2, 3)), 1),
    "no projects": (Tenant(1, ()), 1),
    "another project": (HOUSE, 2),
}


@pytest.mark.parametrize("name", NOT_THEIRS)
async def test_runs_of_others_are_not_there(past: Past, reader: Reader, name: str) -> None:
    tenant, project_id = NOT_THEIRS[name]
    ids = past.shop[0].run_id, past.shop[1].run_id
    assert await run_pairs.find_pair(reader, tenant, project_id, *ids) is None
    assert await run_pairs.find_pair(reader, Tenant(1, (1,)), 1, *ids) is not None


@pytest.mark.parametrize("missing", [0, 10**6, 2**62])
async def test_one_run_alone_is_no_pair(past: Past, reader: Reader, missing: int) -> None:
    run_id = past.shop[0].run_id
    ids: list[Any] = [(run_id, missing), (missing, run_id), (missing, missing)]
    assert [await run_pairs.find_pair(reader, HOUSE, 1, *pair) for pair in ids] == [None, None, None]
