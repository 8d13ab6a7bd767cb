"""Histograms of durations as tables keep them: packed counts, which PostgreSQL hands over without looking inside.

All 64 counts take the same width: the least of 1, 2, 4 or 8 bytes that holds the largest of them, high byte first. No
durations at all are no bytes. So equal histograms are equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
COUNTS: Final = 64
_AT_ONCE: Final = 12_000  # numbers: larger arrays are asked of the system each time, which takes longer than adding


def pack(counts: Sequence[int] | Ints) -> bytes:
    """Pack 64 counts, none of them negative; [] are none."""
    most = max(counts, default=0)
    return np.asarray(counts).astype(_type(np.min_scalar_type(most).itemsize)).tobytes() if most else b""


def unpack(packed: bytes) -> Ints:
    """Return the 64 counts."""
    width = len(packed) // COUNTS
    return np.frombuffer(packed, _type(width)).astype(np.int64) if width else np.zeros(COUNTS, np.int64)


def add_up(packed: bytes, lengths: Ints, places: Ints, count: int) -> Ints:
    """Add up histograms that lie one behind the other, each of so many bytes and at its place among `count` sums."""
    whole = np.frombuffer(packed, np.uint8)
    sums = np.zeros((count, COUNTS), np.int64)
    for length in np.unique(lengths[lengths > 0]).tolist():
        is_it = lengths == length
        rows = whole[np.repeat(is_it, lengths)].view(_type(length // COUNTS)).reshape(-1, COUNTS)
        add_rows(sums, rows, places[is_it])
    return sums


def add_rows(sums: Ints, rows: Ints, places: Ints) -> None:
    """Add each row to the sums at its place, a few at a time."""
    order = places.argsort(kind="stable")
    step = _AT_ONCE // rows.shape[1]
    for first in range(0, len(order), step):
        some = order[first : first + step]
        here, begins = np.unique(places[some], return_index=True)
        sums[here] += np.add.reduceat(rows[some].astype(np.int64), begins, axis=0)


def _type(width: int) -> str:
    return f">u{width}"
