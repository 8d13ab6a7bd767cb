"""Which tests lately went both ways, and which took longest, from the arrays their results are kept in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from testflux.model.status import Status

_WIDTH: Final = 1000
_BAD: Final = (Status.FAILED, Status.BROKEN)
_MOST_SPELLS_OF_A_BREAK: Final = 1
Ints = NDArray[Any]


class Chunk(msgspec.Struct, frozen=True):
    """Results of one run in one bucket: slots (None: 0, 1, 2, …), statuses and durations (ms)."""

    lane: int
    bucket: int
    slots: Ints | None
    status: Ints
    duration_ms: Ints


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `flips`: changes between passing and failing; `flaky`: passes that needed retries."""

    test_no: int
    runs: int
    flips: int
    flaky: int
    mean_ms: int
    max_ms: int


class _Lane:
    """What is known of a bucket's tests in one lane."""

    def __init__(self) -> None:
        self.last = np.zeros(_WIDTH, np.int8)  # 1: good, 2: bad
        self.flips, self.spells, self.flaky = (np.zeros(_WIDTH, np.int32) for _ in range(3))

    def add(self, slots: Ints, status: Ints) -> None:
        ran = status != Status.SKIPPED
        places, went = slots[ran], np.where(np.isin(status[ran], _BAD), 2, 1).astype(np.int8)
        before = self.last[places]
        self.flips[places] += (before != 0) & (before != went)
        self.spells[places] += (went == 2) & (before != 2)  # noqa: PLR2004
        self.flaky[places] += status[ran] == Status.FLAKY
        self.last[places] = went


class _Bucket:
    """What is known of a bucket's tests in all lanes."""

    def __init__(self) -> None:
        self.lanes: defaultdict[int, _Lane] = defaultdict(_Lane)
        self.runs, self.total_ms, self.max_ms = (np.zeros(_WIDTH, np.int64) for _ in range(3))

    def add(self, chunk: Chunk) -> None:
        slots = np.arange(chunk.status.size) if chunk.slots is None else chunk.slots
        self.lanes[chunk.lane].add(slots, chunk.status)
        ran = chunk.status != Status.SKIPPED
        places, took = slots[ran], chunk.duration_ms[ran]
        self.runs[places] += 1
        self.total_ms[places] += took
        self.max_ms[places] = np.maximum(self.max_ms[places], took)

    def judge(self, number: int, slot: int) -> Judged:
        runs = int(self.runs[slot])
        return Judged(
            test_no=number * _WIDTH + slot,
            runs=runs,
            flips=sum(int(lane.flips[slot]) for lane in self.lanes.values()),
            flaky=sum(int(lane.flaky[slot]) for lane in self.lanes.values()),
            mean_ms=round(int(self.total_ms[slot]) / runs) if runs else 0,
            max_ms=int(self.max_ms[slot]),
        )


def list_flakiest(chunks: Iterable[Chunk], most: int) -> list[Judged]:
    """Return the tests that went both ways most often; `chunks` are ordered from old to new in each lane.

    What counts as flaky is what `flaky.is_flaky` says of a lane: a test that broke and was mended is not.
    """
    scored: list[tuple[int, int, int, _Bucket]] = []
    for number, bucket in _gather(chunks).items():
        lanes = bucket.lanes.values()
        is_flaky = np.any([(lane.flaky > 0) | (lane.spells > _MOST_SPELLS_OF_A_BREAK) for lane in lanes], axis=0)
        score = np.sum([lane.flips + lane.flaky for lane in lanes], axis=0)
        scored += [(-int(score[slot]), number, int(slot), bucket) for slot in np.flatnonzero(is_flaky)]
    return [bucket.judge(number, slot) for _, number, slot, bucket in sorted(scored, key=lambda item: item[:3])[:most]]


def list_slowest(chunks: Iterable[Chunk], most: int) -> list[Judged]:
    """Return the tests that took longest on average where they ran."""
    scored: list[tuple[float, int, int, _Bucket]] = []
    for number, bucket in _gather(chunks).items():
        means = bucket.total_ms / np.maximum(bucket.runs, 1)
        best = np.argsort(-means, kind="stable")[:most]
        scored += [(-float(means[slot]), number, int(slot), bucket) for slot in best if bucket.runs[slot]]
    return [bucket.judge(number, slot) for _, number, slot, bucket in sorted(scored, key=lambda item: item[:3])[:most]]


def _gather(chunks: Iterable[Chunk]) -> dict[int, _Bucket]:
    buckets: defaultdict[int, _Bucket] = defaultdict(_Bucket)
    for chunk in chunks:
        buckets[chunk.bucket].add(chunk)
    return buckets
