"""Reading the times that tools write. A time without a zone is taken as UTC; whoever reads it says so in the report."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime

_COMPACT_WIDTH = 24
_EARLIEST, _LATEST = 1990, 2199  # no tool is older; a year outside is a broken clock
_WORDED = re.compile(
    r"(?P<day>\d{1,2})\.?\s+(?:de\s+)?(?P<month>[^\W\d_]+|\d{1,2}月)\.?\s+(?:de\s+)?(?P<year>\d{4})"
    r"\D{1,4}(?P<time>\d{1,2}:\d{2}:\d{2})"
)
_MONTHS = (
    "jan ene janv gen ocak tammi янв sty led",
    "feb fev fevr subat helmi фев lut uno",
    "mar mars marz mrt mart maalis мар bre",
    "apr abr avr nisan huhti апр kwi dub",
    "may mai mei mag maj mayis touko мая май kve",
    "jun juin juni giu giugno haziran kesa июн cze cvn",
    "jul juil juli lug temmuz heina июл lip cvc",
    "aug ago aout agustos elo авг sie srp",
    "sep set sept eylul syys сен wrz zar",
    "oct okt out ott ekim loka окт paz rij",
    "nov kasim marras ноя lis",
    "dec dez dic des aralik joulu дек gru pro",
)
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}


def iso(text: str) -> datetime | None:
    """Return the moment of an ISO 8601 text in UTC, None when it is no such text."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if _EARLIEST <= moment.year <= _LATEST else None


def compact(text: str) -> datetime | None:
    """Return the moment of `20231108 15:37:35.046`, None for anything else (`N/A`)."""
    padded = text.ljust(_COMPACT_WIDTH, "0")
    try:
        moment = datetime(
            int(padded[:4]),
            int(padded[4:6]),
            int(padded[6:8]),
            int(padded[9:11]),
            int(padded[12:14]),
            int(padded[15:17]),
            int(padded[18:24]),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return moment if _EARLIEST <= moment.year <= _LATEST else None


def epoch(seconds: float | None) -> datetime | None:
    """Return the moment so many seconds after 1970 began, None for what is no such number."""
    try:
        moment = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment is not None and _EARLIEST <= moment.year <= _LATEST else None


def robot(attributes: Mapping[str, str]) -> tuple[datetime | None, float | None]:
    """Return start and duration in ms of a `<status>` of Robot Framework's.

    The attribute `elapsed` decides whether it is in the notation of version 7 and later or in the one before.
    """
    if "elapsed" in attributes:
        return iso(attributes.get("start", "")), milliseconds(attributes["elapsed"])
    start, end = compact(attributes.get("starttime", "")), compact(attributes.get("endtime", ""))
    if start is None or end is None:
        return start or end, None
    return start, max(0.0, (end - start).total_seconds() * 1000)


def worded(text: str) -> datetime | None:
    """Return the moment of `Fr., 30 Sep. 2022 08:40:35`, with the month's name in any of some fifteen languages."""
    found = _WORDED.search(text)
    if found is None:
        return None
    month = _month(found["month"])
    if month is None:
        return None
    return iso(f"{found['year']}-{month:02}-{int(found['day']):02}T{found['time'].zfill(8)}")


def milliseconds(seconds: str) -> float | None:
    """Return the milliseconds of a text with seconds, None when it is no sensible duration."""
    try:
        value = float(seconds)
    except ValueError:
        return None
    return value * 1000 if math.isfinite(value) and value >= 0 else None


def _month(word: str) -> int | None:
    if word.endswith("月"):
        return int(word[:-1])
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for width in (len(plain), 6, 5, 4, 3):
        if plain[:width] in _MONTH_NUMBERS:
            return _MONTH_NUMBERS[plain[:width]]
    return None
