"""The numbers and times of JUnit XML, in all the spellings that its writers found."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from testflux.parse import times

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_GROUPED_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+,\d*")
_GAP = re.compile(r"(?<=T)\s+|\s+(?=[+-]\d\d:?\d\d$)")
_ZONE = re.compile(r"(?:Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)$", re.IGNORECASE)
_WORDED_ZONE = re.compile(r"\s*(?:UTC|GMT)$")
_LONGEST_LINE = len("2147483646")


def milliseconds(text: str) -> float | None:
    """Return the milliseconds of a text in seconds, None for what is no duration.

    `1,234.5` has its thousands apart, `0,5` has a decimal comma; `1,234` is read as the former.
    """
    if "," in text:
        number = text.strip()
        if _GROUPED.fullmatch(number):
            text = number.replace(",", "")
        elif _GROUPED_BY_POINTS.fullmatch(number):
            text = number.replace(".", "").replace(",", ".")
        else:
            text = number.replace(",", ".")
    return times.milliseconds(text)


def moment(text: str) -> tuple[datetime | None, bool]:
    """Return a moment in UTC, None when the text is none, and whether the text names its zone."""
    words = text.strip()
    is_zoned = _ZONE.search(words, len("2024-01-03")) is not None
    found = times.iso(words) or times.iso(_GAP.sub("", _WORDED_ZONE.sub("Z", words)))
    if found is not None:
        return found, is_zoned
    try:
        return times.iso(parsedate_to_datetime(words).isoformat()), is_zoned
    except (ValueError, TypeError, IndexError, OverflowError):
        return None, is_zoned


def line(text: str) -> int | None:
    """Return a line number, None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_LINE else None
