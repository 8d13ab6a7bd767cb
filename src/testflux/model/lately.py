"""The results of the newest runs as matrices: a row a run, a column a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from numpy.typing import NDArray

Ints = NDArray[Any]


class Block(msgspec.Struct, frozen=True):
    """Results of some runs in one bucket, where all of these hold the same tests.

    `runs` are rows of `Lately`; `slots` are the tests (None: 0, 1, 2, …). `status` has a row a run, a column a test;
    `durations` (ms) are planes of bytes (kit/planes.py), by run, plane and test: no planes when nobody asked.
    """

    bucket: int
    slots: Ints | None
    runs: Ints
    status: Ints
    durations: Ints


class Lately(msgspec.Struct, frozen=True):
    """The newest runs, lane behind lane and in each the oldest first: the lane of each run, and what they hold."""

    lanes: Ints
    blocks: Sequence[Block]
