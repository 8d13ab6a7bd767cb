"""An Allure results folder as one file: a JSON line for each of its results and containers."""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Iterator
from typing import Self

import msgspec

from testflux.ingest.archive import Member
from testflux.parse import blocks

NAME = "allure-results.jsonl"
_PIECE = re.compile(r"-(?:result|container)\.json$")
_OWN_PIECE = re.compile(rf"(?:^|/)[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}{_PIECE.pattern}")
_ATTACHMENT = "-attachment"
_LONGEST = 64 * 1024 * 1024  # of one result; what is behind is cut off, and the reader of the lines says so
_IN_MEMORY = 8 * 1024 * 1024


def is_piece(name: str, *, is_allure: bool) -> bool:
    """Whether a file is one of the many of a folder: by what it says and its name, else by a name only Allure gives.

    So what broke off at its very beginning is not lost without a word.
    """
    return (_PIECE if is_allure else _OWN_PIECE).search(name) is not None


def is_attachment(name: str) -> bool:
    """Whether a file is named as Allure names what a test attached, whatever it is."""
    return _ATTACHMENT in posixpath.basename(name)


class Gathered:
    """The results found so far, folder by folder."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (closed by __exit__)
        self._lines: dict[str, list[tuple[str, int, int]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, member: Member) -> None:
        """Take in one result or container."""
        line = _as_line(blocks.full(member.stream, _LONGEST))
        folder, name = posixpath.split(member.name)
        self._lines.setdefault(folder, []).append((name, self._file.tell(), len(line)))
        self._file.write(line)

    def members(self) -> Iterator[Member]:
        """Yield one file for each folder, the lines in the order of the files' names. Read it before the next one."""
        for folder, lines in self._lines.items():
            places = [(start, size) for _, start, size in sorted(lines)]
            yield Member(posixpath.join(folder, NAME), _Lines(self._file, places))


def _as_line(data: bytes) -> bytes:
    plain = data.removeprefix(b"\xef\xbb\xbf") or b"{"  # an empty line would be no line, and nobody would miss it
    try:
        return msgspec.json.format(plain, indent=-1) + b"\n"
    except msgspec.DecodeError:
        return b" ".join(plain.splitlines()) + b"\n"


class _Lines:
    """Lines of a file, wherever in it they stand."""

    def __init__(self, file: tempfile.SpooledTemporaryFile[bytes], places: list[tuple[int, int]]) -> None:
        self._file = file
        self._places = places[::-1]

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        if not self._places:
            return b""
        start, left = self._places.pop()
        self._file.seek(start)
        data = self._file.read(min(size, left))
        if len(data) < left:
            self._places.append((start + len(data), left - len(data)))
        return data
