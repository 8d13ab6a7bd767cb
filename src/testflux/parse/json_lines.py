"""Files of one JSON value a line, read line by line in the memory of the longest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from testflux.parse import blocks

_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line that is not empty, without its end. `number` counts from 1; `start` and `end` are bytes of the file."""

    number: int
    start: int
    data: bytes

    @property
    def end(self) -> int:
        """The byte after the line's last one."""
        return self.start + len(self.data)


def lines(stream: blocks.Stream) -> Iterator[Line]:
    """Yield every line of a stream that is not empty, without the spaces around it."""
    start = 0
    for number, data in enumerate(_split(stream), start=1):
        left = data.removeprefix(_MARK if number == 1 else b"").lstrip()
        if left:
            yield Line(number, start + len(data) - len(left), left.rstrip())
        start += len(data)


def _split(stream: blocks.Stream) -> Iterator[bytes]:
    r"""Yield the lines of a stream with their ends, \n alone: \r is a space in JSON. The last one may have none."""
    parts: list[bytes] = []
    for block in blocks.blocks(stream):
        for line in block.splitlines(keepends=True):
            parts.append(line)
            if line.endswith(b"\n"):
                yield b"".join(parts)
                parts = []
    if parts:
        yield b"".join(parts)
