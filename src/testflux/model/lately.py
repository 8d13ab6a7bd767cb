"""What a project's newest runs hold, as arrays: numbers of tests are places in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from numpy.typing import NDArray

Ints = NDArray[Any]


class Outcomes(msgspec.Struct, frozen=True):
    """How tests went in some runs, lane behind lane and in each the oldest first.

    `lanes`: the lane of each run. `held`: a row of bytes a run, 1 where it holds a result of the test, else 0.
    `runs`, `tests`, `statuses`: those results of these that did not pass.
    """

    lanes: Ints
    held: Ints
    runs: Ints
    tests: Ints
    statuses: Ints


class Longest(msgspec.Struct, frozen=True):
    """The results that took longest in the newest runs: an eighth of each chunk, 64 at most.

    `tests`, `took_ms`, `rests_ms`: of each of these, its test, how long it took, and how long the results of its chunk
    that are not among them took at most (0: there are none). `ran`: in how many runs each test ran; `rest_ms`: what its
    results would add up to at most if none of them were among the longest.
    """

    tests: Ints
    took_ms: Ints
    rests_ms: Ints
    ran: Ints
    rest_ms: Ints


class Block(msgspec.Struct, frozen=True):
    """How long some tests took in some runs: by run, planes of bytes (kit/planes.py, ms) with a column a test.

    0 where a run does not hold the test or skipped it.
    """

    tests: slice | Ints
    planes: Ints


class Durations(msgspec.Struct, frozen=True):
    """How long tests took in the newest runs, and in how many of these each ran."""

    ran: Ints
    blocks: Sequence[Block]
