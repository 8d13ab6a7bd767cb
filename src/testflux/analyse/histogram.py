"""Durations in 64 buckets: small enough to keep with every run, and mergeable, so a p95 over a year is not an average.

Bucket 0 holds what took less than 1 ms. Above, two buckets a doubling: bucket 1 begins at 1 ms, 2 at 1.41 ms, 3 at
2 ms, …, 63 at 2^31 ms. A percentile read from them is at most a factor of 1.42 off, and usually much closer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
Floats = NDArray[np.float64]
BUCKETS = 64
EDGES = tuple(2 ** (index / 2) for index in range(BUCKETS - 1))
"""Where buckets 1 to 63 begin, in ms."""


def build(durations_ms: Iterable[float]) -> list[int]:
    """Count durations into buckets; no durations give an empty list."""
    counts = [0] * BUCKETS
    for duration in durations_ms:
        counts[bisect_right(EDGES, duration)] += 1
    return counts if any(counts) else []


def merge(histograms: Iterable[Sequence[int]]) -> list[int]:
    """Add histograms up; empty ones count for nothing."""
    filled = [histogram for histogram in histograms if histogram]
    return [sum(column) for column in zip(*filled, strict=True)]


def percentiles(histograms: Ints, shares: Sequence[float]) -> Floats:
    """Return the durations in ms that a share (0..1) of all do not exceed: a row a share, a column a histogram (a row).

    No histogram is without durations. Inside a bucket, durations are taken to be spread evenly.
    """
    seen = histograms.cumsum(axis=1)
    return np.array([_percentile(histograms, seen, share) for share in shares])


def _percentile(histograms: Ints, seen: Ints, share: float) -> Floats:
    wanted = share * seen[:, -1]
    found = ((seen >= wanted[:, None]) & (histograms > 0)).argmax(axis=1)
    rows = np.arange(len(histograms))
    counts = histograms[rows, found]
    inside = np.maximum(wanted - (seen[rows, found] - counts), 0) / counts
    return _LOWS[found] + (_HIGHS[found] - _LOWS[found]) * inside


def bounds(index: int) -> tuple[float, float]:
    """Return where a bucket begins and ends, in ms."""
    low = EDGES[index - 1] if index else 0.0
    return low, EDGES[index] if index < len(EDGES) else low * 2**0.5


_LOWS, _HIGHS = np.array([bounds(index) for index in range(BUCKETS)]).T
