"""Files of one record a line, read in blocks of whole lines, to wherever they break off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from testflux.kit import errors
from testflux.parse import blocks

SIZE = 512 * 1024
_LONGEST = 1024 * 1024  # no tool writes such a line; a damaged disk does
_PIECE = 16 * 1024


class IrregularError(ValueError):
    """A line is not as k6 writes it today, or not sound: it has to be looked at alone."""


class Lines:
    """The lines of a stream, in blocks. After the last one `rest` is what follows the last line feed.

    Damage to the compression ends the file where it is; `damage` says so.
    """

    def __init__(self, stream: blocks.Stream) -> None:
        self._stream = stream
        self.rest = b""
        self.damage: errors.ReportError | None = None
        self.overlong = 0

    def blocks(self) -> Iterator[bytes]:
        """Yield pieces of the file, each ending with a line feed. Lines of more than 1 MiB are left out and counted."""
        pieces: list[bytes] = []
        held = 0
        while data := self._read():
            head, feed, tail = data.rpartition(b"\n")
            if feed:
                block = b"".join((*pieces, head, feed))
                pieces, held = [], 0
                yield block[block.index(b"\n") + 1 :] if self._is_overlong() else block
            pieces.append(tail)
            held += len(tail)
            if held > _LONGEST:
                self._drop = True
                pieces, held = [], 0
        self.rest = b"" if self._is_overlong() else b"".join(pieces)

    _drop = False

    def _is_overlong(self) -> bool:
        """Whether the line that now ends was given up; counts it."""
        was, self._drop = self._drop, False
        self.overlong += was
        return was

    def _read(self) -> bytes:
        parts: list[bytes] = []
        missing = SIZE
        try:
            while missing > 0 and self.damage is None and (part := self._stream.read(missing)):
                parts.append(part)
                missing -= len(part)
        except errors.ReportError as error:
            if error.code != "compression-damaged":
                raise
            self.damage = error
        return b"".join(parts)


def read(block: bytes, together: Callable[[bytes], None], alone: Callable[[bytes], bool]) -> list[int]:
    """Read whole lines together or, where that fails, alone. Returns which, counted from 0, could not be read at all.

    `together` raises ValueError, and has read none of the lines then, unless all are as k6 writes them.
    """
    if _is_read(block, together):
        return []
    bad: list[int] = []
    first = 0
    for piece in _pieces(block):
        lines = piece.split(b"\n")[:-1]
        if not _is_read(piece, together):
            bad.extend(number for number, line in enumerate(lines, first) if not alone(line))
        first += len(lines)
    return bad


def _is_read(block: bytes, together: Callable[[bytes], None]) -> bool:
    try:
        together(block)
    except ValueError:
        return False
    return True


def _pieces(block: bytes) -> Iterator[bytes]:
    """Cut a block at line feeds into pieces of 16 KiB, or of one line that is longer."""
    start = 0
    while start < len(block):
        end = block.find(b"\n", start + _PIECE) + 1 or len(block)
        yield block[start:end]
        start = end
