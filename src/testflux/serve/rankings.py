"""The flakiest and the slowest tests of the last days."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

import numpy as np
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import lately
from testflux.kit import clock, identifiers
from testflux.model.access import Actor, Permission
from testflux.serve import cached, declare
from testflux.serve.house import House
from testflux.serve.shapes.tests import TestLately, TestRanking
from testflux.store import database, overview, tests

SHOWN: Final = 50
MOST_RUNS: Final = 500
_BRIEF: Final = 2_000_000  # results that are ranked within some 8 ms
AnyRequest = Request[Any, Any, Any]
Days = Annotated[int, QueryParameter(ge=1, le=90, description="How many days back.")]
Rank = Callable[[lately.Lately, int], list[lately.Judged]]


@get(
    "/projects/{slug:str}/tests/flakiest",
    **declare.route("listFlakiestTests", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_flakiest(
    request: AnyRequest,
    slug: FromPath[str],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    days: Days = 14,
) -> Response[TestRanking]:
    """List the fifty tests that lately went both ways most often, over the newest 500 runs of the default branch."""
    return await _rank(request, house, actor, slug, days, lately.list_flakiest)


@get(
    "/projects/{slug:str}/tests/slowest",
    **declare.route("listSlowestTests", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_slowest(
    request: AnyRequest,
    slug: FromPath[str],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    days: Days = 14,
) -> Response[TestRanking]:
    """List the fifty tests that lately took longest on average, over the newest 500 runs of the default branch."""
    return await _rank(request, house, actor, slug, days, lately.list_slowest)


async def _rank(
    request: AnyRequest, house: House, actor: Actor, slug: str, days: int, rank: Rank
) -> Response[TestRanking]:
    today = clock.now().date()
    async with house.database.read(actor.tenant) as reader:
        front = await overview.get_front(reader, actor.tenant, slug, 0)
        key = (rank.__name__, front.project_id, front.change_count, days, today)
        make = functools.partial(_make, reader, front, days, rank)
        return await cached.remember(request, house.remembered, key, TestRanking, make)


async def _make(reader: database.Reader, front: overview.Front, days: int, rank: Rank) -> TestRanking:
    since = clock.now().date() - timedelta(days=days)
    rows = await tests.list_lately(reader, front.project_id, front.branches, since, MOST_RUNS)
    found = _gather(rows)
    # A thread that takes turns with the answers costs more than it spares, unless there is much to do.
    is_brief = sum(block.status.size for block in found.blocks) <= _BRIEF
    judged = rank(found, SHOWN) if is_brief else await asyncio.to_thread(rank, found, SHOWN)
    names = await tests.list_names(reader, front.project_id, [item.test_no for item in judged])
    return TestRanking(items=[_item(front.project_id, names[item.test_no], item) for item in judged])


def _gather(rows: Sequence[database.Row]) -> lately.Lately:
    lane_by_place = {place: lane for row in rows for place, lane in zip(row["places"], row["lanes"], strict=True)}
    lanes = np.zeros(1 + max(lane_by_place, default=-1), np.int32)
    lanes[list(lane_by_place)] = list(lane_by_place.values())
    return lately.Lately(lanes, [_block(row) for row in rows])


def _block(row: database.Row) -> lately.Block:
    block = row["block"]
    return lately.Block(row["bucket"], block.slots, np.array(row["places"]), block.status, block.durations)


def _item(project_id: int, test: database.Row, item: lately.Judged) -> TestLately:
    return TestLately(
        test_id=identifiers.pack(project_id, item.test_no),
        suite=" / ".join(test["suite"]),
        suite_path=test["suite"],
        name=test["name"],
        tags=test["tags"],
        runs=item.runs,
        flips=item.flips,
        flaky=item.flaky,
        mean_ms=item.mean_ms,
        max_ms=item.max_ms,
    )


ROUTES = [list_flakiest, list_slowest]
