"""Finding the reports in what was sent, and what came along with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from testflux.ingest import allure_folder, archive, media
from testflux.ingest.archive import Member
from testflux.kit import errors, inflate
from testflux.parse import blocks, registry, sniff

_NAMED = 5  # members that an error names
ALLURE = "allure-results"


class Part(msgspec.Struct, frozen=True):
    """A report of some format, or an attachment of some media type. Read it before asking for the next one.

    Both are empty for a file that nobody looked into: it is taken for a report.
    """

    name: str
    stream: inflate.Stream
    format: str = ""
    media_type: str = ""


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

    The files of an Allure results folder are one report, which comes last. Pages made for people, and what is neither,
    are passed over. Raises ReportError when there is no report.
    """
    names: list[str] = []
    found = False
    with allure_folder.Gathered() as gathered:
        for member in members:
            names.append(member.name)
            part = _look_into(member)
            if allure_folder.is_piece(part.name, is_allure=part.format == ALLURE):
                gathered.add(Member(part.name, part.stream))
            elif part.format or part.media_type:
                found = found or not part.media_type
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


def _look_into(member: Member) -> Part:
    start = blocks.full(member.stream, sniff.SIZE)
    return Part(member.name, blocks.Replay(start, member.stream), *look_into(member.name, start))


def _nothing_in(names: list[str]) -> errors.ReportError:
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return errors.ReportError(
        f"There is no report that can be read in it ({listed})." if names else "There is nothing in it.",
        code="archive-without-report",
        hint="docs/reference/formats.md lists the reports that can be read, and how to make each.",
    )
