"""The files in an archive or a folder, one after the other.

Nothing is ever written under a name out of an archive.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

import msgspec

from testflux.kit import errors, inflate
from testflux.parse import blocks

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_ZIP_BEGINS = datetime(1980, 1, 2, tzinfo=UTC)
_LAST_SECOND = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_LONGEST_NAME = 1000


class Member(msgspec.Struct, frozen=True):
    """A file in an archive: its path for people, and its bytes. Read it before asking for the next one."""

    name: str
    stream: inflate.Stream
    budget: Budget | None = None
    """What its own members may unfold to, should it be an archive; None: it is not to be opened."""
    written_at: datetime | None = None
    """When the file was last written, if its archive says so. Zip knows no zone: its time is taken as UTC."""


def begins_like_one(start: bytes) -> bool:
    """Whether a file that begins so holds other files."""
    return start[: len(_ZIP)] in (_ZIP, _EMPTY_ZIP) or _is_tar(inflate.begin(start, tarfile.BLOCKSIZE))


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
    return _members(file, Budget(limits))


def inside(member: Member, file: BinaryIO, *, is_counted: bool) -> Iterator[Member]:
    """Yield the files in an archive that is itself a member, as lying below it; `file` holds its bytes.

    Both archives together keep the limits of the outer one; unless `is_counted` what is read here counts only here.
    """
    if member.budget is None:
        return
    file.seek(0, os.SEEK_END)
    budget = member.budget.share(file.tell())
    file.seek(0)
    try:
        for found in _members(file, budget):
            name = f"{member.name}/{found.name}"[-_LONGEST_NAME:]
            yield Member(name, found.stream, written_at=found.written_at)
    finally:
        if is_counted:
            member.budget.charge(budget)


def _members(file: BinaryIO, budget: Budget) -> Iterator[Member]:
    head = file.read(4)
    file.seek(0)
    return _zip(file, budget) if head in (_ZIP, _EMPTY_ZIP) else _tar(file, budget)


def folder(place: Path, limits: inflate.Limits) -> Iterator[Member]:
    """Yield the files in a folder and the folders below it, but for hidden ones. TooLargeError past a limit."""
    budget = Budget(limits)
    for where, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(where, name) for name in sorted(files)):
            with path.open("rb") as stream:
                yield budget.member(path.relative_to(place).as_posix(), stream, path.stat().st_size)


def _is_tar(first: bytes) -> bool:
    """Whether a first block has a tar header's checksum."""
    try:
        tarfile.TarInfo.frombuf(first, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _zip(file: BinaryIO, budget: Budget) -> Iterator[Member]:
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
                    written_at = _moment(entry)
                    yield budget.member(_clean(entry.filename), stream, entry.compress_size, written_at)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(str(error)) from error


def _tar(file: BinaryIO, budget: Budget) -> Iterator[Member]:
    packed = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        whole = cast("IO[bytes]", inflate.inflate(file, budget.limits))
        with tarfile.open(fileobj=whole, mode="r|") as archive:
            for entry in archive:
                stream = archive.extractfile(entry) if entry.isfile() else None
                if stream:
                    written_at = datetime.fromtimestamp(entry.mtime, UTC) if 0 < entry.mtime < _LAST_SECOND else None
                    yield budget.member(_clean(entry.name), stream, min(entry.size, packed), written_at)
    except tarfile.TarError as error:
        raise _damaged(str(error)) from error


class Budget:
    """What all members of an archive may unfold to together."""

    def __init__(self, limits: inflate.Limits) -> None:
        self.limits = limits
        self._members = 0
        self._left = limits.max_bytes
        self._last: inflate.Guard | None = None
        self._last_packed = 0

    def member(self, name: str, stream: inflate.Stream, packed_size: int, written_at: datetime | None = None) -> Member:
        """Return the next member; TooLargeError when it is one too many."""
        return Member(name, self._guard(stream, packed_size), self, written_at)

    def share(self, size: int) -> Budget:
        """Return what is left for an archive of so many bytes that is the member just read."""
        ratio = self.limits.max_ratio * self._last_packed // max(size, 1)
        limits = msgspec.structs.replace(
            self.limits,
            max_bytes=max(self._rest(), 0),
            max_members=max(self.limits.max_members - self._members, 0),
            max_ratio=max(min(ratio, self.limits.max_ratio), 1),
        )
        return Budget(limits)

    def charge(self, other: Budget) -> None:
        """Count what was read of a share."""
        self._left -= other.limits.max_bytes - other._rest()
        self._members += other._members

    def _rest(self) -> int:
        return self._left - (self._last.size if self._last else 0)

    def _guard(self, stream: inflate.Stream, packed_size: int) -> inflate.Guard:
        self._members += 1
        if self._members > self.limits.max_members:
            raise errors.TooLargeError(
                f"The archive holds more than {self.limits.max_members:,} files.",
                hint="Send only the reports, in several archives if need be.",
            )
        self._left = self._rest()
        self._last_packed = packed_size
        own = msgspec.structs.replace(self.limits, max_bytes=max(self._left, 0))
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


def _moment(entry: zipfile.ZipInfo) -> datetime | None:
    """Return when a zip's member was written; its first day is what writers put who keep no times."""
    try:
        moment = datetime(*entry.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment > _ZIP_BEGINS else None


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
