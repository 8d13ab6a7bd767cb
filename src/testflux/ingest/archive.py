"""The files in an archive or a folder, one after the other.

Nothing is ever written under a name out of an archive.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

import msgspec

from testflux.kit import errors, inflate
from testflux.parse import blocks

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_LONGEST_NAME = 1000


class Member(msgspec.Struct, frozen=True):
    """A file in an archive: its path for people, and its bytes. Read it before asking for the next one."""

    name: str
    stream: inflate.Stream


def is_archive(file: BinaryIO) -> bool:
    """Whether a file holds other files: zip or tar, the latter also compressed. Leaves it at its beginning."""
    head = file.read(4)
    file.seek(0)
    if head in (_ZIP, _EMPTY_ZIP):
        return True
    try:
        first = blocks.full(inflate.inflate(file, inflate.Limits()), tarfile.BLOCKSIZE)
    except errors.ReportError:
        return False  # damaged right at its beginning: whoever reads it will say so
    finally:
        file.seek(0)
    return _is_tar(first)


def members(file: BinaryIO, limits: inflate.Limits) -> Iterator[Member]:
    """Yield the files in an archive. Raises ReportError for a damaged one, TooLargeError past a limit."""
    head = file.read(4)
    file.seek(0)
    return _zip(file, limits) if head in (_ZIP, _EMPTY_ZIP) else _tar(file, limits)


def folder(place: Path, limits: inflate.Limits) -> Iterator[Member]:
    """Yield the files in a folder and the folders below it, but for hidden ones. TooLargeError past a limit."""
    budget = _Budget(limits)
    for where, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(where, name) for name in sorted(files)):
            with path.open("rb") as stream:
                yield Member(path.relative_to(place).as_posix(), budget.guard(stream, path.stat().st_size))


def _is_tar(first: bytes) -> bool:
    """Whether a first block has a tar header's checksum."""
    try:
        tarfile.TarInfo.frombuf(first, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _zip(file: BinaryIO, limits: inflate.Limits) -> Iterator[Member]:
    budget = _Budget(limits)
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                if entry.flag_bits & 1:
                    raise errors.ReportError(
                        f"{entry.filename[:100]} in the archive is encrypted.",
                        code="archive-encrypted",
                        hint="Send the archive without a password.",
                    )
                with archive.open(entry) as stream:
                    yield Member(_clean(entry.filename), budget.guard(stream, entry.compress_size))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(str(error)) from error


def _tar(file: BinaryIO, limits: inflate.Limits) -> Iterator[Member]:
    budget = _Budget(limits)
    try:
        whole = cast("IO[bytes]", inflate.inflate(file, limits))
        with tarfile.open(fileobj=whole, mode="r|") as archive:
            for entry in archive:
                stream = archive.extractfile(entry) if entry.isfile() else None
                if stream:
                    yield Member(_clean(entry.name), budget.guard(stream, entry.size))
    except tarfile.TarError as error:
        raise _damaged(str(error)) from error


class _Budget:
    """What all members of an archive may unfold to together."""

    def __init__(self, limits: inflate.Limits) -> None:
        self._limits = limits
        self._members = 0
        self._left = limits.max_bytes
        self._last: inflate.Guard | None = None

    def guard(self, stream: inflate.Stream, packed_size: int) -> inflate.Guard:
        self._members += 1
        if self._members > self._limits.max_members:
            raise errors.TooLargeError(
                f"The archive holds more than {self._limits.max_members:,} files.",
                hint="Send only the reports, in several archives if need be.",
            )
        self._left -= self._last.size if self._last else 0
        own = msgspec.structs.replace(self._limits, max_bytes=max(self._left, 0))
        self._last = inflate.Guard(_Explained(stream), lambda: packed_size, own)
        return self._last


class _Explained:
    """A member's bytes; what its archive finds wrong with them while they are read is the archive's damage."""

    def __init__(self, stream: inflate.Stream) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        try:
            return self._stream.read(size)
        except (zipfile.BadZipFile, tarfile.TarError, NotImplementedError) as error:
            raise _damaged(str(error)) from error


def _clean(name: str) -> str:
    """Return a member's path without tricks; it is shown, never opened."""
    plain = name.encode("utf-8", "replace").decode().replace("\\", "/")
    parts = [part for part in PurePosixPath(plain).parts if part not in ("/", "..", ".")]
    return "/".join(parts)[-_LONGEST_NAME:] or "unnamed"


def _damaged(why: str) -> errors.ReportError:
    return errors.ReportError(
        f"The archive is damaged ({why[:200]}).",
        code="archive-damaged",
        hint="Was the upload or the copy cut off? Make the archive anew and send it again.",
    )
