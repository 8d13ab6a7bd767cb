"""Taking lines apart by the thousand: where a part of each lies, and what it says, is found for all of them at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

_FEED = ord("\n")
_WORD = 8
_WIDTH = 64
"""How far a part's end is looked for: a bit of one word for each byte."""
_LONGEST = 512
_SLOTS = 1 << 16
_MIX = np.array([0x9E3779B97F4A7C15 * odd % 2**64 for odd in range(1, _LONGEST // _WORD * 2, 2)], np.uint64)
_MASKS = (np.tri(_LONGEST + 1, _LONGEST, -1, np.uint8) * np.uint8(255)).view(np.uint64)
"""For each length the words that keep so many bytes."""


class Parts:
    """A part of each line: the texts found, and the place of each line's among them. The same may be found twice."""

    def __init__(self, texts: list[bytes], places: Offsets) -> None:
        self._texts = texts
        self._places = places

    def numbers(self, known: Mapping[bytes, int]) -> Offsets:
        """Return the number that each line's part stands for; texts are looked up in the order they first came."""
        return np.array([known[text] for text in self._texts], np.int64)[self._places]


class Scan:
    """The lines of a block of whole lines; parts are given by where each line's starts and ends."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._padded = block + bytes(_LONGEST)  # for looking past the last line's end
        self.ends: Offsets = np.flatnonzero(np.frombuffer(block, np.uint8) == _FEED)
        self.starts: Offsets = np.concatenate(([0], self.ends[:-1] + 1))

    def after(self, starts: Offsets, text: bytes) -> Offsets:
        """Return where the text ends that must stand at each start; ValueError when it does not."""
        if not (self._rows(starts, len(text)) == np.frombuffer(text, np.uint8)).all():
            raise ValueError("a line is not as k6 writes it")
        return starts + len(text)

    def find(self, starts: Offsets, byte: bytes) -> Offsets:
        """Return where a byte first occurs from each start on; ValueError when it is not among the next 64."""
        bits = np.packbits(self._rows(starts, _WIDTH) == ord(byte), bitorder="little").view("<u8")
        before = np.bitwise_count(~bits & (bits - 1))
        if before.max() == _WIDTH:
            raise ValueError("a part is missing or too long")
        return starts + before

    def join(self, starts: Offsets, ends: Offsets) -> bytes:
        """Return a part of each line, each with the byte that follows it."""
        width = int((ends - starts).max()) + 1
        return self._rows(starts, width)[np.arange(width) <= (ends - starts)[:, None]].tobytes()

    def parts(self, starts: Offsets, ends: Offsets) -> Parts:
        """Return a part of each line, found where it first stands and, unless it is very long, mostly only there.

        Each line is held against the first whose words have the same check sum.
        """
        lengths = ends - starts
        kept = np.minimum(lengths, _LONGEST)
        size = max(1, -(-int(kept.max()) // _WORD))
        words = self._rows(starts, size * _WORD).view(np.uint64) & _MASKS[kept, :size]
        slots = (words @ _MIX[:size]) >> (64 - 16)
        lines = np.arange(len(starts))
        first = np.empty(_SLOTS, np.int64)
        first[slots[::-1]] = lines[::-1]
        alike = first[slots]
        is_other = (lengths != lengths[alike]) | (lengths > _LONGEST)
        differs = words != words[alike]
        if differs.any():
            is_other |= differs.any(axis=1)
        alike = np.where(is_other, lines, alike)
        is_first = alike == lines
        return Parts(self._texts(starts[is_first], ends[is_first]), (np.cumsum(is_first) - 1)[alike])

    def _texts(self, starts: Offsets, ends: Offsets) -> list[bytes]:
        block = self._block
        return [block[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def _rows(self, starts: Offsets, width: int) -> Bytes:
        """Return that many bytes from each start on, one row a line."""
        windows: NDArray[np.void] = np.ndarray(
            (len(self._padded) - width + 1,), f"V{width}", self._padded, strides=(1,)
        )
        return windows[starts].view(np.uint8).reshape(-1, width)
