"""Arrays of integers as PostgreSQL sends them (`array_send`), read by numpy without a Python object for each element.

They have one dimension, at least one element and no nulls, as all arrays of a chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
_HEAD: Final = 20  # bytes before the elements
_CELLS: Final = 64
_HISTOGRAM: Final = np.dtype([("head", f"V{_HEAD}"), ("cells", [("length", ">i4"), ("value", ">i8")], _CELLS)])
_SHORTS: Final = np.dtype([("length", ">i4"), ("value", ">i2")])
_INTEGERS: Final = np.dtype([("length", ">i4"), ("value", ">i4")])


def read_shorts(sent: bytes) -> Ints:
    """Read a smallint[]."""
    return np.frombuffer(sent, _SHORTS, offset=_HEAD)["value"]


def read_integers(sent: bytes) -> Ints:
    """Read an integer[]."""
    return np.frombuffer(sent, _INTEGERS, offset=_HEAD)["value"]


def add_histograms(sent: Sequence[bytes]) -> Ints:
    """Add up, for each of the given, the bigint[64] that stand in it one behind the other: a row each."""
    if not sent:
        return np.zeros((0, _CELLS), np.int64)
    whole = np.frombuffer(b"".join(sent), _HISTOGRAM)["cells"]["value"].astype(np.int64)
    counts = [len(each) // _HISTOGRAM.itemsize for each in sent]
    return np.add.reduceat(whole, np.cumsum([0, *counts[:-1]]), axis=0)
