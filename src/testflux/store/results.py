"""Writing test results: boring ones get a slot in a chunk, interesting ones a row as well.

Why: docs/explain/data.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Any

import msgspec

from testflux.kit import hashing, planes
from testflux.model.report import Result
from testflux.model.status import Status
from testflux.store import evidence, queries, texts
from testflux.store.database import Reader, Writer
from testflux.store.runs import RunKey

CHUNK = 1000
"""How many tests share a chunk: test_no // CHUNK is the bucket, test_no % CHUNK the slot."""
CHANGE_NONE, CHANGE_NEW, CHANGE_STILL = 0, 1, 2

_SQL = queries.load("results")


class Slot(msgspec.Struct, frozen=True):
    """One result as its chunk keeps it; `evidence` is a byte range in the file of part `part_no`."""

    status: int
    duration_ms: int
    evidence: evidence.Range | None = None
    part_no: int = 0


class Try(msgspec.Struct, frozen=True):
    """One attempt at a test, the last one included. What is new has a text and a fingerprint, what is stored ids."""

    part_no: int
    status: Status
    duration_ms: int
    message: str | int | None = None
    is_html: bool = False
    failure: bytes | int | None = None


async def save_tests(writer: Writer, run: RunKey, results: Sequence[Result]) -> dict[bytes, int]:
    """Return the number of each result's test by its digest; tests never seen before are given one.

    Needs the project's row locked (`runs.take_number`), as numbers are dense.
    """
    digests = [result.digest for result in results]
    values = {"project_id": run.project_id, "run_day": run.run_day, "started_at": run.started_at}
    known = await writer.all(_SQL["find_tests"], digests=digests, **values)
    numbers: dict[bytes, int] = {row["digest"]: row["test_no"] for row in known}
    fresh = [result for result in results if result.digest not in numbers]
    if fresh:
        row = await writer.one(_SQL["take_test_numbers"], project_id=run.project_id, count=len(fresh))
        numbers |= {result.digest: number for number, result in enumerate(fresh, row["first"])}
        await _add_tests(writer, run, fresh, numbers)
    stale = {row["test_no"] for row in known if row["is_stale"]}
    if stale:
        await _save_seen(writer, run, [result for result in results if numbers[result.digest] in stale], numbers)
    return numbers


async def list_bad(reader: Reader, run: RunKey) -> set[int]:
    """Return the numbers of the tests that failed or broke in a run."""
    rows = await reader.all(_SQL["list_bad"], project_id=run.project_id, run_day=run.run_day, run_id=run.run_id)
    return {row["test_no"] for row in rows}


async def save_results(
    writer: Writer,
    run: RunKey,
    results: Sequence[Result],
    numbers: Mapping[bytes, int],
    changes: Mapping[int, int],
    algorithm: str,
) -> None:
    """Write the results of the first part of a run.

    `changes` has CHANGE_NEW or CHANGE_STILL by test number; `algorithm` is what made the fingerprints.
    """
    ordered = sorted(((numbers[result.digest], result) for result in results), key=lambda pair: pair[0])
    await add_chunks(writer, run, ordered)
    tried = {number: tries_of(result, 0) for number, result in ordered if _is_interesting(result)}
    await add_rows(writer, run, tried, causes_of(results), algorithm, changes)


async def add_chunks(writer: Writer, run: RunKey, ordered: Sequence[tuple[int, Result | Slot]]) -> None:
    """Write the chunks of results by test number, ascending."""
    await writer.copy(
        "result_chunk",
        ("project_id", "bucket", "run_day", "run_id", "slots", "status", "durations", "evidence", "parts"),
        ("int8", "int4", "date", "int8", "int2[]", "bytea", "bytea", "bytea", "int2[]"),
        _chunks(run, ordered),
    )


async def add_rows(
    writer: Writer,
    run: RunKey,
    tried: Mapping[int, Sequence[Try]],
    causes: Mapping[bytes, str],
    algorithm: str,
    changes: Mapping[int, int],
) -> None:
    """Write the attempts at tests, by test number; `causes` has the words of new fingerprints."""
    if not tried:
        return
    messages = await _save_messages(writer, run, {item.message for tries in tried.values() for item in tries})
    failures = await _save_failures(writer, run, causes, algorithm)
    await writer.copy(
        "result_row",
        (
            *("project_id", "run_day", "run_id", "test_no", "attempt", "is_final", "status", "duration_ms"),
            *("failure_id", "message_id", "message_is_html", "change", "part_no"),
        ),
        ("int8", "date", "int8", "int4", "int2", "bool", "int2", "int4", "int8", "int8", "bool", "int2", "int2"),
        _rows(run, tried, messages, failures, changes),
    )


def tries_of(result: Result, part_no: int) -> list[Try]:
    """Return the attempts of a result, the last one with how itself ended: a pass, where the result is flaky for it."""
    tries = [Try(part_no, item.status, item.duration_ms, item.message) for item in result.attempts]
    status = own_status(result.status, tries)
    last = Try(
        part_no, status, result.duration_ms, result.message, is_html=result.message_html, failure=result.fingerprint
    )
    return [*tries, last]


def own_status(ended: Status, before: Sequence[Try]) -> Status:
    """Return how the last attempt itself went, of a test that ended so after the attempts before."""
    is_pass = ended is Status.FLAKY and Status.outcome([*(item.status for item in before), Status.PASSED]) is ended
    return Status.PASSED if is_pass else ended


def causes_of(results: Sequence[Result]) -> dict[bytes, str]:
    """Return the words of causes by fingerprint."""
    return {result.fingerprint: result.cause for result in results if result.fingerprint}


