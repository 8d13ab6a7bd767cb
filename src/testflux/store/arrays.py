"""Arrays of integers as PostgreSQL sends them (`array_send`), read by numpy without a Python object for each element.

Those that are read have one dimension, at least one element and no nulls, as all arrays of a chunk.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from testflux.store.database import Row

Ints = NDArray[Any]
_HEAD: Final = 20  # bytes before the elements
_SHORTS: Final = np.dtype([("length", ">i4"), ("value", ">i2")])


class Block(msgspec.Struct, frozen=True):
    """Chunks of one bucket that hold the same tests: a row each.

    `slots` are the tests, ascending (None: 0, 1, 2, …), `status` has a column a test, `durations` (ms) planes of bytes
    (kit/planes.py) and then a column a test.
    """

    slots: Ints | None
    status: Ints
    durations: Ints

    def find(self, slots: Ints) -> tuple[Ints, Ints]:
        """Return which of some tests are held, as bools, and the columns of those."""
        if self.slots is None:
            is_held = slots < self.status.shape[1]
            return is_held, slots[is_held]
        columns = np.searchsorted(self.slots, slots)
        is_held = self.slots.take(columns, mode="clip") == slots
        return is_held, columns[is_held]


def read_block(row: Row) -> Block:
    """Read chunks that were put together: slots (sent), count, status and durations, one behind the other."""
    count: int = row["count"]
    status = np.frombuffer(row["status"], np.uint8).reshape(-1, count)
    durations = np.frombuffer(row["durations"], np.uint8).reshape(len(status), -1, count)
    return Block(None if row["slots"] is None else read_shorts(row["slots"]).astype(np.int64), status, durations)


def read_shorts(sent: bytes) -> Ints:
    """Read a smallint[]."""
    return np.frombuffer(sent, _SHORTS, offset=_HEAD)["value"]


def write_ints(numbers: Iterable[int]) -> str:
    """Write an array as text, for a parameter that says its type: of a list each element would be adapted by itself."""
    return f"{{{','.join(map(str, numbers))}}}"


def size_of_shorts(count: int) -> int:
    """Return in how many bytes so many elements of a smallint[] are sent."""
    return _HEAD + count * _SHORTS.itemsize
