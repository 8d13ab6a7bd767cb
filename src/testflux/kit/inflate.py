"""Reading compressed files with hard limits: a small file must not become an endless one."""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

import msgspec
import zstandard

from testflux.kit import errors

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_WINDOW = 2**27  # bytes a zstd frame may ask us to remember


class Limits(msgspec.Struct, frozen=True):
    """How far a file may unfold: in bytes, in ratio to what was sent (above `free_bytes`), in files of an archive."""

    max_bytes: int = 2 * 1024**3
    max_ratio: int = 200
    free_bytes: int = 64 * 1024**2
    max_members: int = 50_000


class Stream(Protocol):
    """Anything with bytes to read."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at the end."""
        ...


class _Tellable(Stream, Protocol):
    """A stream that knows how far it was read."""

    def tell(self) -> int: ...


class Guard:
    """A stream that counts what it hands out and refuses to go on for ever.

    `packed_bytes` tells how much of the compressed file was read so far.
    """

    def __init__(self, stream: Stream, packed_bytes: Callable[[], int], limits: Limits) -> None:
        self._stream = stream
        self._packed_bytes = packed_bytes
        self._limits = limits
        self.size = 0

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; TooLargeError past a limit, ReportError for damage."""
        try:
            data = self._stream.read(size)
        except EOFError:
            raise _damaged("ends too early", self._packed_bytes()) from None
        except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
            raise _damaged(f"is damaged ({error})", self._packed_bytes()) from error
        self.size += len(data)
        self._check()
        return data

    def _check(self) -> None:
        if self.size > self._limits.max_bytes:
            raise errors.TooLargeError(
                f"The file unfolds to more than {self._limits.max_bytes / 2**20:,.0f} MiB.",
                hint="Send the report in parts, or ask an administrator to raise TESTFLUX_UPLOAD_LIMIT.",
            )
        if self.size > self._limits.free_bytes and self.size > self._limits.max_ratio * max(self._packed_bytes(), 1):
            raise errors.TooLargeError(
                f"The file unfolds to more than {self._limits.max_ratio} times its size: a decompression bomb.",
                hint="Send the report uncompressed.",
                code="decompression-bomb",
            )


def inflate(file: BinaryIO, limits: Limits) -> Guard:
    """Return the bytes of a file as its writer made them, whether it came plain, as gzip or as zstd (told by content).

    `file` must be seekable and stand at its beginning.
    """
    head = file.read(len(_ZSTD))
    file.seek(0)
    return _unfold(head, file, limits)


def inflate_stream(stream: Stream, limits: Limits) -> Guard:
    """Return the bytes of a stream as `inflate` does; it cannot go back, so nobody may have read from it."""
    forward = _Forward(stream)
    return _unfold(forward.peek(len(_ZSTD)), forward, limits)


def _unfold(head: bytes, file: _Tellable, limits: Limits) -> Guard:
    if head.startswith(_GZIP):
        return Guard(_Gzip(fileobj=cast("BinaryIO", file), mode="rb"), file.tell, limits)
    if head == _ZSTD:
        return Guard(_Zstd(file), file.tell, limits)
    return Guard(file, file.tell, limits)


def begin(head: bytes, size: int) -> bytes:
    """Return the first `size` bytes of a file of which only the beginning is there, decompressed as far as it goes."""
    stream = inflate(io.BytesIO(head), Limits())
    parts: list[bytes] = []
    with contextlib.suppress(errors.ReportError):
        while size > 0 and (part := stream.read(size)):
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def is_compressed_file(file: BinaryIO) -> bool:
    """Whether a seekable file is gzip or zstd. Leaves it at its beginning."""
    head = file.read(len(_ZSTD))
    file.seek(0)
    return is_compressed(head)


def is_compressed(head: bytes) -> bool:
    """Whether a file that begins so is gzip or zstd."""
    return head.startswith((_GZIP, _ZSTD))


class _Forward:
    """A stream with a look ahead, that counts what it hands out."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._head = b""
        self._size = 0

    def peek(self, size: int) -> bytes:
        while len(self._head) < size and (part := self._stream.read(size - len(self._head))):
            self._head += part
        return self._head

    def read(self, size: int, /) -> bytes:
        data, self._head = (self._head[:size], self._head[size:]) if self._head else (self._stream.read(size), b"")
        self._size += len(data)
        return data

    def tell(self) -> int:
        return self._size


class _Gzip(gzip.GzipFile):
    """Hands out all that a file cut off still holds; the library's own `read` keeps the last piece back."""

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(-1 if size is None else size)


class _Zstd:
    """The frames of a zstd file in turn. Unlike the library's reader it notices when the last one is cut off.

    It is fed little at a time: a block unfolds to 128 KiB at most, and 1 KiB holds 256 blocks.
    """

    _FED = 1024

    def __init__(self, file: Stream) -> None:
        self._file = file
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._frame = self._decompressor.decompressobj()
        self._is_inside = False
        self._ready = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; EOFError inside a frame."""
        while not self._ready and self._feed():
            pass
        data, self._ready = bytes(self._ready[:size]), self._ready[size:]
        return data

    def _feed(self) -> bool:
        packed = (self._frame.unused_data if self._frame.eof else b"") or self._file.read(self._FED)
        if self._frame.eof:
            self._frame = self._decompressor.decompressobj()
            self._is_inside = False
        if not packed:
            if self._is_inside:
                raise EOFError
            return False
        self._is_inside = True
        self._ready = memoryview(self._frame.decompress(packed))
        if self._frame.eof:
            self._is_inside = False
        return True


def _damaged(how: str, position: int) -> errors.ReportError:
    return errors.ReportError(
        f"The compressed file {how}.",
        code="compression-damaged",
        hint="Was the upload or the copy cut off? Compress the report anew and send it again.",
        byte=position,
    )
