"""Which tests lately went both ways, and which took longest, from the arrays their results are kept in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from testflux.kit import planes
from testflux.model.status import Status

_WIDTH: Final = 1000
_GOOD, _BAD = 1, 2
_WENT: Final = np.zeros(len(Status) + 1, np.uint8)
_WENT[[Status.PASSED, Status.FLAKY]] = _GOOD
_WENT[[Status.FAILED, Status.BROKEN]] = _BAD
_MOST_SPELLS_OF_A_BREAK: Final = 1
Ints = NDArray[Any]


class Block(msgspec.Struct, frozen=True):
    """Results of some runs in one bucket, where all of these hold the same tests.

    `runs` are places among all runs, which begin with the oldest; `slots` are the tests (None: 0, 1, 2, …). `status`
    has a row a run, a column a test; `durations` (ms) are planes of bytes (kit/planes.py), by run, plane and test.
    """

    bucket: int
    slots: Ints | None
    runs: Ints
    status: Ints
    durations: Ints


class Lately(msgspec.Struct, frozen=True):
    """The newest runs: by place, from old to new, the lane of each; and what they hold."""

    lanes: Ints
    blocks: Sequence[Block]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `flips`: changes between passing and failing; `flaky`: passes that needed retries."""

    test_no: int
    runs: int
    flips: int
    flaky: int
    mean_ms: int
    max_ms: int


def list_flakiest(lately: Lately, most: int) -> list[Judged]:
    """Return the tests that went both ways most often.

    What counts as flaky is what `flaky.is_flaky` says of a lane: a test that broke and was mended is not.
    """
    status = _statuses(lately)
    flips, is_unsteady = _tell_flips(lately.lanes, _WENT.take(status))
    flaky = _count(status == Status.FLAKY)
    numbers = np.flatnonzero(is_unsteady | (flaky > 0))
    return _judge(lately, status, _best(numbers, flips + flaky, most))


def list_slowest(lately: Lately, most: int) -> list[Judged]:
    """Return the tests that took longest on average where they ran."""
    width = _width(lately)
    runs, total_ms = np.zeros(width, np.int64), np.zeros(width, np.int64)
    for block in lately.blocks:
        ran = _WENT.take(block.status) != 0
        tests = _tests(block)
        runs[tests] += _count(ran)
        total_ms[tests] += (planes.join(block.durations) * ran).sum(axis=0)
    numbers = np.flatnonzero(runs)
    return _judge(lately, _statuses(lately), _best(numbers, total_ms / np.maximum(runs, 1), most))


def _best(numbers: Ints, score: Ints, most: int) -> Ints:
    """Return those of some tests whose score is highest, in the order of numbers where it is the same."""
    return numbers[np.argsort(-score[numbers], kind="stable")[:most]]


def _judge(lately: Lately, status: Ints, numbers: Ints) -> list[Judged]:
    """Say of some tests all there is to say."""
    went = _WENT.take(status[:, numbers])
    took = np.where(went != 0, _durations(lately, numbers), 0)
    runs = (went != 0).sum(axis=0)
    flips, _ = _tell_flips(lately.lanes, went)
    flaky = (status[:, numbers] == Status.FLAKY).sum(axis=0)
    figures = (numbers, runs, flips, flaky, took.sum(axis=0), took.max(axis=0, initial=0))
    return [
        Judged(
            test_no=number, runs=ran, flips=flip, flaky=retried, mean_ms=round(total / ran) if ran else 0, max_ms=most
        )
        for number, ran, flip, retried, total, most in zip(*(figure.tolist() for figure in figures), strict=True)
    ]


def _tell_flips(lanes: Ints, went: Ints) -> tuple[Ints, Ints]:
    """Count the changes between good and bad, lane by lane, and tell which tests turned bad more than once in one."""
    flips = np.zeros(went.shape[1], np.uint16)
    is_unsteady = np.zeros(went.shape[1], np.bool_)
    for lane in np.unique(lanes):
        steps = _steps(went[lanes == lane])
        broke = _count(steps == _step(_GOOD, _BAD))
        flips += broke + _count(steps == _step(_BAD, _GOOD))
        is_unsteady |= broke + _count(steps == _step(0, _BAD)) > _MOST_SPELLS_OF_A_BREAK
    return flips, is_unsteady


def _steps(went: Ints) -> Ints:
    """Return for each run of one lane how its tests went before and how they go now, as `_step` says it."""
    steps = np.empty_like(went)
    last = np.zeros(went.shape[1], np.uint8)
    for step, now in zip(steps, went, strict=True):
        np.add(last << 2, now, out=step)
        last = now + last * (now == 0)
    return steps


def _step(before: int, now: int) -> int:
    return (before << 2) + now


def _statuses(lately: Lately) -> Ints:
    """Return the status of every test in every run, 0 where a run does not hold it."""
    status = np.zeros((lately.lanes.size, _width(lately)), np.uint8)
    for block in lately.blocks:
        if block.slots is None:
            status[block.runs, _tests(block)] = block.status
        else:
            status[np.ix_(block.runs, _tests(block))] = block.status
    return status


def _durations(lately: Lately, numbers: Ints) -> Ints:
    """Return how long some tests took in every run, ms; 0 where a run does not hold it."""
    took = np.zeros((lately.lanes.size, numbers.size), np.int64)
    places = np.full(_width(lately), -1)
    places[numbers] = np.arange(numbers.size)
    for block in lately.blocks:
        wanted = places[_tests(block)]
        here = np.flatnonzero(wanted >= 0)
        took[np.ix_(block.runs, wanted[here])] = planes.join(block.durations[:, :, here])
    return took


def _tests(block: Block) -> Any:
    """Return the numbers of the tests of a block, as numpy takes them for a place in a row."""
    first = block.bucket * _WIDTH
    return slice(first, first + block.status.shape[1]) if block.slots is None else first + block.slots


def _count(told: Ints) -> Ints:
    """Count by test in how many runs something is true."""
    return np.add.reduce(told.view(np.uint8), axis=0, dtype=np.uint16)


def _width(lately: Lately) -> int:
    return _WIDTH * (1 + max((block.bucket for block in lately.blocks), default=0))
