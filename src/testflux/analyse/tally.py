"""What the results of a run add up to, counted from the arrays they are kept in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np

from testflux.analyse import histogram
from testflux.model.status import Status

_EDGES: Final = np.array(histogram.EDGES)


class Tally(msgspec.Struct, frozen=True):
    """Tests by how they ended, and the durations (ms) of those that ran: their sum, and their histogram ([]: none)."""

    counts: dict[Status, int]
    duration_sum_ms: int
    duration_histogram: list[int]


def count(chunks: Iterable[tuple[bytes, Sequence[int]]]) -> Tally:
    """Add up chunks, each the statuses (one byte a test) and the durations (ms) of some tests."""
    by_status = np.zeros(len(Status) + 1, np.int64)
    buckets = np.zeros(histogram.BUCKETS, np.int64)
    total = 0
    for packed, durations in chunks:
        status, duration_ms = np.frombuffer(packed, np.uint8), np.array(durations, np.int64)
        ran = duration_ms[status != Status.SKIPPED]
        by_status += np.bincount(status, minlength=by_status.size)
        buckets += np.bincount(np.searchsorted(_EDGES, ran, side="right"), minlength=buckets.size)
        total += int(ran.sum())
    counts = {status: int(by_status[status]) for status in Status}
    return Tally(counts, total, buckets.tolist() if buckets.any() else [])
