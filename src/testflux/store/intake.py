"""How uploads went, in counters that only grow: kept in the database, so that every server tells of every worker."""

from __future__ import annotations

import bisect
import time
from collections.abc import Mapping

from testflux.model.health import OutcomeFigures, StageFigures
from testflux.model.run import Stage
from testflux.store import queries
from testflux.store.database import Reader, Writer

BOUNDS_S = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""Upper bounds of the buckets in which durations are counted; those above have one more."""

UNKNOWN = "unknown"
"""The format of a file that was not understood."""

_SQL = queries.load("intake")


class Laps:
    """How many seconds each stage of an upload took: a stage begins where the one before it ended."""

    def __init__(self, waited_s: float) -> None:
        self.seconds: dict[Stage, float] = {Stage.RECEIVED: max(float(waited_s), 0.0)}
        self._since = time.perf_counter()

    def end(self, stage: Stage) -> Mapping[Stage, float]:
        """Note that a stage ends now, and return all that ended."""
        now = time.perf_counter()
        self.seconds[stage] = now - self._since
        self._since = now
        return self.seconds


async def add_stored(writer: Writer, report_format: str, laps: Laps) -> None:
    """Count an upload that is just being stored. Everybody counts in the same rows: do it last before the commit."""
    seconds = laps.end(Stage.STORE)
    await add_outcome(writer, report_format, "stored")
    await writer.run(
        _SQL["add_stages"],
        stages=[stage.value for stage in seconds],
        seconds=list(seconds.values()),
        places=[bisect.bisect_left(BOUNDS_S, value) for value in seconds.values()],
        last=len(BOUNDS_S),
    )


async def add_outcome(writer: Writer, report_format: str, outcome: str) -> None:
    """Count what became of an upload: stored, rejected or set_aside."""
    await writer.run(_SQL["add_outcome"], format=report_format, outcome=outcome)


async def list_stages(reader: Reader) -> list[StageFigures]:
    """Return how long the stages took, in their order."""
    order = list(Stage)
    found = [StageFigures(**row) for row in await reader.all(_SQL["list_stages"])]
    return sorted(found, key=lambda one: order.index(Stage(one.stage)))


async def list_outcomes(reader: Reader) -> list[OutcomeFigures]:
    """Return what became of uploads, by format."""
    return [OutcomeFigures(**row) for row in await reader.all(_SQL["list_outcomes"])]
