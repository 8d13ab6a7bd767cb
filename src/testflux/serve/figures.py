"""What a project's newest runs say, lane by lane: the figures of its tile and its front page."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median
from typing import Final, ParamSpec, TypeVar

import msgspec

from testflux.analyse import lately as ranking
from testflux.model.status import Kind, Verdict
from testflux.serve.shapes.overview import State
from testflux.serve.shapes.trends import OpenFindings
from testflux.store import database, lately, overview, run_list

LANE_DEPTH: Final = 6
FLAKY_RUNS: Final = 30
_BRIEF: Final = 2_000_000  # results: to rank 400,000 takes half a millisecond
_LANE_LIFE: Final = timedelta(days=30)
_STATES: Final[tuple[tuple[Verdict, State], ...]] = (
    (Verdict.FAILED, "failing"),
    (Verdict.INCOMPLETE, "incomplete"),
    (Verdict.FLAKY, "flaky"),
    (Verdict.PASSED, "passing"),
)
P = ParamSpec("P")
R = TypeVar("R")


class Lanes(msgspec.Struct, frozen=True):
    """The newest runs of each lane, newest first; a lane is dead once the project went on for a month without it."""

    lanes: list[list[database.Row]]

    def of(self, kind: Kind) -> list[list[database.Row]]:
        """Return the lanes of a kind."""
        return [lane for lane in self.lanes if lane[0]["kind"] == kind]

    @property
    def main(self) -> list[database.Row] | None:
        """The functional lane whose newest run holds the most tests."""
        return max(self.of(Kind.FUNCTIONAL), key=lambda lane: _count_tests(lane[0]), default=None)


async def read_lanes(
    reader: database.Reader, project_id: int, branches: Sequence[str], newest: database.Row | None
) -> Lanes:
    """Read the lanes that are alive beside the newest run."""
    if newest is None:
        return Lanes([])
    first_day = newest["run_day"] - _LANE_LIFE
    lanes: defaultdict[tuple[str, str, str, str], list[database.Row]] = defaultdict(list)
    for row in await overview.list_lanes(reader, project_id, branches, first_day, LANE_DEPTH):
        lanes[row["kind"], row["name"], row["environment"], row["branch"]].append(row)
    return Lanes(list(lanes.values()))


def state(lanes: Lanes) -> State:
    """Judge a project by the newest run of each lane: the worst one counts."""
    verdicts = {lane[0]["verdict"] for lane in lanes.lanes}
    for verdict, word in _STATES:
        if verdict in verdicts:
            return word
    return "empty"


def pass_rate(lanes: Lanes, place: int) -> float | None:
    """Return the pass rate over the functional lanes' runs at a place, 0 being the newest."""
    runs = [lane[place] for lane in lanes.of(Kind.FUNCTIONAL) if len(lane) > place]
    good = sum(run["passed"] + run["flaky"] for run in runs)
    ran = good + sum(run["failed"] + run["broken"] for run in runs)
    return 100 * good / ran if ran else None


def open_findings(lanes: Lanes, place: int) -> OpenFindings:
    """Add up the findings of each lane's whole scans at a place, 0 being the newest."""
    whole = [[run for run in lane if run["is_complete"]] for lane in lanes.of(Kind.SECURITY)]
    runs = [lane[min(place, len(lane) - 1)] for lane in whole if lane]
    return OpenFindings(
        high=sum(run["findings_high"] for run in runs),
        medium=sum(run["findings_medium"] for run in runs),
        low=sum(run["findings_low"] for run in runs),
        informational=sum(run["findings_info"] for run in runs),
    )


def p95(lanes: Lanes) -> tuple[float | None, float | None]:
    """Return the newest load test's p95 of request durations, and how far it is from the median of earlier ones."""
    for lane in lanes.of(Kind.LOAD):
        if lane[0]["p95"] is not None:
            return lane[0]["p95"], delta(lane[0]["p95"], [run["p95"] for run in lane[1:]])
    return None, None


def delta(value: float, before: Sequence[float | None]) -> float | None:
    """Return how far a value is from the median of earlier ones, as a share of it."""
    known = [item for item in before if item is not None]
    usual = median(known) if known else 0
    return (value - usual) / usual if usual else None


async def list_lane_runs(reader: database.Reader, lanes: Lanes, count: int) -> list[database.Row]:
    """List the newest runs of the main lane, newest first."""
    return await run_list.list_lane(reader, lanes.main[0], count) if lanes.main else []


async def list_flaky(reader: database.Reader, project_id: int, runs: Sequence[database.Row]) -> list[int]:
    """List the tests that are flaky in some runs of a lane."""
    if not runs:
        return []
    found = await lately.list_outcomes_of(reader, project_id, runs)
    return await off_the_loop_if_long(found.held.size, ranking.list_flaky, found)


async def off_the_loop_if_long(results: int, rank: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Rank in a thread what takes long. A thread that takes turns with the answers costs more than a short wait."""
    if results <= _BRIEF:
        return rank(*args, **kwargs)
    return await asyncio.to_thread(rank, *args, **kwargs)


def _count_tests(run: database.Row) -> int:
    return sum(run[name] for name in ("passed", "failed", "broken", "skipped", "flaky"))
