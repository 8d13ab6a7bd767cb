"""The times of k6's samples, as µs since 1970: RFC 3339 texts with up to nine digits, and numbers of four units."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from testflux.parse import times

_MOST_REMEMBERED = 50_000
_RFC3339 = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
_FRACTION = 19  # where a fraction of the second begins
_LONGEST_FRACTION = len(".123456789")
_ZONE = len("+00:00")
_MOST_DIGITS = 20
_UNITS = ((1e11, 1_000_000), (1e14, 1_000), (1e17, 1))


class Moments(dict[bytes, int]):
    """Moments by the text they were read from. Looking up what is no time raises ValueError."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds: dict[bytes, int] = {}

    def __missing__(self, text: bytes) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
            self._seconds.clear()
        moment = self[text] = self._read(text)
        return moment

    def _read(self, text: bytes) -> int:
        zone = len(text) - (1 if text.endswith(b"Z") else _ZONE)
        fraction = text[_FRACTION:zone]
        if fraction and (
            not fraction.startswith(b".") or not fraction[1:].isdigit() or len(fraction) > _LONGEST_FRACTION
        ):
            return from_number(text)
        key = text[:_FRACTION] + text[zone:]
        base = self._seconds.get(key)
        if base is None:
            if _RFC3339.fullmatch(key) is None:
                return from_number(text)
            base = self._seconds[key] = _second(key.decode())
        return base + int(fraction[1:7].ljust(6, b"0"))


def moment(microseconds: int) -> datetime:
    """Return the moment that so many µs since 1970 are."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)


def from_number(text: bytes) -> int:
    """Return the µs of a whole number of s, ms, µs or ns: its size tells which. ValueError when it is none of them."""
    if not text.isdigit() or len(text) > _MOST_DIGITS:
        raise ValueError("no time")
    number = int(text)
    found = next((number * scale for end, scale in _UNITS if number < end), number // 1000)
    if times.iso(str(moment(found))) is None:
        raise ValueError("no sensible time")
    return found


def _second(text: str) -> int:
    found = times.iso(text)
    if found is None:
        raise ValueError("no sensible time")
    return int(found.timestamp()) * 1_000_000
