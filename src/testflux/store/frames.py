"""Stored files in independently readable frames: a 500 MB report takes 20 MB, and any test in it a few milliseconds.

A framed file is an ordinary zstd file (`zstd -d` unpacks it): a skippable frame with MARK, then the content in frames
of SIZE bytes (the last one is shorter), then a skippable frame with the table: each frame's packed size as four bytes,
and behind these the content's size (eight bytes), how many frames there are (four) and END; all numbers little-endian.
What would not get smaller is kept as it is. A content that itself begins with MARK is always framed, so that the first
bytes of a stored file tell for certain which of the two it is.
"""

from __future__ import annotations

import io
import struct
from itertools import accumulate
from typing import IO, BinaryIO

import zstandard

from testflux.kit import errors

SIZE = 1024 * 1024
_LEVEL = 3
_WORTH = 0.9  # a first frame packed to more than this share is not worth unpacking later
_SMALL = 4096  # a disk hands out no less than this
_SKIPPED = b"\x50\x2a\x4d\x18"
_SIGNATURE = b"testflux frames 1"
MARK = _SKIPPED + struct.pack("<I", len(_SIGNATURE)) + _SIGNATURE
END = b"tfx1"
_TAIL = struct.Struct("<QI4s")


class Writer:
    """Writes a content to a file, framed if that makes it smaller. Call `finish` at the end; it does not close."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._compressor = zstandard.ZstdCompressor(_LEVEL, write_checksum=True)
        self._waiting = bytearray()
        self._sizes: list[int] = []
        self._content = 0
        self._is_plain = False

    def write(self, block: bytes) -> None:
        """Take the next bytes of the content."""
        self._content += len(block)
        if self._is_plain:
            self._file.write(block)
            return
        self._waiting += block
        while len(self._waiting) >= SIZE and not self._is_plain:
            self._add(bytes(self._waiting[:SIZE]))
            del self._waiting[:SIZE]
        if self._is_plain:
            self._file.write(self._waiting)
            self._waiting.clear()

    def finish(self) -> None:
        """Write what is left, and the table."""
        if self._waiting:
            self._add(bytes(self._waiting))
        if self._sizes:
            table = struct.pack(f"<{len(self._sizes)}I", *self._sizes)
            tail = table + _TAIL.pack(self._content, len(self._sizes), END)
            self._file.write(_SKIPPED + struct.pack("<I", len(tail)) + tail)

    def _add(self, content: bytes) -> None:
        packed = self._compressor.compress(content)
        if not self._sizes:
            if not content.startswith(MARK) and (len(packed) > len(content) * _WORTH or len(content) <= _SMALL):
                self._is_plain = True
                self._file.write(content)
                return
            self._file.write(MARK)
        self._file.write(packed)
        self._sizes.append(len(packed))


class Reader(io.BufferedIOBase):
    """Reads the content of a framed file from any place; one frame at a time is in memory."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._decompressor = zstandard.ZstdDecompressor()
        self._size, packed = _read_table(file)
        self._packed = packed
        self._starts = list(accumulate(packed, initial=len(MARK)))
        self._at = 0
        self._number = -1
        self._frame = b""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, all that is left when it is negative."""
        left = max(self._size - self._at, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted > 0:
            number, offset = divmod(self._at, SIZE)
            part = self._unpack(number)[offset : offset + wanted]
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        """Return bytes of one frame."""
        in_frame = SIZE - self._at % SIZE
        return self.read(in_frame if size < 0 else min(size, in_frame))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the place in the content."""
        return self._at

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the file below too."""
        self._file.close()
        super().close()

    def _unpack(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(self._starts[number])
            try:
                self._frame = self._decompressor.decompress(self._file.read(self._packed[number]), SIZE)
            except zstandard.ZstdError as error:
                raise _damaged() from error
            if len(self._frame) != min(SIZE, self._size - number * SIZE):
                raise _damaged()
            self._number = number
        return self._frame


def open_content(file: BinaryIO) -> BinaryIO:
    """Return the content of a stored file, framed or not, from its beginning."""
    is_framed = file.read(len(MARK)) == MARK
    file.seek(0)
    return Reader(file) if is_framed else file  # pyright: ignore[reportReturnType]  (it has all that BinaryIO asks for)


def _read_table(file: BinaryIO) -> tuple[int, tuple[int, ...]]:
    """Return the content's size and the frames' packed sizes."""
    end = file.seek(0, io.SEEK_END)
    file.seek(max(end - _TAIL.size, 0))
    tail = file.read(_TAIL.size)
    if len(tail) < _TAIL.size or not tail.endswith(END):
        raise _damaged()
    size, count, _ = _TAIL.unpack(tail)
    start = end - _TAIL.size - 4 * count
    if start < len(MARK) or count != -(-size // SIZE):
        raise _damaged()
    file.seek(start)
    return size, struct.unpack(f"<{count}I", file.read(4 * count))


def _damaged() -> errors.UnavailableError:
    return errors.UnavailableError(
        "A stored file is damaged: its frames do not fit together.",
        hint="Send the report again, or restore the blob store from a backup; and look after the disk it lies on.",
    )
