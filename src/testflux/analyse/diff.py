"""How two runs differ, test by test, from the arrays their results are kept in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from testflux.model.status import Status

# Plain numbers: numpy takes long over a member of an enumeration.
_PASSED: Final = int(Status.PASSED)
_BAD: Final = (int(Status.FAILED), int(Status.BROKEN))
_GOOD: Final = (_PASSED, int(Status.FLAKY))
_LEAST_MS: Final = 100
_LEAST_PART: Final = 5
Ints = NDArray[Any]
Flags = NDArray[np.bool_]
Chunks = Iterable[tuple[ArrayLike, ArrayLike, ArrayLike]]


class Results(msgspec.Struct, frozen=True):
    """All results of a run: test numbers (ascending), statuses and durations (ms)."""

    numbers: Ints
    status: Ints
    duration_ms: Ints

    def at(self, numbers: Ints) -> Results:
        """Return the results of some tests; status and duration are 0 for a test that is not there."""
        if not self.numbers.size:
            return Results(numbers, np.zeros(numbers.size, np.uint8), np.zeros(numbers.size, np.int64))
        places = np.minimum(np.searchsorted(self.numbers, numbers), self.numbers.size - 1)
        is_there = self.numbers[places] == numbers
        return Results(numbers, self.status[places] * is_there, self.duration_ms[places] * is_there)


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """Test numbers by what became of them from the earlier run to the later one; `durations` has the largest first."""

    new_failures: Ints
    fixed: Ints
    still_failing: Ints
    added: Ints
    removed: Ints
    durations: Ints


def gather(chunks: Chunks) -> Results:
    """Put the chunks of a run (numbers, statuses, durations; by number) together."""
    nothing: Any = ([], [], [])
    columns = zip(nothing, *chunks, strict=True)
    types = (np.int64, np.uint8, np.int64)
    return Results(
        *(np.concatenate(column, dtype=of, casting="unsafe") for column, of in zip(columns, types, strict=True))
    )


def align(before: Results, after: Results) -> tuple[Results, Results]:
    """Return both runs with every test of either; status and duration are 0 for a test that is not there."""
    if np.array_equal(before.numbers, after.numbers):
        return before, after
    every = np.union1d(before.numbers, after.numbers)
    return before.at(every), after.at(every)


def compare(before: Results, after: Results, *, is_complete: bool) -> Diff:
    """Compare two runs that are aligned; in a later one that breaks off nothing is fixed or removed.

    A duration changed when the test passed both times, and it is by a fifth and 100 ms.
    """
    odd = np.flatnonzero((before.status != _PASSED) | (after.status != _PASSED))
    numbers, was, now = before.numbers[odd], before.status[odd], after.status[odd]
    was_bad, is_bad, is_good = _is(was, _BAD), _is(now, _BAD), _is(now, _GOOD)
    return Diff(
        new_failures=numbers[is_bad & ~was_bad],
        fixed=numbers[was_bad & is_good & is_complete],
        still_failing=numbers[is_bad & was_bad],
        added=numbers[was == 0],
        removed=numbers[(now == 0) & is_complete],
        durations=_list_changed(before, after),
    )


def _list_changed(before: Results, after: Results) -> Ints:
    """Return the tests that took much longer or shorter, the largest change first."""
    change = np.abs(after.duration_ms - before.duration_ms)
    places = np.flatnonzero((change >= _LEAST_MS) & (change * _LEAST_PART >= before.duration_ms))
    places = places[_is(before.status[places], _GOOD) & _is(after.status[places], _GOOD)]
    return before.numbers[places[np.argsort(-change[places], kind="stable")]]


def _is(status: Ints, either: tuple[int, int]) -> Flags:
    first, second = either
    return (status == first) | (status == second)
