"""Finding the reports in what was sent, and what came along with them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, cast

import msgspec

from testflux.ingest import allure_folder, archive, media
from testflux.ingest.archive import Member
from testflux.kit import errors, inflate
from testflux.parse import blocks, registry, sniff

_NAMED = 5  # members that an error names
ALLURE = "allure-results"
_IN_MEMORY = 4 * 1024 * 1024  # of an archive in an archive; a larger one goes through a file
_REPORT, _ARCHIVE, _OTHER = "report", "archive", "other"


class Part(msgspec.Struct, frozen=True):
    """A report of some format, or an attachment of some media type. Read it before asking for the next one.

    Both are empty for a file that nobody looked into: it is taken for a report. `error`: why it is not opened.
    """

    name: str
    stream: inflate.Stream
    format: str = ""
    media_type: str = ""
    error: errors.ReportError | None = None
    written_at: datetime | None = None
    """When its archive says that it was last written."""


def open_report(file: BinaryIO, name: str, limits: inflate.Limits) -> Iterator[Part]:
    """Yield every report in a file: its own content, decompressed, or what `sort` finds in an archive.

    `file` must be seekable. Raises ReportError for a damaged archive or one without any report, TooLargeError past a
    limit.
    """
    if archive.is_archive(file):
        return sort(archive.members(file, limits))
    return iter([Part(name, inflate.inflate(file, limits))])


def sort(members: Iterator[Member]) -> Iterator[Part]:
    """Yield the reports among files, and the pictures, videos, texts and traces that may belong to them.

    An archive among them that holds reports is opened as if it were a folder; one in that is not, and its part says so.
    The files of an Allure results folder are one report, which comes last. Pages made for people, and what is neither,
    are passed over. Raises ReportError when there is no report.
    """
    names: list[str] = []
    found = False
    with allure_folder.Gathered() as gathered:
        for member in members:
            names.append(member.name)
            for part in _look_deeper(member):
                if allure_folder.is_piece(part.name, is_allure=part.format == ALLURE):
                    gathered.add(Member(part.name, part.stream))
                elif part.format or part.media_type or part.error:
                    found = found or not part.media_type or part.error is not None
                    yield part
        for member in gathered.members():
            found = True
            yield Part(member.name, member.stream, ALLURE)
    if not found:
        raise _nothing_in(names)


def look_into(name: str, start: bytes) -> tuple[str, str]:
    """Return the format of a file that is a report, else "" and the media type of one that may belong to a report.

    `start` are its first bytes (64 KiB are enough), compressed or not.
    """
    try:
        found = registry.detect(inflate.begin(start, sniff.SIZE))
    except errors.ReportError as error:
        if error.code == "html-report" and not allure_folder.is_attachment(name):
            return "", ""
        found = ""
    if found in registry.FORMATS:
        return found, ""
    return "", media.tell(name, start) or ("application/octet-stream" if allure_folder.is_attachment(name) else "")


def _look_into(member: Member) -> tuple[Part, bool]:
    """Return a member, and whether it is an archive."""
    start = blocks.full(member.stream, sniff.SIZE)
    stream = blocks.Replay(start, member.stream)
    part = Part(member.name, stream, *look_into(member.name, start), written_at=member.written_at)
    is_archive = not part.format and not allure_folder.is_attachment(member.name) and archive.begins_like_one(start)
    return part, is_archive


def _look_deeper(member: Member) -> Iterator[Part]:
    """Yield a member, or what is in it when it is an archive of reports; others stay as they are, such as traces."""
    part, is_archive = _look_into(member)
    if is_archive and member.budget:
        yield from _open(member, part)
    elif is_archive and not part.media_type:
        yield msgspec.structs.replace(part, error=_too_deep(part.name))
    else:
        yield part


def _open(member: Member, part: Part) -> Iterator[Part]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spooled:
        file = cast("BinaryIO", spooled)
        while block := part.stream.read(sniff.SIZE):
            file.write(block)
        kinds, error = _look_around(member, file)
        if _REPORT in kinds:
            for inner in archive.inside(member, file, is_counted=True):
                yield from _look_deeper(inner)
            return
        if kinds == {_ARCHIVE}:
            error = _too_deep(member.name)
        is_kept = part.media_type and kinds != {_ARCHIVE}
        file.seek(0)
        yield Part(part.name, file, "", part.media_type if is_kept else "", None if is_kept else error)


def _look_around(member: Member, file: BinaryIO) -> tuple[set[str], errors.ReportError | None]:
    """Return what kinds of files are in an archive, up to its first report, and why no further."""
    kinds: set[str] = set()
    try:
        for inner in archive.inside(member, file, is_counted=False):
            part, is_archive = _look_into(inner)
            kinds.add(_REPORT if part.format else _ARCHIVE if is_archive else _OTHER)
            if part.format:
                break
    except errors.ReportError as error:
        return kinds | {_OTHER}, error
    return kinds, None


def _too_deep(name: str) -> errors.ReportError:
    return errors.ReportError(
        f"{name} lies too deep: archives in an archive are opened, archives in those are not.",
        code="archive-too-deep",
        hint="Unpack it and send what is in it.",
    )


def _nothing_in(names: list[str]) -> errors.ReportError:
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return errors.ReportError(
        f"There is no report that can be read in it ({listed})." if names else "There is nothing in it.",
        code="archive-without-report",
        hint="docs/reference/formats.md lists the reports that can be read, and how to make each.",
    )
