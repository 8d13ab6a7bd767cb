"""Reading a stream in equal blocks, whatever sizes it hands out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

SIZE = 64 * 1024


class Stream(Protocol):
    """Anything with bytes to read; `read` may return fewer than asked and returns b"" only at the end."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        ...


class Replay:
    """A stream whose first bytes were looked at already and are handed out again."""

    def __init__(self, head: bytes, rest: Stream) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, the ones looked at first."""
        if self._head:
            part, self._head = self._head[:size], self._head[size:]
            return part
        return self._rest.read(size)


def full(stream: Stream, size: int = SIZE) -> bytes:
    """Read exactly `size` bytes, or what there is before the end."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def blocks(stream: Stream) -> Iterator[bytes]:
    """Yield the stream in blocks of SIZE bytes; only the last one is shorter."""
    while block := full(stream):
        yield block


def everything(stream: Stream) -> bytes:
    """Read the stream to its end, for formats that cannot be read piecewise; the front door limits their size."""
    return b"".join(blocks(stream))
