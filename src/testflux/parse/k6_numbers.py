"""The values of k6's samples, many at once."""

from __future__ import annotations

import msgspec

_GREATEST = 1e150
"""No measurement is greater, and sums of what is may be no numbers any more."""


def decode(texts: list[bytes]) -> list[float]:
    """Return the numbers that JSON texts hold. ValueError when one is no number or none that can be reckoned with."""
    return decode_list(b"[%b]" % b",".join(texts), len(texts))


def decode_list(text: bytes, size: int) -> list[float]:
    """Return the numbers of a JSON list. ValueError as above, or when it has another size."""
    numbers = msgspec.json.decode(text, type=list[float])
    if len(numbers) != size or not all(map(is_sound, (max(numbers, default=0), min(numbers, default=0)))):
        raise ValueError("not all are numbers")
    return numbers


def is_sound(number: float) -> bool:
    """Whether a number can be reckoned with."""
    return -_GREATEST < number < _GREATEST
