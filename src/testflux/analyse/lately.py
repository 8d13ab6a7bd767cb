"""Which tests lately went both ways, and which took longest, from the arrays their results are kept in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from testflux.model.status import Status

_WIDTH: Final = 1000
_GOOD, _BAD = 1, 2
_WENT: Final = np.zeros(len(Status) + 1, np.uint8)
_WENT[[Status.PASSED, Status.FLAKY]] = _GOOD
_WENT[[Status.FAILED, Status.BROKEN]] = _BAD
_MOST_SPELLS_OF_A_BREAK: Final = 1
Ints = NDArray[Any]


class Chunk(msgspec.Struct, frozen=True):
    """Results of one run in one bucket: slots (None: 0, 1, 2, …), statuses and durations (ms; None: not asked for)."""

    lane: int
    run_id: int
    bucket: int
    slots: Ints | None
    status: Ints
    duration_ms: Ints | None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `flips`: changes between passing and failing; `flaky`: passes that needed retries."""

    test_no: int
    runs: int
    flips: int
    flaky: int
    mean_ms: int
    max_ms: int


class _Lately:
    """What is known of all tests: an array each, a test's place in them its number."""

    def __init__(self, width: int) -> None:
        self.runs, self.flips, self.flaky, self.total_ms, self.max_ms = (np.zeros(width, np.int64) for _ in range(5))
        self.last: defaultdict[int, Ints] = defaultdict(lambda: np.zeros(width, np.uint8))
        self.spells: defaultdict[int, Ints] = defaultdict(lambda: np.zeros(width, np.int32))

    def add(self, lane: int, status: Ints, took: Ints) -> None:
        """Add a run: statuses, 0 where it does not hold a test, and durations."""
        went, last = _WENT[status], self.last[lane]
        ran = went != 0
        self.runs += ran
        self.flips += ran & (last != 0) & (went != last)
        self.spells[lane] += (went == _BAD) & (last != _BAD)
        self.flaky += status == Status.FLAKY
        np.copyto(last, went, where=ran)
        np.multiply(took, ran, out=took)
        self.total_ms += took
        np.maximum(self.max_ms, took, out=self.max_ms)

    def judge(self, number: int) -> Judged:
        """Say what is known of one test."""
        runs = int(self.runs[number])
        return Judged(
            test_no=number,
            runs=runs,
            flips=int(self.flips[number]),
            flaky=int(self.flaky[number]),
            mean_ms=round(int(self.total_ms[number]) / runs) if runs else 0,
            max_ms=int(self.max_ms[number]),
        )

    def best(self, numbers: Ints, score: Ints, most: int) -> list[Judged]:
        """Judge those of some tests whose score is highest, in the order of numbers where it is the same."""
        order = np.argsort(-score[numbers], kind="stable")
        return [self.judge(int(number)) for number in numbers[order[:most]]]


def list_flakiest(chunks: Sequence[Chunk], most: int) -> list[Judged]:
    """Return the tests that went both ways most often; `chunks` are run by run, from old to new in each lane.

    What counts as flaky is what `flaky.is_flaky` says of a lane: a test that broke and was mended is not.
    """
    known = _gather(chunks)
    is_flaky = known.flaky > 0
    for spells in known.spells.values():
        is_flaky |= spells > _MOST_SPELLS_OF_A_BREAK
    return known.best(np.flatnonzero(is_flaky), known.flips + known.flaky, most)


def list_slowest(chunks: Sequence[Chunk], most: int) -> list[Judged]:
    """Return the tests that took longest on average where they ran; `chunks` are ordered as above."""
    known = _gather(chunks)
    return known.best(np.flatnonzero(known.runs), known.total_ms / np.maximum(known.runs, 1), most)


def with_durations(judged: Iterable[Judged], cells: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """Add how long tests took where they ran: `cells` have test_no, status and duration_ms."""
    took: defaultdict[int, list[int]] = defaultdict(list)
    for cell in cells:
        if cell["status"] != Status.SKIPPED:
            took[cell["test_no"]].append(cell["duration_ms"])
    return [
        msgspec.structs.replace(item, mean_ms=round(sum(each) / len(each)), max_ms=max(each))
        if (each := took[item.test_no])
        else item
        for item in judged
    ]


def _gather(chunks: Sequence[Chunk]) -> _Lately:
    width = _WIDTH * (1 + max((chunk.bucket for chunk in chunks), default=0))
    known = _Lately(width)
    for (lane, _), parts in groupby(chunks, key=lambda chunk: (chunk.lane, chunk.run_id)):
        status, took = np.zeros(width, np.uint8), np.zeros(width, np.int64)
        for part in parts:
            slots = np.arange(part.status.size) if part.slots is None else part.slots.astype(np.int64)
            places = part.bucket * _WIDTH + slots
            status[places] = part.status
            if part.duration_ms is not None:
                took[places] = part.duration_ms
        known.add(lane, status, took)
    return known
