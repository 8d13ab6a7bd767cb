"""Integers in bytes, read by numpy without a Python object for each: packed durations, and arrays as PostgreSQL sends.

Durations are packed in planes: the highest bytes of all, then the next lower ones, as many planes as the longest needs
(at least one, at most four). Nearly all tests end within 65 s and take two bytes so, of which SQL reads one place as
fast as numpy reads all (`duration_at` in schema.sql). What is high comes first because it is mostly zeros, and
PostgreSQL gives up compressing what does not begin well.

Arrays sent (`array_send`) have one dimension, at least one element and no nulls, as all arrays of a chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
_HEAD: Final = 20  # bytes before the elements
_CELLS: Final = 64
_HISTOGRAM: Final = np.dtype([("head", f"V{_HEAD}"), ("cells", [("length", ">i4"), ("value", ">i8")], _CELLS)])
_SHORTS: Final = np.dtype([("length", ">i4"), ("value", ">i2")])
_MOST_PLANES: Final = 4


def read_shorts(sent: bytes) -> Ints:
    """Read a smallint[]."""
    return np.frombuffer(sent, _SHORTS, offset=_HEAD)["value"]


def pack_durations(durations: Sequence[int]) -> bytes:
    """Pack durations (ms, 0 to 2^31 - 1); at least one."""
    planes = np.array(durations, ">u4").view(np.uint8).reshape(-1, _MOST_PLANES).T
    needed = max(1, (max(durations).bit_length() + 7) // 8)
    return planes[_MOST_PLANES - needed :].tobytes()


def unpack_durations(packed: bytes, count: int) -> Ints:
    """Return the durations (ms) of `count` results, an int32 each."""
    planes = np.frombuffer(packed, np.uint8).reshape(-1, count)
    joined = planes[0].astype(np.int32)
    for plane in planes[1:]:
        joined = (joined << 8) | plane
    return joined


def add_histograms(sent: Sequence[bytes]) -> Ints:
    """Add up, for each of the given, the bigint[64] that stand in it one behind the other: a row each."""
    if not sent:
        return np.zeros((0, _CELLS), np.int64)
    whole = np.frombuffer(b"".join(sent), _HISTOGRAM)["cells"]["value"].astype(np.int64)
    counts = [len(each) // _HISTOGRAM.itemsize for each in sent]
    return np.add.reduceat(whole, np.cumsum([0, *counts[:-1]]), axis=0)
