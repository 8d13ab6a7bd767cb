"""Load times in buckets that grow by 2 %: a percentile read from them is at most 1 % off, also after adding runs up.

A sketch is a list of whole numbers: how many values are 0 or less, the number of the first bucket, and the counts from
that bucket on. Bucket n holds what is above g^(n-1) and at most g^n, with g = 1.01 / 0.99.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

ERROR = 0.01
"""How far off a percentile may be, as a share of it."""

_GROWTH = math.log((1 + ERROR) / (1 - ERROR))
_NUMBERS = 2000
"""Buckets reach from 10^-17 to 10^17: what lies outside counts as if it lay in the outermost one."""
_HEAD = 2


def build(values: NDArray[np.float64]) -> list[int]:
    """Count values into buckets; no values give an empty list."""
    if not values.size:
        return []
    above = values[values > 0]
    if not above.size:
        return [int(values.size), 0]
    numbers = np.clip(np.ceil(np.log(above) / _GROWTH), -_NUMBERS, _NUMBERS).astype(np.int64)
    first = int(numbers.min())
    counts: list[int] = np.bincount(numbers - first).tolist()
    return [int(values.size - above.size), first, *counts]


def merge(sketches: Iterable[Sequence[int]]) -> list[int]:
    """Add sketches up; empty ones count for nothing."""
    filled = [sketch for sketch in sketches if sketch]
    spans = [sketch for sketch in filled if len(sketch) > _HEAD]
    if not filled:
        return []
    zeros = sum(sketch[0] for sketch in filled)
    if not spans:
        return [zeros, 0]
    first = min(sketch[1] for sketch in spans)
    counts = [0] * (max(sketch[1] + len(sketch) - _HEAD for sketch in spans) - first)
    for sketch in spans:
        for offset, count in enumerate(sketch[_HEAD:], sketch[1] - first):
            counts[offset] += count
    return [zeros, first, *counts]


def percentile(sketch: Sequence[int], share: float) -> float | None:
    """Return the value that a share (0..1) of all do not exceed, None without values."""
    if not sketch:
        return None
    rank = share * (sketch[0] + sum(sketch[_HEAD:]) - 1)
    seen = sketch[0]
    if rank < seen:
        return 0.0
    offset = bisect_right(list(accumulate(sketch[_HEAD:], initial=seen)), rank) - 1
    return 2 * math.exp(_GROWTH * (sketch[1] + offset)) / (math.exp(_GROWTH) + 1)
