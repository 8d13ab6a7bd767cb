"""JSON reports that are read test by test: the frame is decoded once, each test from its own bytes.

A frame is a msgspec struct whose tests are `msgspec.Raw`; Places knows where each of them stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import json_document

Frame = TypeVar("Frame")
DEEPEST = 60
"""How deep suites and steps may nest; no tool's users write more by hand."""


class Places:
    """Where the pieces of a text stand in its file: asked for one after the other, in their order."""

    def __init__(self, text: bytes, skipped: int | None) -> None:
        self._text = text
        self._skipped = skipped
        self._position = 0

    def find(self, piece: bytes) -> tuple[int, int] | tuple[None, None]:
        """Return the first and the last byte + 1 of a piece; nothing for a text that had to be rewritten."""
        start = -1 if self._skipped is None else self._text.find(piece, self._position)
        if self._skipped is None or start < 0:
            return None, None
        self._position = start + len(piece)
        return self._skipped + start, self._skipped + self._position


def read(data: bytes, frame: type[Frame], warnings: list[raw.ReportWarning]) -> tuple[Frame, Places]:
    """Decode a report's frame. Raises ReportError `json-malformed`, `report-truncated` or `report-shape`."""
    written, skipped = json_document.as_utf8(data)
    try:
        return _decode(written, frame), Places(written, skipped)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        rewritten = msgspec.json.encode(json_document.decode(data, warnings))
        return _decode(rewritten, frame), Places(rewritten, None)


def piece(data: bytes, warnings: list[raw.ReportWarning]) -> dict[str, object]:
    """Return the object that one piece is, an empty one for anything else. Raises ReportError `json-malformed`."""
    return json_document.as_object(json_document.decode(data, warnings))


def _decode(written: bytes, frame: type[Frame]) -> Frame:
    try:
        return msgspec.json.decode(written, type=frame)
    except msgspec.ValidationError as error:
        raise errors.ReportError(
            f"The report is not built as its format says: {error}.",
            code="report-shape",
            hint="Send the file as the tool wrote it.",
        ) from None


def text(holder: dict[str, object], key: str) -> str:
    """Return the text or the number that an object has, "" for none."""
    return json_document.as_text(holder.get(key))


def number(holder: dict[str, object], key: str) -> float | None:
    """Return the number that an object has, None for none."""
    return json_document.as_number(holder.get(key))


def whole(holder: dict[str, object], key: str) -> int | None:
    """Return the number that an object has without its fraction, None for none and for less than one."""
    found = number(holder, key)
    return int(found) if found is not None and 1 <= found < 2**31 else None


def duration(milliseconds: float | None) -> float | None:
    """Return a duration that can be: none is negative."""
    return None if milliseconds is None else max(0.0, milliseconds)


def members(holder: dict[str, object], key: str) -> dict[str, object]:
    """Return the object that an object has, an empty one for none."""
    return json_document.as_object(holder.get(key))


def objects(holder: dict[str, object], key: str) -> list[dict[str, object]]:
    """Return the objects in a list that an object has."""
    return [item for item in json_document.as_list(holder.get(key)) if json_document.is_object(item)]


def texts(holder: dict[str, object], key: str) -> tuple[str, ...]:
    """Return the texts in a list that an object has."""
    found = (json_document.as_text(item) for item in json_document.as_list(holder.get(key)))
    return tuple(item for item in found if item)


def pairs(holder: dict[str, object], key: str) -> list[tuple[str, str]]:
    """Return the members of an object that an object has, as texts; of a list each member."""
    return [
        (name, json_document.as_text(item))
        for name, value in members(holder, key).items()
        for item in json_document.as_list(value)
        if json_document.as_text(item)
    ]


def distinct(found: Iterable[raw.ReportWarning]) -> list[raw.ReportWarning]:
    """Return each warning once, in the order of first sight."""
    return list(dict.fromkeys(found))