def slots_of(numbers: Sequence[int]) -> list[int] | None:
    """Return the slots of ascending test numbers of one bucket, None when they are exactly 0, 1, 2 and so on."""
    slots = [number % CHUNK for number in numbers]
    return None if slots[-1] == len(slots) - 1 else slots


def _chunks(run: RunKey, ordered: Sequence[tuple[int, Result | Slot]]) -> Iterator[tuple[Any, ...]]:
    for bucket, group in groupby(ordered, key=lambda pair: pair[0] // CHUNK):
        pairs = list(group)
        yield (
            run.project_id,
            bucket,
            run.run_day,
            run.run_id,
            slots_of([number for number, _ in pairs]),
            bytes(result.status for _, result in pairs),
            planes.pack([result.duration_ms for _, result in pairs]),
            evidence.encode([result.evidence for _, result in pairs]),
            _parts([result for _, result in pairs]),
        )


def _parts(results: Sequence[Result | Slot]) -> list[int] | None:
    """Return which part each result is from, None when all are from the first."""
    parts = [result.part_no if isinstance(result, Slot) else 0 for result in results]
    return parts if any(parts) else None


def _is_interesting(result: Result) -> bool:
    """True when a slot cannot say all about a result."""
    if result.status is Status.SKIPPED:
        return bool(result.message or result.attempts)
    return result.status is not Status.PASSED or bool(result.attempts)


def _rows(
    run: RunKey,
    tried: Mapping[int, Sequence[Try]],
    messages: Mapping[str, int],
    failures: Mapping[bytes, int],
    changes: Mapping[int, int],
) -> Iterator[tuple[Any, ...]]:
    for number, tries in tried.items():
        for attempt, item in enumerate(tries, 1):
            is_final = attempt == len(tries)
            yield (
                *(run.project_id, run.run_day, run.run_id, number, attempt, is_final),
                Status.outcome([each.status for each in tries]) if is_final else item.status,
                item.duration_ms,
                failures[item.failure] if isinstance(item.failure, bytes) else item.failure,
                messages.get(item.message) if isinstance(item.message, str) else item.message,
                item.is_html,
                changes.get(number, CHANGE_NONE) if is_final else CHANGE_NONE,
                item.part_no,
            )


async def _add_tests(writer: Writer, run: RunKey, fresh: Sequence[Result], numbers: Mapping[bytes, int]) -> None:
    await writer.copy(
        "test",
        (
            *("project_id", "test_no", "digest", "suite", "name", "parameters", "duplicate"),
            *("source", "line", "tags", "first_seen_at", "last_seen_at"),
        ),
        (
            "int8",
            "int4",
            "bytea",
            "text[]",
            "text",
            "text",
            "int4",
            "text",
            "int4",
            "text[]",
            "timestamptz",
            "timestamptz",
        ),
        (
            (
                run.project_id,
                numbers[result.digest],
                result.digest,
                list(result.key.suite),
                result.key.name,
                result.key.parameters,
                result.key.duplicate,
                result.source,
                result.line,
                list(result.tags),
                run.started_at,
                run.started_at,
            )
            for result in fresh
        ),
    )
    await _add_texts(writer, run, fresh, numbers)


async def _add_texts(writer: Writer, run: RunKey, fresh: Sequence[Result], numbers: Mapping[bytes, int]) -> None:
    keys = ((numbers[result.digest], result.key) for result in fresh)
    rows = texts.pack((number, texts.fold(key.suite, key.name)) for number, key in keys)
    columns = ("project_id", "test_no", "folded"), ("int8", "int4", "text")
    await writer.copy("test_text", *columns, ((run.project_id, *row) for row in rows))


async def _save_seen(writer: Writer, run: RunKey, seen: Sequence[Result], numbers: Mapping[bytes, int]) -> None:
    await writer.run(_SQL["make_seen_test"])
    await writer.copy(
        "seen_test",
        ("test_no", "source", "line", "tags"),
        ("int4", "text", "int4", "text[]"),
        ((numbers[result.digest], result.source, result.line, list(result.tags)) for result in seen),
    )
    await writer.run(_SQL["save_seen"], project_id=run.project_id, started_at=run.started_at)


async def _save_messages(writer: Writer, run: RunKey, texts: AbstractSet[str | int | None]) -> dict[str, int]:
    """Return the ids of all texts by text; each is stored once in its project."""
    by_digest = {hashing.digest((text,)): text for text in texts if text and isinstance(text, str)}
    if not by_digest:
        return {}
    digests = list(by_digest)
    await writer.run(_SQL["add_messages"], project_id=run.project_id, digests=digests, texts=list(by_digest.values()))
    rows = await writer.all(_SQL["find_messages"], project_id=run.project_id, digests=digests)
    return {by_digest[row["digest"]]: row["message_id"] for row in rows}


async def _save_failures(writer: Writer, run: RunKey, causes: Mapping[bytes, str], algorithm: str) -> dict[bytes, int]:
    """Return the ids of all causes by fingerprint."""
    if not causes:
        return {}
    values: dict[str, object] = {
        "project_id": run.project_id,
        "fingerprints": list(causes),
        "causes": list(causes.values()),
        "algorithm": algorithm,
        "run_id": run.run_id,
        "started_at": run.started_at,
    }
    await writer.run(_SQL["add_failures"], **values)
    await writer.run(_SQL["save_first_failure"], **values)
    rows = await writer.all(_SQL["find_failures"], **values)
    return {row["fingerprint"]: row["failure_id"] for row in rows}


def change_map(new: AbstractSet[int], still: AbstractSet[int]) -> dict[int, int]:
    """Return changes by test number, as `save_results` takes them."""
    return dict.fromkeys(new, CHANGE_NEW) | dict.fromkeys(still, CHANGE_STILL)
