"""Taking k6's JSON lines apart by the thousand: where the parts of each lie is found for all lines at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

_START = b'{"metric":"'
_TIME = b'","type":"Point","data":{"time":"'
_VALUE = b'","value":'
_TAGS = b',"tags":'
_QUOTE, _COMMA, _FEED = b'",\n'
_LONGEST_NAME = 64
_LONGEST_TIME = 40
_LONGEST_VALUE = 32
_LONGEST_TAIL = 384
_WORD = 8
_ROOM = _START + b"\0" * 512  # what each line begins with, and room for looking past the last one's end


class Runs:
    """A part of each line, where lines that follow each other often have the same: `first` says where it changes."""

    def __init__(self, texts: list[bytes], first: Offsets, lines: int) -> None:
        self.texts = texts
        self.lengths: Offsets = np.diff(first, append=lines)


class Scan:
    """The lines of one block of whole lines. ValueError when one is not a point as k6 writes it today."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._padded = block + _ROOM
        feeds = np.flatnonzero(np.frombuffer(block, np.uint8) == _FEED)
        starts = np.concatenate(([0], feeds[:-1] + 1))
        self._name = self._after(starts, _START)
        self._name_end = self._find(self._name, _LONGEST_NAME, _QUOTE)
        self._time = self._after(self._name_end, _TIME)
        self._time_end = self._find(self._time, _LONGEST_TIME, _QUOTE)
        self._value = self._after(self._time_end, _VALUE)
        self._value_end = self._find(self._value, _LONGEST_VALUE, _COMMA)
        self._after(self._value_end, _TAGS)
        self._tail = self._value_end + 1
        self._end = feeds

    def names(self) -> list[bytes]:
        """Return each line's metric."""
        return self._texts(self._name, self._name_end)

    def values(self) -> bytes:
        """Return all values as one JSON list."""
        rows = self._rows(self._value, _LONGEST_VALUE + 1)
        kept = np.arange(_LONGEST_VALUE + 1) <= (self._value_end - self._value)[:, None]
        return b"[%b]" % rows[kept].tobytes()[:-1]

    def times(self) -> Runs:
        """Return each line's time."""
        return self._runs(self._time, self._time_end, _LONGEST_TIME)

    def tails(self) -> Runs:
        """Return the end of each line, from the key of the tags on."""
        return self._runs(self._tail, self._end, _LONGEST_TAIL)

    def _texts(self, starts: Offsets, ends: Offsets) -> list[bytes]:
        block = self._block
        return [block[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def _runs(self, starts: Offsets, ends: Offsets, width: int) -> Runs:
        """Return a part of each line; one longer than the width counts as changed.

        Parts are compared by words. The last word may reach past a part's end: what lies there is a quote or the next
        line's beginning, which is the same for all, and a part that would be equal but for it only counts as changed.
        """
        words = self._rows(starts, width).view(np.uint64)
        lengths = ends - starts
        differs = words[1:] != words[:-1]
        alike = np.where(differs.any(axis=1), differs.argmax(axis=1), width // _WORD) * _WORD
        is_new = (lengths[1:] != lengths[:-1]) | (alike < lengths[1:])
        first = np.flatnonzero(np.concatenate(([True], is_new)))
        return Runs(self._texts(starts[first], ends[first]), first, len(starts))

    def _rows(self, starts: Offsets, width: int) -> Bytes:
        """Return that many bytes from each start on, one row a line."""
        windows: NDArray[np.void] = np.ndarray(
            (len(self._padded) - width + 1,), f"V{width}", self._padded, strides=(1,)
        )
        return windows[starts].view(np.uint8).reshape(-1, width)

    def _find(self, starts: Offsets, width: int, byte: int) -> Offsets:
        """Return where a byte first occurs from each start on."""
        found = self._rows(starts, width) == byte
        offsets = found.argmax(axis=1)
        if not found[np.arange(len(starts)), offsets].all():
            raise ValueError("a part is missing or too long")
        return starts + offsets

    def _after(self, starts: Offsets, text: bytes) -> Offsets:
        """Return where the text ends that must stand at each start."""
        if not (self._rows(starts, len(text)) == np.frombuffer(text, np.uint8)).all():
            raise ValueError("a line is not as k6 writes it")
        return starts + len(text)


def spread(runs: Runs, numbers: Mapping[bytes, int]) -> Offsets:
    """Return the number that each line's part stands for."""
    return np.repeat(np.array([numbers[text] for text in runs.texts], np.int64), runs.lengths)
