"""Writing results of a run anew: another part of it arrives, or one result is put right."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import chain, groupby
from typing import Any

import msgspec

from testflux.kit import planes
from testflux.model.report import Result, TestKey
from testflux.model.status import Status
from testflux.store import evidence, queries, results
from testflux.store.database import Reader, Row, Writer
from testflux.store.results import Slot, Try
from testflux.store.runs import RunKey

_SQL = queries.load("reruns")
Ranks = Mapping[int, int]
"""The place of each part among the parts of its run, by its number: later parts are later attempts."""


class Counted(msgspec.Struct, frozen=True):
    """One chunk as counters want it: test numbers, statuses (a byte each) and durations, all in one order."""

    numbers: Sequence[int]
    status: bytes
    duration_ms: Sequence[int]


async def list_counted(reader: Reader, run: RunKey) -> list[Counted]:
    """Return all results of a run, chunk by chunk."""
    rows = await _list_chunks(reader, run, None)
    return [Counted(list(_numbers(row)), row["status"], _durations(row)) for row in rows]


async def list_counters(reader: Reader, since: date) -> list[Row]:
    """Return the runs of tests since a day, with their counters."""
    return await reader.all(_SQL["list_counters"], since=since, project_id=None, run_id=None)


async def find_counters(reader: Reader, project_id: int, run_id: int) -> Row | None:
    """Return one of these runs as it is now, None when it is gone."""
    return await reader.find(_SQL["list_counters"], since=None, project_id=project_id, run_id=run_id)


async def add_part_results(
    writer: Writer,
    run: RunKey,
    part_no: int,
    arrived: Sequence[Result],
    numbers: Mapping[bytes, int],
    ranks: Ranks,
    algorithm: str,
) -> None:
    """Write the results of another part: tests that were not there are added, others get further attempts.

    The order of arrival leaves no trace: see `fold`. What changed against the baseline is `save_changes`'s to say.
    """
    new = {numbers[result.digest]: result for result in arrived}
    slots = await _list_slots(writer, run, {number // results.CHUNK for number in new})
    tried = {number: results.tries_of(result, part_no) for number, result in new.items()}
    again = new.keys() & slots.keys()
    stored = await _take_tries(writer, run, slots, again)
    for number in again:
        tried[number] = fold([*stored[number], *tried[number]], ranks)
    for number, tries in tried.items():
        place = new[number].evidence if tries[-1].part_no == part_no else slots[number].evidence
        slots[number] = _slot(tries, place)
    await _save_slots(writer, run, slots)
    told = {number: tries for number, tries in sorted(tried.items()) if _is_interesting(tries)}
    await results.add_rows(writer, run, told, results.causes_of(arrived), algorithm, {})


async def save_result(writer: Writer, run: RunKey, test_no: int, status: Status, duration_ms: int) -> None:
    """Put right how the last attempt at one test of a run went; its message and its place in the report stay.

    The caller sees to the counters of the run and of its day, and to what changed against the baseline.
    """
    slots = await _list_slots(writer, run, {test_no // results.CHUNK})
    stored = (await _take_tries(writer, run, slots, {test_no}))[test_no]
    cause = stored[-1].failure if status.is_bad else None
    last = msgspec.structs.replace(stored[-1], status=status, duration_ms=duration_ms, failure=cause)
    tries = [*stored[:-1], last]
    slots[test_no] = _slot(tries, slots[test_no].evidence)
    await _save_slots(writer, run, slots)
    await results.add_rows(writer, run, {test_no: tries} if _is_interesting(tries) else {}, {}, "", {})


async def save_changes(writer: Writer, run: RunKey, new: AbstractSet[int], still: AbstractSet[int]) -> None:
    """Say which tests of a run fail newly and which still, against its baseline; all others do not."""
    await writer.run(_SQL["save_changes"], **_of(run), new=sorted(new), still=sorted(still))


async def list_new(reader: Reader, run: RunKey) -> set[int]:
    """Return the numbers of the tests that fail newly in a run, as was last said."""
    return {row["test_no"] for row in await reader.all(_SQL["list_new"], **_of(run))}


async def list_worst(reader: Reader, run: RunKey, limit: int) -> list[tuple[Result, bool]]:
    """Return the first failing tests of a run, each with whether it is new; new ones first."""
    rows = await reader.all(_SQL["list_worst"], **_of(run), limit=limit)
    return [(_result(row), row["change"] == results.CHANGE_NEW) for row in rows]


def fold(tries: Sequence[Try], ranks: Ranks) -> list[Try]:
    """Put the attempts of several parts in order.

    A part that skipped the test says nothing where another part ran it, and of several that skipped it the last one
    counts: a shard may list what it leaves to others.
    """
    ordered = sorted(tries, key=lambda item: ranks[item.part_no])
    parts = [list(group) for _, group in groupby(ordered, key=lambda item: item.part_no)]
    ran = [part for part in parts if len(part) > 1 or part[0].status is not Status.SKIPPED]
    return list(chain.from_iterable(ran or parts[-1:]))


async def _list_chunks(reader: Reader, run: RunKey, buckets: Collection[int] | None) -> list[Row]:
    return await reader.all(_SQL["list_chunks"], **_of(run), buckets=None if buckets is None else sorted(buckets))


async def _list_slots(reader: Reader, run: RunKey, buckets: Collection[int]) -> dict[int, Slot]:
    """Return the results of some chunks by test number."""
    slots: dict[int, Slot] = {}
    for row in await _list_chunks(reader, run, buckets):
        count = len(row["status"])
        places, parts = evidence.decode(row["evidence"], count), row["parts"] or [0] * count
        found = map(Slot, row["status"], _durations(row), places, parts)
        slots |= zip(_numbers(row), found, strict=True)
    return slots


async def _save_slots(writer: Writer, run: RunKey, slots: Mapping[int, Slot]) -> None:
    buckets = {number // results.CHUNK for number in slots}
    await writer.run(_SQL["drop_chunks"], **_of(run), buckets=sorted(buckets))
    await results.add_chunks(writer, run, sorted(slots.items()))


async def _take_tries(
    writer: Writer, run: RunKey, slots: Mapping[int, Slot], test_nos: Collection[int]
) -> dict[int, list[Try]]:
    """Return the stored attempts at some tests, and remove their rows."""
    rows = await writer.all(_SQL["drop_tries"], **_of(run), test_nos=sorted(test_nos))
    rows.sort(key=lambda row: (row["test_no"], row["attempt"]))
    tries = {number: list(_tries(group)) for number, group in groupby(rows, key=lambda row: row["test_no"])}
    return {number: tries.get(number) or [_plain(slots[number])] for number in test_nos}


def _tries(rows: Iterator[Row]) -> Iterator[Try]:
    before: list[Try] = []
    for row in rows:
        status = Status(row["status"])
        item = Try(
            row["part_no"],
            results.own_status(status, before) if row["is_final"] else status,
            row["duration_ms"],
            row["message_id"],
            row["message_is_html"],
            row["failure_id"],
        )
        before.append(item)
        yield item


def _plain(slot: Slot) -> Try:
    return Try(slot.part_no, Status(slot.status), slot.duration_ms)


def _slot(tries: Sequence[Try], place: evidence.Range | None) -> Slot:
    last = tries[-1]
    return Slot(Status.outcome([item.status for item in tries]), last.duration_ms, place, last.part_no)


def _is_interesting(tries: Sequence[Try]) -> bool:
    """True when a slot cannot say all about a test."""
    last = tries[-1]
    return len(tries) > 1 or not (last.status is Status.PASSED or (last.status is Status.SKIPPED and not last.message))


def _result(row: Row) -> Result:
    key = TestKey(tuple(row["suite"]), row["name"], row["parameters"])
    return Result(key, row["digest"], Status(row["status"]), row["duration_ms"], row["message"], row["message_is_html"])


def _numbers(row: Row) -> Iterator[int]:
    first = row["bucket"] * results.CHUNK
    return (first + slot for slot in row["slots"] or range(len(row["status"])))


def _durations(row: Row) -> list[int]:
    return planes.unpack(row["durations"], len(row["status"])).tolist()


def _of(run: RunKey) -> dict[str, Any]:
    return {"project_id": run.project_id, "run_day": run.run_day, "run_id": run.run_id}
