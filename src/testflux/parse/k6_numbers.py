"""The values of k6's samples, many at once."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

_GREATEST = 1e150
"""No measurement is greater, and sums of what is may be no numbers any more."""


def decode(texts: bytes, size: int) -> NDArray[np.float64]:
    """Return the numbers of JSON texts, each with a comma behind it.

    ValueError when there are not so many, or when one is no number or none that can be reckoned with.
    """
    numbers = np.array(msgspec.json.decode(b"[%b]" % texts[:-1], type=list[float]))
    if len(numbers) != size or not is_sound(float(np.abs(numbers).max(initial=0))):
        raise ValueError("not all are numbers")
    return numbers


def is_sound(number: float) -> bool:
    """Whether a number can be reckoned with."""
    return -_GREATEST < number < _GREATEST
