"""Which tests lately went both ways, and which took longest, from the arrays their results are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np

from testflux.kit import planes
from testflux.model.lately import Durations, Ints, Longest, Outcomes
from testflux.model.status import Status

_GOOD, _BAD = 1, 2
_MOST_SPELLS_OF_A_BREAK: Final = 1
_MOST_OF_A_BYTE: Final = 0xFF
_WENT: Final = np.zeros(1 + max(Status), np.uint8)
_WENT[[Status.PASSED, Status.FLAKY]] = _GOOD
_WENT[[Status.FAILED, Status.BROKEN]] = _BAD


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


def list_flaky(lately: Outcomes) -> list[int]:
    """Return the tests that are flaky in a lane: they needed retries, or failed in two spells with a pass between.

    One spell of failures is no flakiness but a break: it lasts, or it was mended. Skips and absences count as nothing.
    """
    _, is_flaky = _tell_flips(lately)
    is_flaky[lately.tests[lately.statuses == Status.FLAKY]] = True
    numbers: list[int] = np.flatnonzero(is_flaky).tolist()
    return numbers


def list_flakiest(lately: Outcomes, most: int) -> list[Unsteady]:
    """Return the tests that are flaky (`list_flaky`), those first that went both ways most often."""
    width = lately.held.shape[1]
    flips, is_unsteady = _tell_flips(lately)
    told = np.bincount(lately.tests * len(_WENT) + lately.statuses, minlength=width * len(_WENT))
    *_, failed, broken, skipped, flaky = told.reshape(width, len(_WENT)).T
    numbers = _best(np.flatnonzero(is_unsteady | (flaky > 0)), flips + flaky, most)
    figures = (numbers, *(figure[numbers] for figure in (_count(lately.held) - skipped, failed + broken, flips, flaky)))
    return [
        Unsteady(test_no=number, runs=runs, failed=bad, flips=flipped, flaky=retried)
        for number, runs, bad, flipped, retried in zip(*(figure.tolist() for figure in figures), strict=True)
    ]


def list_slowest_of_longest(lately: Longest, most: int) -> list[Slow] | None:
    """Return what `list_slowest` would, from the longest results of each run alone; None when they do not tell.

    A test is known when each run that it ran in has it among its longest. Of another one only a bound of its average is
    known: where it is not among the longest it took no longer than the shortest of these. The known tests with the
    highest averages are the slowest when no other test's bound reaches as high (Fagin's threshold algorithm).
    """
    width = lately.ran.size
    ran = np.maximum(lately.ran, 1)
    total_ms = np.bincount(lately.tests, lately.took_ms, width)
    is_known = np.bincount(lately.tests, minlength=width) == lately.ran
    numbers = _best(np.flatnonzero(is_known & (lately.ran > 0)), total_ms / ran, most)
    least = total_ms[numbers[-1]] / ran[numbers[-1]] if numbers.size == most else 0
    bounds = (lately.rest_ms + np.bincount(lately.tests, lately.took_ms - lately.rests_ms, width)) / ran
    if (bounds[~is_known] >= least).any():
        return None
    longest = np.zeros(width, np.int64)
    np.maximum.at(longest, lately.tests, lately.took_ms)
    return _list_slow(numbers, lately.ran, total_ms, longest[numbers])


def list_slowest(lately: Durations, most: int) -> list[Slow]:
    """Return the tests that took longest on average where they ran."""
    total_ms = np.zeros(lately.ran.size, np.int64)
    for block in lately.blocks:
        total_ms[block.tests] += planes.add_up(block.planes)
    numbers = _best(np.flatnonzero(lately.ran), total_ms / np.maximum(lately.ran, 1), most)
    return _list_slow(numbers, lately.ran, total_ms, _longest(lately, numbers))


def _list_slow(numbers: Ints, ran: Ints, total_ms: Ints, longest: Ints) -> list[Slow]:
    """Say of some tests how long they took; `longest` are theirs, the rest those of all tests."""
    figures = (numbers, ran[numbers], total_ms[numbers], longest)
    return [
        Slow(test_no=number, runs=runs, mean_ms=round(total / runs), max_ms=most)
        for number, runs, total, most in zip(*(figure.tolist() for figure in figures), strict=True)
    ]


def _best(numbers: Ints, score: Ints, most: int) -> Ints:
    """Return those of some tests whose score is highest, in the order of numbers where it is the same."""
    scores = score[numbers].astype(np.float64)
    if most < scores.size:
        is_enough = scores >= np.partition(scores, -most)[-most]
        numbers, scores = numbers[is_enough], scores[is_enough]
    return numbers[np.argsort(-scores, kind="stable")[:most]]


def _tell_flips(lately: Outcomes) -> tuple[Ints, Ints]:
    """Count the changes between good and bad, lane by lane, and tell which tests turned bad more than once in one."""
    went = lately.held * np.uint8(_GOOD)
    went.reshape(-1)[lately.runs * went.shape[1] + lately.tests] = _WENT[lately.statuses]
    flips = np.zeros(went.shape[1], np.uint16)
    is_unsteady = np.zeros(went.shape[1], np.bool_)
    for begin, end in _spans(lately.lanes):
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


def _longest(lately: Durations, numbers: Ints) -> Ints:
    """Return how long some tests took at most, ms."""
    longest = np.zeros(numbers.size, np.int64)
    places = np.full(lately.ran.size, -1)
    places[numbers] = np.arange(numbers.size)
    for block in lately.blocks:
        wanted = places[block.tests]
        here = np.flatnonzero(wanted >= 0)
        took = planes.join(block.planes[:, :, here])
        longest[wanted[here]] = np.maximum(longest[wanted[here]], took.max(axis=0))
    return longest


def _count(told: Ints) -> Ints:
    """Count by test in how many runs something is 1 or true."""
    counts = np.zeros(told.shape[1], np.uint16)
    for begin in range(0, len(told), _MOST_OF_A_BYTE):  # bytes are added up without a copy in wider numbers
        counts += np.add.reduce(told[begin : begin + _MOST_OF_A_BYTE].view(np.uint8), axis=0, dtype=np.uint8)
    return counts
