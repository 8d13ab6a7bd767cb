"""Finding the reports in what was sent: one file, or an archive of many.

Nothing is ever written under a name out of an archive.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

import msgspec

from testflux.kit import errors, inflate
from testflux.parse import blocks, registry, sniff

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_NAMED = 5  # members that an error names


class Member(msgspec.Struct, frozen=True):
    """A report in an archive: its name for people, and its bytes. Read it before asking for the next one."""

    name: str
    stream: inflate.Stream


def open_report(file: BinaryIO, name: str, limits: inflate.Limits) -> Iterator[Member]:
    """Yield every report in a file: its own content, decompressed, or the reports among an archive's members.

    `file` must be seekable. Members that are no reports (pages, pictures, logs) are passed over.
    Raises ReportError for a damaged archive or one without any report, TooLargeError past a limit.
    """
    if is_archive(file):
        return _members(file, limits)
    return iter([Member(name, inflate.inflate(file, limits))])


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


def _is_tar(first: bytes) -> bool:
    """Whether a first block has a tar header's checksum."""
    try:
        tarfile.TarInfo.frombuf(first, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _members(file: BinaryIO, limits: inflate.Limits) -> Iterator[Member]:
    head = file.read(4)
    file.seek(0)
    passed_over: list[str] = []
    found = False
    for member in (_zip if head in (_ZIP, _EMPTY_ZIP) else _tar)(file, limits):
        start = blocks.full(member.stream, sniff.SIZE)
        if _is_report(start):
            found = True
            yield Member(member.name, blocks.Replay(start, member.stream))
        else:
            passed_over.append(member.name)
    if not found:
        raise _nothing_in(passed_over)


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
        self._guards: list[inflate.Guard] = []

    def guard(self, stream: inflate.Stream, packed_size: int) -> inflate.Guard:
        self._members += 1
        if self._members > self._limits.max_members:
            raise errors.TooLargeError(
                f"The archive holds more than {self._limits.max_members:,} files.",
                hint="Send only the reports, in several archives if need be.",
            )
        left = self._limits.max_bytes - sum(guard.size for guard in self._guards)
        guard = inflate.Guard(_Part(stream), lambda: packed_size, msgspec.structs.replace(self._limits, max_bytes=left))
        self._guards.append(guard)
        return guard


class _Part:
    """A member's bytes; what its archive finds wrong with them while they are read is the archive's damage."""

    def __init__(self, stream: inflate.Stream) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        try:
            return self._stream.read(size)
        except (zipfile.BadZipFile, tarfile.TarError, NotImplementedError) as error:
            raise _damaged(str(error)) from error


def _is_report(start: bytes) -> bool:
    try:
        return registry.detect(start) in registry.FORMATS
    except errors.ReportError:
        return False


def _clean(name: str) -> str:
    """Return a member's path without tricks; it is shown, never opened."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return "/".join(parts)[-200:] or "unnamed"


def _nothing_in(names: list[str]) -> errors.ReportError:
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return errors.ReportError(
        f"The archive holds no report that can be read ({listed})." if names else "The archive is empty.",
        code="archive-without-report",
        hint="Robot Framework output.xml, ZAP traditional XML or JSON, and k6 summary JSON can be read.",
    )


def _damaged(why: str) -> errors.ReportError:
    return errors.ReportError(
        f"The archive is damaged ({why[:200]}).",
        code="archive-damaged",
        hint="Was the upload or the copy cut off? Make the archive anew and send it again.",
    )
