"""How the installation is doing, for the people who look after it."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from litestar import get
from litestar.di import NamedDependency

from testflux.analyse import health
from testflux.model.access import Permission
from testflux.model.health import StageFigures
from testflux.serve import declare
from testflux.serve.house import House
from testflux.serve.shapes.health import Health, StageDuration
from testflux.store import intake


@get("/health", **declare.route("getCondition", Permission.SYSTEM_READ))
async def get_condition(house: NamedDependency[House]) -> Health:
    """Answer what is fine, what to look at and what to do now, with the figures behind it."""
    figures = await house.vitals.measure()
    checks = health.judge(figures)
    same = ("measured_at", "queues", "workers", "outcomes", "set_aside", "chores", "sizes", "pool", "partitions")
    more = ("backup", "postgres", "disk", "watchers")
    return Health(
        state=health.worst(checks),
        checks=checks,
        stages=[_duration(stage) for stage in figures.stages],
        **{name: getattr(figures, name) for name in (*same, *more)},
    )


def _duration(stage: StageFigures) -> StageDuration:
    place = bisect_left(list(accumulate(stage.buckets)), 0.95 * stage.uploads)
    return StageDuration(
        stage=stage.stage,
        uploads=stage.uploads,
        mean_ms=1000 * stage.seconds / max(stage.uploads, 1),
        p95_ms=1000 * intake.BOUNDS_S[place] if place < len(intake.BOUNDS_S) else None,
    )


ROUTES = [get_condition]
