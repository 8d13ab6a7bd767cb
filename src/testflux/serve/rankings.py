"""The flakiest and the slowest tests of the last days."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import lately as ranking
from testflux.kit import clock, identifiers
from testflux.model.access import Actor, Permission
from testflux.serve import cached, declare, figures
from testflux.serve.house import House
from testflux.serve.shapes.tests import FlakiestTests, SlowestTests, SlowTest, UnsteadyTest
from testflux.serve.tests import name_fields
from testflux.store import database, lately, overview, tests

SHOWN: Final = 50
MOST_RUNS: Final = 500
AnyRequest = Request[Any, Any, Any]
Days = Annotated[int, QueryParameter(ge=1, le=90, description="How many days back.")]
T = TypeVar("T")
Make = Callable[[database.Reader, lately.Newest], Awaitable[T]]


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
) -> Response[FlakiestTests]:
    """List the fifty tests that lately went both ways most often, over the newest 500 runs of the default branch."""
    return await _rank(request, house, actor, slug, days, FlakiestTests, _make_flakiest)


@get(
    "/projects/{slug:str}/tests/slowest",
    **declare.route("listSlowestTests", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_slowest(
    request: AnyRequest,
    slug: FromPath[str],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    days: Days = 7,
) -> Response[SlowestTests]:
    """List the fifty tests that lately took longest on average, over the newest 500 runs of the default branch."""
    return await _rank(request, house, actor, slug, days, SlowestTests, _make_slowest)


async def _rank(
    request: AnyRequest, house: House, actor: Actor, slug: str, days: int, kind: type[T], make: Make[T]
) -> Response[T]:
    today = clock.now().date()
    async with house.database.read(actor.tenant) as reader:
        front = await overview.get_front(reader, actor.tenant, slug, 0)
        key = (kind.__name__, front.project_id, front.change_count, days, today)
        newest = lately.Newest(front.project_id, front.branches, today - timedelta(days=days), MOST_RUNS)
        return await cached.remember(request, house.remembered, key, kind, functools.partial(make, reader, newest))


async def _make_flakiest(reader: database.Reader, newest: lately.Newest) -> FlakiestTests:
    found = await lately.list_outcomes(reader, newest)
    ranked = await figures.off_the_loop_if_long(found.held.size, ranking.list_flakiest, found, SHOWN)
    names = await _list_names(reader, newest.project_id, ranked)
    return FlakiestTests(
        items=[
            UnsteadyTest(**names[item.test_no], runs=item.runs, failed=item.failed, flips=item.flips, flaky=item.flaky)
            for item in ranked
        ]
    )


async def _make_slowest(reader: database.Reader, newest: lately.Newest) -> SlowestTests:
    longest = await lately.list_longest(reader, newest)
    ranked = await figures.off_the_loop_if_long(longest.tests.size, ranking.list_slowest_of_longest, longest, SHOWN)
    if ranked is None:
        found = await lately.list_durations(reader, newest)
        ranked = await figures.off_the_loop_if_long(int(found.ran.sum()), ranking.list_slowest, found, SHOWN)
    names = await _list_names(reader, newest.project_id, ranked)
    return SlowestTests(
        items=[
            SlowTest(**names[item.test_no], runs=item.runs, mean_ms=item.mean_ms, max_ms=item.max_ms) for item in ranked
        ]
    )


async def _list_names(
    reader: database.Reader, project_id: int, ranked: Sequence[ranking.Unsteady | ranking.Slow]
) -> dict[int, dict[str, Any]]:
    """Return by test what an answer calls it."""
    rows = await tests.list_names(reader, project_id, [item.test_no for item in ranked])
    return {
        test_no: {
            "test_id": identifiers.pack(project_id, test_no),
            **name_fields(row),
        }
        for test_no, row in rows.items()
    }


ROUTES = [list_flakiest, list_slowest]
