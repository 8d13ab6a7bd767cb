"""Reading how the tests of a project's newest runs went, and how long they took, for numpy to rank them.

What did not pass is said apart, in two bytes each; of the others it is enough to know that there are results. Durations
travel eight runs a row, their chunks one behind the other: a hundred kilobytes stay in the caches of whoever packs and
unpacks them. All in a few large rows took PostgreSQL twice as long, and of a row a run each would wake the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec
import numpy as np

from testflux.model.lately import Block, Durations, Ints, Longest, Outcomes
from testflux.model.status import Status
from testflux.store import arrays, queries, results
from testflux.store.database import Reader, Row

_PIECES: Final = queries.load("lately")
_LIST_OUTCOMES, _LIST_LONGEST, _LIST_DURATIONS = (
    _PIECES[name].replace("CHUNKS", _PIECES["chunks"]).replace("THESE_RUNS", _PIECES["newest_runs"])
    for name in ("list_outcomes", "list_longest", "list_durations")
)
_LIST_OUTCOMES_OF = _LIST_OUTCOMES.replace(_PIECES["newest_runs"], _PIECES["given_runs"])
_AT_ONCE: Final = 8
_STATUS_BITS: Final = 3
_STATUS: Final = np.uint16((1 << _STATUS_BITS) - 1)
_SKIPPED: Final = np.uint16(Status.SKIPPED)
_LONGEST: Final = np.dtype([("slot", ">i2"), ("duration_ms", ">i4")])


class Newest(msgspec.Struct, frozen=True):
    """The newest functional runs of some branches since a day, at most `limit`."""

    project_id: int
    branches: Sequence[str]
    since: date
    limit: int


class _Chunks(msgspec.Struct, frozen=True):
    """Chunks one behind the other.

    `firsts`: the first test of each one's bucket; `counts`: how many results it holds; `slots`: those of chunks that
    name them. `alike`: tests, and the chunks that hold just these. `owners`, `places`, `statuses`: of each result that
    did not pass its chunk, slot and status.
    """

    firsts: Ints
    counts: Ints
    slots: dict[int, Ints]
    alike: Sequence[tuple[slice | Ints, Ints]]
    owners: Ints
    places: Ints
    statuses: Ints

    @property
    def width(self) -> int:
        """How many tests their buckets have room for."""
        return int(self.firsts.max(initial=-results.CHUNK)) + results.CHUNK

    @property
    def tests(self) -> Ints:
        """The tests of what did not pass."""
        return self.firsts[self.owners] + self.places

    @property
    def is_skipped(self) -> Ints:
        """Which results that did not pass were skipped."""
        return self.statuses == _SKIPPED

    def add_up(self, amounts: Ints) -> Ints:
        """Add up by test what is told of the chunks that hold it."""
        total = np.zeros(self.width, np.int64)
        for tests, chunks in self.alike:
            total[tests] += amounts[chunks].sum()
        return total

    def count_ran(self) -> Ints:
        """Count by test in how many of the chunks it ran."""
        skipped = np.bincount(self.tests[self.is_skipped], minlength=self.width)
        return self.add_up(np.ones(self.counts.size, np.int64)) - skipped


async def list_outcomes(reader: Reader, newest: Newest) -> Outcomes:
    """Return how tests went in these runs."""
    return _read_outcomes(await _ask(reader, _LIST_OUTCOMES, newest))


async def list_outcomes_of(reader: Reader, project_id: int, runs: Sequence[Row]) -> Outcomes:
    """Return how tests went in some functional runs (rows with run_id and run_day), at least one."""
    since, run_ids = min(run["run_day"] for run in runs), arrays.write_ints(run["run_id"] for run in runs)
    values = {"project_id": project_id, "since": since, "run_ids": run_ids}
    return _read_outcomes(await reader.planned_once.all(_LIST_OUTCOMES_OF, **values))


async def list_longest(reader: Reader, newest: Newest) -> Longest:
    """Return what took longest in these runs."""
    rows = await _ask(reader, _LIST_LONGEST, newest)
    chunks = _read_chunks(rows)
    longest = np.frombuffer(b"".join(_list(rows, "longest")), _LONGEST)
    counts = _read_ints(rows, "sizes") // _LONGEST.itemsize
    took_ms = longest["duration_ms"].astype(np.int64)
    is_part = counts < chunks.counts - np.bincount(chunks.owners[chunks.is_skipped], minlength=counts.size)
    rests_ms = np.zeros(counts.size, np.int64)
    rests_ms[is_part] = took_ms[np.cumsum(counts)[is_part] - 1]
    tests = np.repeat(chunks.firsts, counts) + longest["slot"]
    return Longest(tests, took_ms, np.repeat(rests_ms, counts), chunks.count_ran(), chunks.add_up(rests_ms))


async def list_durations(reader: Reader, newest: Newest) -> Durations:
    """Return how long tests took in these runs."""
    rows = await _ask(reader, _LIST_DURATIONS, newest, at_once=_AT_ONCE)
    chunks, ends = _read_chunks(rows), np.cumsum(_read_ints(rows, "sizes"))
    begins = np.append(0, ends)[:-1]
    packed = _forget_skipped(bytearray().join(_list(rows, "durations")), chunks, begins, ends)
    blocks: list[Block] = []
    for tests, alike in chunks.alike:
        pieces = [packed[begin:end] for begin, end in zip(begins[alike].tolist(), ends[alike].tolist(), strict=True)]
        blocks.append(Block(tests, _stack(pieces, int(chunks.counts[alike[0]]))))
    return Durations(chunks.count_ran(), blocks)


def _read_outcomes(rows: Sequence[Row]) -> Outcomes:
    lanes, runs, chunks = _read_ints(rows, "lanes"), _read_ints(rows, "runs"), _read_chunks(rows)
    held = np.zeros((lanes.size, chunks.width), np.uint8)
    for tests, alike in chunks.alike:
        held[runs[alike, np.newaxis], tests] = 1
    return Outcomes(lanes, held, runs[chunks.owners], chunks.tests, chunks.statuses)


async def _ask(reader: Reader, statement: str, newest: Newest, **more: object) -> list[Row]:
    values = {**msgspec.structs.asdict(newest), "branches": list(newest.branches), **more}
    return await reader.planned_once.all(statement, **values)


def _forget_skipped(packed: bytearray, chunks: _Chunks, begins: Ints, ends: Ints) -> bytes:
    """Write 0 for the durations of skipped results, in each plane of their chunks."""
    took = np.frombuffer(packed, np.uint8)
    owners, columns = chunks.owners[chunks.is_skipped], chunks.places[chunks.is_skipped].astype(np.int64)
    for chunk, slots in chunks.slots.items():
        own = slice(*np.searchsorted(owners, (chunk, chunk + 1)))
        columns[own] = np.searchsorted(slots, columns[own])
    at = begins[owners] + columns
    while at.size:
        took[at] = 0
        at += chunks.counts[owners]
        is_more = at < ends[owners]
        at, owners = at[is_more], owners[is_more]
    return bytes(packed)


def _stack(pieces: Sequence[bytes], count: int) -> Ints:
    """Put durations of the same tests, `count`, together; where some have fewer planes their highest ones are 0."""
    longest = max(map(len, pieces))
    stacked = b"".join([piece.rjust(longest, b"\0") for piece in pieces])
    return np.frombuffer(stacked, np.uint8).reshape(len(pieces), -1, count)


def _read_chunks(rows: Sequence[Row]) -> _Chunks:
    firsts, counts = _read_ints(rows, "buckets") * results.CHUNK, _read_ints(rows, "counts")
    sent, begin = b"".join(_list(rows, "slots")), 0
    slots: dict[int, Ints] = {}
    for chunk in np.flatnonzero(counts < 0).tolist():
        end = begin + arrays.size_of_shorts(-counts[chunk])
        slots[chunk] = arrays.read_shorts(sent[begin:end]).astype(np.int64)
        begin = end
    packed = np.frombuffer(b"".join(_list(rows, "not_passed")), ">u2").astype(np.uint16)
    return _Chunks(
        firsts,
        np.abs(counts),
        slots,
        list(_put_together(firsts, counts, slots)),
        np.repeat(np.arange(counts.size), _read_ints(rows, "told") // packed.itemsize),
        packed >> _STATUS_BITS,
        packed & _STATUS,
    )


def _put_together(firsts: Ints, counts: Ints, slots: dict[int, Ints]) -> Iterator[tuple[slice | Ints, Ints]]:
    """Return the tests of chunks that hold the same, and which chunks these are."""
    lasts, is_full = firsts + counts - 1, counts > 0
    for last in np.unique(lasts[is_full]).tolist():
        yield slice(last - last % results.CHUNK, last + 1), np.flatnonzero(is_full & (lasts == last))
    alike: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    for chunk, named in slots.items():
        alike[int(firsts[chunk]), named.tobytes()].append(chunk)
    for (first, named), chunks in alike.items():
        yield first + np.frombuffer(named, np.int64), np.array(chunks)


def _read_ints(rows: Sequence[Row], name: str) -> Ints:
    """Read whole numbers of four bytes each, those of one row behind those of the other."""
    return np.frombuffer(b"".join(_list(rows, name)), ">i4").astype(np.int64)


def _list(rows: Sequence[Row], name: str) -> list[bytes]:
    return [row[name] for row in rows if row[name] is not None]
