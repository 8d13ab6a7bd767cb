"""Decoding a JSON report that tools, scripts and editors may have mistreated."""

from __future__ import annotations

import json
import math
from typing import TypeGuard, cast

import msgspec

from testflux.kit import errors
from testflux.model import raw

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DEEPEST = 200
_LARGEST = 2**53
_ASK_AGAIN = "Let the tool write the file again and send it as it was written."


def decode(data: bytes, warnings: list[raw.Warning]) -> object:
    """Return what the JSON text holds: no NUL, no lone surrogate and no NaN is left in it.

    Bytes that are not UTF-8 are replaced with U+FFFD and warned about.
    Raises ReportError `json-malformed` or `report-truncated`.
    """
    data = _as_utf8(data)
    try:
        document: object = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as refusal:
        return _decode_leniently(data, str(refusal), warnings)
    if b"\\u0000" in data:
        document = _clean(document)
    return document


def as_list(value: object) -> list[object]:
    """Return a list for a list, for one object that should have been in a list, and for nothing."""
    if isinstance(value, list):
        return cast("list[object]", value)
    return [] if value is None or value == "" else [value]


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """True for a JSON object."""
    return isinstance(value, dict)


def as_object(value: object) -> dict[str, object]:
    """Return the object, or an empty one for anything else."""
    return value if is_object(value) else {}


def as_text(value: object) -> str:
    """Return the text of a string or a number, "" for anything else."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, (bool, list, dict)) else str(value)


def as_count(value: object) -> int:
    """Return a whole number that a database's integer holds, 0 for anything else."""
    return min(max(0, int(as_number(value) or 0)), _LARGEST)


def as_number(value: object) -> float | None:
    """Return a finite number, None for anything else (a boolean is not a number)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _as_utf8(data: bytes) -> bytes:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            return rest if encoding == "utf-8" else rest.decode(encoding, "replace").encode()
    return data


def _decode_leniently(data: bytes, refusal: str, warnings: list[raw.Warning]) -> object:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        warnings.append(raw.Warning("text-not-utf8", "Some text is not UTF-8; unreadable characters show as \ufffd."))
    try:
        document: object = json.loads(text, strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise _malformed(text, error, truncated="truncated" in refusal) from None
    except RecursionError:
        raise errors.ReportError(
            "The JSON nests lists and objects too deeply.", code="json-malformed", hint=_ASK_AGAIN
        ) from None
    except ValueError as error:
        raise errors.ReportError(
            f"The JSON holds a number that cannot be read: {error}.", code="json-malformed", hint=_ASK_AGAIN
        ) from None
    return _clean(document)


def _malformed(text: str, error: json.JSONDecodeError, *, truncated: bool) -> errors.ReportError:
    at = len(text) if truncated else error.pos
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    byte = len(text[:at].encode("utf-8", "surrogatepass"))
    if truncated:
        return errors.ReportError(
            f"The file breaks off in the middle of the JSON, after {byte} bytes (line {line}).",
            code="report-truncated",
            hint="Was the tool stopped, or the disk full, or the upload cut? Send the whole file.",
            line=line,
            column=column,
            byte=byte,
        )
    return errors.ReportError(
        f"The file is not well-formed JSON: {error.msg} at line {line}, column {column}.",
        code="json-malformed",
        hint=_ASK_AGAIN,
        line=line,
        column=column,
        byte=byte,
    )


def _clean(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in cast("list[object]", value)]
    if is_object(value):
        return {clean_text(key): _clean(item, depth + 1) for key, item in value.items()}
    return value


def clean_text(text: str) -> str:
    """Return the text without NUL characters and with lone surrogates replaced, so that any database takes it."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
