"""Which tests lately went both ways, and which took longest, from the arrays their results are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np

from testflux.kit import planes
from testflux.model.lately import Block, Ints, Lately
from testflux.model.status import Status

_WIDTH: Final = 1000
_GOOD, _BAD = 1, 2
_MOST_SPELLS_OF_A_BREAK: Final = 1
_MOST_OF_A_BYTE: Final = 0xFF
_ALL_BITS: Final = np.uint8(0xFF)
# Bytes are compared with a byte in a tenth of the time that they are with a member of an enum.
_PASSED, _FAILED, _BROKEN, _SKIPPED, _FLAKY = map(np.uint8, Status)


class Unsteady(msgspec.Struct, frozen=True, kw_only=True):
    """A test that went both ways.

    `runs`: where it ran; `failed`: those it failed or broke in; `flaky`: those it passed in after failed attempts.
    `flips`: changes between passing and failing in a lane.
    """

    test_no: int
    runs: int
    failed: int
    flips: int
    flaky: int


class Slow(msgspec.Struct, frozen=True, kw_only=True):
    """How long a test took in the runs it ran in, ms."""

    test_no: int
    runs: int
    mean_ms: int
    max_ms: int


def list_flakiest(lately: Lately, most: int) -> list[Unsteady]:
    """Return the tests that went both ways most often.

    What counts as flaky is what `flaky.is_flaky` says of a lane: a test that broke and was mended is not.
    """
    status = _statuses(lately)
    is_flaky = status == _FLAKY
    is_bad = (status == _FAILED) | (status == _BROKEN)
    went = is_bad.view(np.uint8) * _BAD + ((status == _PASSED) | is_flaky)
    flips, is_unsteady = _tell_flips(lately.lanes, went)
    flaky = _count(is_flaky)
    numbers = _best(np.flatnonzero(is_unsteady | (flaky > 0)), flips + flaky, most)
    figures = (numbers, *(told[numbers] for told in (_count(went != 0), _count(is_bad), flips, flaky)))
    return [
        Unsteady(test_no=number, runs=runs, failed=failed, flips=flipped, flaky=retried)
        for number, runs, failed, flipped, retried in zip(*(figure.tolist() for figure in figures), strict=True)
    ]


def list_slowest(lately: Lately, most: int) -> list[Slow]:
    """Return the tests that took longest on average where they ran."""
    runs, total_ms = np.zeros((2, _width(lately)), np.int64)
    for block in lately.blocks:
        tests, ran = _tests(block), (block.status != _SKIPPED).view(np.uint8)
        runs[tests] += _count(ran)
        total_ms[tests] += planes.add_up(block.durations & (ran * _ALL_BITS)[:, np.newaxis, :])
    numbers = _best(np.flatnonzero(runs), total_ms / np.maximum(runs, 1), most)
    longest = _longest(lately, numbers)
    figures = (figure.tolist() for figure in (numbers, runs[numbers], total_ms[numbers], longest))
    return [
        Slow(test_no=number, runs=ran, mean_ms=round(total / ran), max_ms=most)
        for number, ran, total, most in zip(*figures, strict=True)
    ]


def _best(numbers: Ints, score: Ints, most: int) -> Ints:
    """Return those of some tests whose score is highest, in the order of numbers where it is the same."""
    scores = score[numbers].astype(np.float64)
    if most < scores.size:
        is_enough = scores >= np.partition(scores, -most)[-most]
        numbers, scores = numbers[is_enough], scores[is_enough]
    return numbers[np.argsort(-scores, kind="stable")[:most]]


def _tell_flips(lanes: Ints, went: Ints) -> tuple[Ints, Ints]:
    """Count the changes between good and bad, lane by lane, and tell which tests turned bad more than once in one."""
    flips = np.zeros(went.shape[1], np.uint16)
    is_unsteady = np.zeros(went.shape[1], np.bool_)
    for begin, end in _spans(lanes):
        known = _last_known(went[begin:end])
        turns = known.copy()  # the first result of a test turns it, too, which is no flip
        turns[1:] &= ~known[:-1]
        turned_bad = _count(turns >> 1)
        flips += turned_bad + _count(turns & 1) - (known[-1] != 0)
        is_unsteady |= turned_bad > _MOST_SPELLS_OF_A_BREAK
    return flips, is_unsteady


def _spans(lanes: Ints) -> Iterator[tuple[int, int]]:
    """Tell where each lane begins and ends."""
    borders = [0, *(np.flatnonzero(np.diff(lanes)) + 1).tolist(), lanes.size]
    return ((begin, end) for begin, end in pairwise(borders) if begin < end)


def _last_known(went: Ints) -> Ints:
    """Return for each run of one lane how its tests went, and where they did not run how they went before."""
    is_open = np.negative((went == 0).view(np.uint8))  # all bits
    known = np.empty_like(went)
    last = np.zeros(went.shape[1], np.uint8)
    for row, now, gap in zip(known, went, is_open, strict=True):
        last &= gap
        last |= now
        row[:] = last
    return known


def _statuses(lately: Lately) -> Ints:
    """Return the status of every test in every run, 0 where a run does not hold it."""
    status = np.zeros((lately.lanes.size, _width(lately)), np.uint8)
    for block in lately.blocks:
        if block.slots is None:
            status[block.runs, _tests(block)] = block.status
        else:
            status[np.ix_(block.runs, _tests(block))] = block.status
    return status


def _longest(lately: Lately, numbers: Ints) -> Ints:
    """Return how long some tests took at most, ms."""
    longest = np.zeros(numbers.size, np.int64)
    places = np.full(_width(lately), -1)
    places[numbers] = np.arange(numbers.size)
    for block in lately.blocks:
        wanted = places[_tests(block)]
        here = np.flatnonzero(wanted >= 0)
        took = planes.join(block.durations[:, :, here]) * (block.status[:, here] != _SKIPPED)
        longest[wanted[here]] = np.maximum(longest[wanted[here]], took.max(axis=0))
    return longest


def _tests(block: Block) -> Any:
    """Return the numbers of the tests of a block, as numpy takes them for a place in a row."""
    first = block.bucket * _WIDTH
    return slice(first, first + block.status.shape[1]) if block.slots is None else first + block.slots


def _count(told: Ints) -> Ints:
    """Count by test in how many runs something is 1 or true."""
    counts = np.zeros(told.shape[1], np.uint16)
    for begin in range(0, len(told), _MOST_OF_A_BYTE):  # bytes are added up without a copy in wider numbers
        counts += np.add.reduce(told[begin : begin + _MOST_OF_A_BYTE].view(np.uint8), axis=0, dtype=np.uint8)
    return counts


def _width(lately: Lately) -> int:
    return _WIDTH * (1 + max((block.bucket for block in lately.blocks), default=0))
