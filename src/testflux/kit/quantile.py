"""Exact percentiles of many groups at once: linear between the two nearest values (type 7), as k6 and numpy compute."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_RADIX = 1 << 16  # numpy sorts 16 bits by counting, in one pass

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Groups:
    """Values by group; `counts` says how many each has.

    `numbers` gives a group (0..size-1) for each value, -1 for none.
    `ordered` tells that the values ascend already: many groupings of the same values then cost one sort.
    """

    def __init__(self, values: Floats, numbers: Integers, size: int, *, ordered: bool = False) -> None:
        if not ordered:
            order = np.argsort(values)
            values, numbers = values[order], numbers[order]
        if numbers.size and int(numbers.min()) < 0:
            kept = numbers >= 0
            values, numbers = values[kept], numbers[kept]
        narrow = numbers.astype(np.uint16 if size <= _RADIX else np.uint32)
        self._values = values[np.argsort(narrow, kind="stable")]
        self.counts: Integers = np.bincount(numbers, minlength=size)
        self._starts: Integers = np.cumsum(self.counts) - self.counts

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """Return a row for each group with the value that each share (0..1) of its values does not exceed.

        0 and 1 give the least and the greatest. A group without values has zeros.
        """
        if not self._values.size:
            return np.zeros((len(self.counts), len(shares)))
        filled = np.maximum(self.counts, 1)
        position = np.multiply.outer(filled - 1, np.asarray(shares, np.float64))
        below = np.floor(position).astype(np.int64)
        above = np.ceil(position).astype(np.int64)
        starts = np.minimum(self._starts, self._values.size - 1)[:, None]
        low, high = self._values[starts + below], self._values[starts + above]
        found = low + (high - low) * (position - below)
        found[self.counts == 0] = 0
        return found

    def parts(self) -> list[Floats]:
        """Return each group's values, ascending."""
        return np.split(self._values, self._starts[1:])


def quantiles(values: Floats, shares: Sequence[float]) -> list[float]:
    """Return the value that each share (0..1) of the values does not exceed; zeros without values."""
    found: list[float] = Groups(values, np.zeros(len(values), np.int64), 1).quantiles(shares)[0].tolist()
    return found
