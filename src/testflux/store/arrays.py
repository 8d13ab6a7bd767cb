"""Arrays of integers as PostgreSQL sends them (`array_send`), read by numpy without a Python object for each element.

They have one dimension, at least one element and no nulls, as all arrays of a chunk.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
_HEAD: Final = 20  # bytes before the elements
_SHORTS: Final = np.dtype([("length", ">i4"), ("value", ">i2")])
_INTEGERS: Final = np.dtype([("length", ">i4"), ("value", ">i4")])


def read_shorts(sent: bytes) -> Ints:
    """Read a smallint[]."""
    return np.frombuffer(sent, _SHORTS, offset=_HEAD)["value"]


def read_integers(sent: bytes) -> Ints:
    """Read an integer[]."""
    return np.frombuffer(sent, _INTEGERS, offset=_HEAD)["value"]
