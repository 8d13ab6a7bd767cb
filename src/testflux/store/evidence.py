"""Where in its report each test of a chunk stands: byte ranges, packed to about four bytes a test.

The encoding, one entry a result in the chunk's order: `length + 1` as a varint, or 0 when the result has no range;
after a non-zero one, how far the range begins behind the end of the one before (0 for the first), zigzag and varint.
A varint is little-endian base 128, the high bit set on all bytes but the last; zigzag maps 0, -1, 1, -2 to 0, 1, 2, 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Range = tuple[int, int]


def encode(ranges: Sequence[Range | None]) -> bytes | None:
    """Pack byte ranges (start, end), None where a result has none; None when no result has one."""
    if not any(ranges):
        return None
    packed = bytearray()
    previous = 0
    for item in ranges:
        if item is None:
            packed.append(0)
            continue
        start, end = item
        _append(packed, end - start + 1)
        _append(packed, _zigzag(start - previous))
        previous = end
    return bytes(packed)


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


def _append(packed: bytearray, number: int) -> None:
    while number > 0x7F:  # noqa: PLR2004
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004
            yield number
            number = shift = 0


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _unzigzag(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2
