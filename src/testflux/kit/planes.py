"""Whole numbers packed in planes of bytes: the highest bytes of all, then the next lower ones, down to the lowest.

There are as many planes as the largest number needs, one to four. Nearly all tests end within 65 s and take two bytes
so, of which SQL reads one place as fast as numpy reads all (`duration_at` in schema.sql). What is high comes first
because it is mostly zeros, and PostgreSQL gives up compressing what does not begin well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
_MOST: Final = 4


def pack(numbers: Sequence[int]) -> bytes:
    """Pack numbers from 0 to 2^31 - 1; at least one."""
    planes = np.array(numbers, ">u4").view(np.uint8).reshape(-1, _MOST).T
    needed = max(1, (max(numbers).bit_length() + 7) // 8)
    return planes[_MOST - needed :].tobytes()


def unpack(packed: bytes, count: int) -> Ints:
    """Return the `count` numbers that were packed, an int32 each."""
    return join(np.frombuffer(packed, np.uint8).reshape(-1, count))


def join(planes: Ints) -> Ints:
    """Return the numbers of planes, an int32 each: planes are the last dimension but one, numbers the last."""
    joined = planes[..., 0, :].astype(np.int32)
    for place in range(1, planes.shape[-2]):
        joined <<= 8
        joined |= planes[..., place, :]
    return joined


def add_up(planes: Ints) -> Ints:
    """Add up the numbers of many rows of planes: their sums, an int64 each."""
    sums = np.add.reduce(planes, axis=0, dtype=np.min_scalar_type(0xFF * len(planes)))
    total = np.zeros(sums.shape[-1], np.int64)
    for plane in sums:
        total = (total << 8) + plane
    return total
