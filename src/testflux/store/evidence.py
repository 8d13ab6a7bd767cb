"""Where in its report each test of a chunk stands: byte ranges, packed to about four bytes a test.

The encoding, one entry a result in the chunk's order: `length + 1` as a varint, or 0 when the result has no range;
after a non-zero one, how far the range begins behind the end of the one before (0 for the first), zigzag and varint.
A varint is little-endian base 128, the high bit set on all bytes but the last; zigzag maps 0, -1, 1, -2 to 0, 1, 2, 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Range = tuple[int, int]
_SIGN: Final = 63  # of 64 bits


def encode(ranges: Sequence[Range | None]) -> bytes | None:
    """Pack byte ranges (start, end), None where a result has none; None when no result has one."""
    known = [item for item in ranges if item is not None]
    if not known:
        return None
    starts, ends = np.array(known, np.int64).T
    gaps = starts - np.concatenate(([0], ends[:-1]))
    entries = np.zeros((len(ranges), 2), np.int64)
    has_range = np.array([item is not None for item in ranges])
    entries[has_range, 0] = ends - starts + 1
    entries[has_range, 1] = (gaps << 1) ^ (gaps >> _SIGN)  # zigzag
    return _varints(entries[np.stack((np.ones_like(has_range), has_range), axis=1)])


def decode(packed: bytes | None, count: int) -> list[Range | None]:
    """Unpack the ranges of `count` results."""
    if packed is None:
        return [None] * count
    numbers = _numbers(packed)
    ranges: list[Range | None] = []
    previous = 0
    for _ in range(count):
        length = next(numbers) - 1
        if length < 0:
            ranges.append(None)
            continue
        start = previous + _unzigzag(next(numbers))
        previous = start + length
        ranges.append((start, previous))
    return ranges


def _varints(numbers: NDArray[np.int64]) -> bytes:
    """Pack numbers that are not negative, one behind the other."""
    longest = max(1, -(-int(numbers.max()).bit_length() // 7))
    shifts = 7 * np.arange(longest)
    left = numbers[:, None] >> shifts
    has_more = left > 0x7F  # noqa: PLR2004
    packed = ((left & 0x7F) | (has_more << 7)).astype(np.uint8)
    is_needed = np.ones_like(has_more)
    is_needed[:, 1:] = has_more[:, :-1]
    return packed[is_needed].tobytes()


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004
            yield number
            number = shift = 0


def _unzigzag(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2
