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


def decode(data: bytes, warnings: list[raw.ReportWarning]) -> object:
    """Return what the JSON text holds: no NUL, no lone surrogate and no NaN is left in it.

    Bytes that are not UTF-8 are replaced with U+FFFD and warned about.
    Raises ReportError `json-malformed` or `report-truncated`.
    """
    text, skipped = as_utf8(data)
    try:
        document: object = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as refusal:
        return _decode_leniently(text, skipped, str(refusal), warnings)
    return _clean(document) if b"\\u0000" in text else document


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


def as_utf8(data: bytes) -> tuple[bytes, int | None]:
    """Return the text without its byte order mark, and the mark's length; None when the text was not UTF-8."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            return (rest, len(mark)) if encoding == "utf-8" else (rest.decode(encoding, "replace").encode(), None)
    return data, 0


def _decode_leniently(data: bytes, skipped: int | None, refusal: str, warnings: list[raw.ReportWarning]) -> object:
    """Decode what a strict reader refuses: bare control characters, lone surrogates, NaN, bytes that are not UTF-8."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        document: object = json.loads(text, strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise _malformed(text, error, skipped, truncated="truncated" in refusal) from None
    except RecursionError:
        raise errors.ReportError(
            "The JSON nests lists and objects too deeply.", code="json-malformed", hint=_ASK_AGAIN
        ) from None
    except ValueError as error:
        raise errors.ReportError(
            f"The JSON holds a number that cannot be read: {error}.", code="json-malformed", hint=_ASK_AGAIN
        ) from None
    if not _is_sound(text):
        warnings.append(
            raw.ReportWarning("text-not-utf8", "Some text is not UTF-8; unreadable characters show as \ufffd.")
        )
    return _clean(document)


def _malformed(text: str, error: json.JSONDecodeError, skipped: int | None, *, truncated: bool) -> errors.ReportError:
    at = len(text) if truncated else error.pos
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    byte = None if skipped is None else skipped + len(text[:at].encode("utf-8", "surrogateescape"))
    where = f"at line {line}, column {column}"
    if truncated:
        code, message = "report-truncated", f"The file breaks off in the middle of the JSON, {where}."
        hint = "Was the tool stopped, or the disk full, or the upload cut? Send the whole file."
    else:
        code, message, hint = "json-malformed", f"The file is not well-formed JSON: {error.msg} {where}.", _ASK_AGAIN
    return errors.ReportError(message, code=code, hint=hint, line=line, column=column, byte=byte)


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
    return text if _is_sound(text) else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
