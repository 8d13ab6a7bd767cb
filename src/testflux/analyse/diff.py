"""How two runs differ, test by test, from the arrays their results are kept in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from testflux.model.status import Status

_BAD: Final = (Status.FAILED, Status.BROKEN)
_GOOD: Final = (Status.PASSED, Status.FLAKY)
_LEAST_MS: Final = 100
_LEAST_SHARE: Final = 0.2
Ints = NDArray[np.int64]
Chunks = Iterable[tuple[ArrayLike, ArrayLike, ArrayLike]]


class Results(msgspec.Struct, frozen=True):
    """All results of a run: test numbers (ascending), statuses and durations (ms)."""

    numbers: Ints
    status: Ints
    duration_ms: Ints

    def at(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Return statuses and durations of some tests; both 0 for a test that is not there."""
        places = np.minimum(np.searchsorted(self.numbers, numbers), max(self.numbers.size - 1, 0))
        if not self.numbers.size:
            return np.zeros_like(numbers), np.zeros_like(numbers)
        is_there = self.numbers[places] == numbers
        return np.where(is_there, self.status[places], 0), np.where(is_there, self.duration_ms[places], 0)

    def find(self, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return status and duration of some tests by number, both 0 for a test that is not there."""
        status, duration_ms = self.at(np.array(numbers, np.int64))
        return dict(zip(numbers, zip(status.tolist(), duration_ms.tolist(), strict=True), strict=True))


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """Test numbers by what became of them from the earlier run to the later one; `durations` has the largest first."""

    new_failures: list[int]
    fixed: list[int]
    still_failing: list[int]
    added: list[int]
    removed: list[int]
    durations: list[int]


def gather(chunks: Chunks) -> Results:
    """Put the chunks of a run (numbers, statuses, durations; by number) together."""
    nothing: Any = ([], [], [])
    return Results(
        *(np.concatenate(column, dtype=np.int64, casting="unsafe") for column in zip(nothing, *chunks, strict=True))
    )


def compare(before: Results, after: Results, *, is_complete: bool) -> Diff:
    """Compare two runs; in a later one that breaks off nothing is fixed or removed.

    A duration changed when the test passed both times, and it is by a fifth and 100 ms.
    """
    is_same = np.array_equal(before.numbers, after.numbers)
    every = before.numbers if is_same else np.union1d(before.numbers, after.numbers)
    was, took = before.at(every)
    now, takes = after.at(every)
    was_bad, is_bad = np.isin(was, _BAD), np.isin(now, _BAD)
    change = np.abs(takes - took)
    is_changed = np.isin(was, _GOOD) & np.isin(now, _GOOD) & (change >= _LEAST_MS) & (change >= _LEAST_SHARE * took)
    durations = every[is_changed][np.argsort(-change[is_changed], kind="stable")]
    return Diff(
        new_failures=every[is_bad & ~was_bad].tolist(),
        fixed=every[was_bad & np.isin(now, _GOOD) & is_complete].tolist(),
        still_failing=every[is_bad & was_bad].tolist(),
        added=every[was == 0].tolist(),
        removed=every[(now == 0) & is_complete].tolist(),
        durations=durations.tolist(),
    )
