"""Durations in 64 buckets: small enough to keep with every run, and mergeable, so a p95 over a year is not an average.

Bucket 0 holds what took less than 1 ms. Above, two buckets a doubling: bucket 1 begins at 1 ms, 2 at 1.41 ms, 3 at
2 ms, …, 63 at 2^31 ms. A percentile read from them is at most a factor of 1.42 off, and usually much closer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

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


def percentile(histogram: Sequence[int], share: float) -> float | None:
    """Return the duration in ms that a share (0..1) of all do not exceed, None without durations.

    Inside a bucket, durations are taken to be spread evenly.
    """
    wanted = share * sum(histogram)
    seen = 0
    for index, count in enumerate(histogram):
        if count and seen + count >= wanted:
            low, high = bounds(index)
            return low + (high - low) * max(wanted - seen, 0) / count
        seen += count
    return None


def bounds(index: int) -> tuple[float, float]:
    """Return where a bucket begins and ends, in ms."""
    low = EDGES[index - 1] if index else 0.0
    return low, EDGES[index] if index < len(EDGES) else low * 2**0.5
