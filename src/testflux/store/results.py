"""Writing test results: boring ones get a slot in a chunk, interesting ones a row as well.

Why: docs/explain/data.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Any

from testflux.kit import hashing
from testflux.model.report import Result
from testflux.model.status import Status
from testflux.store import evidence, queries
from testflux.store.database import Reader, Row, Writer
from testflux.store.runs import RunKey

CHUNK = 1000
"""How many tests share a chunk: test_no // CHUNK is the bucket, test_no % CHUNK the slot."""
CHANGE_NONE, CHANGE_NEW, CHANGE_STILL = 0, 1, 2

_SQL = queries.load("results")


async def save_tests(writer: Writer, run: RunKey, results: Sequence[Result]) -> dict[bytes, int]:
    """Return the number of each result's test by its digest; tests never seen before are given one.

    Needs the project's row locked (`runs.take_number`), as numbers are dense.
    """
    digests = [result.digest for result in results]
    known = await writer.all(_SQL["find_tests"], project_id=run.project_id, digests=digests)
    numbers: dict[bytes, int] = {row["digest"]: row["test_no"] for row in known}
    fresh = [result for result in results if result.digest not in numbers]
    if fresh:
        row = await writer.one(_SQL["take_test_numbers"], project_id=run.project_id, count=len(fresh))
        numbers |= {result.digest: number for number, result in enumerate(fresh, row["first"])}
        await _add_tests(writer, run, fresh, numbers)
    stale = {row["test_no"] for row in known if _is_stale(row, run)}
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
    """Write the results of a run.

    `changes` has CHANGE_NEW or CHANGE_STILL by test number; `algorithm` is what made the fingerprints.
    """
    ordered = sorted(((numbers[result.digest], result) for result in results), key=lambda pair: pair[0])
    if not ordered:
        return
    await writer.copy(
        "result_chunk",
        ("project_id", "bucket", "run_day", "run_id", "slots", "status", "duration_ms", "evidence"),
        ("int8", "int4", "date", "int8", "int2[]", "bytea", "int4[]", "bytea"),
        _chunks(run, ordered),
    )
    told = [(number, result) for number, result in ordered if _is_interesting(result)]
    if told:
        messages = await _save_messages(writer, run, [result for _, result in told])
        failures = await _save_failures(writer, run, [result for _, result in told], algorithm)
        await writer.copy(
            "result_row",
            (
                *("project_id", "run_day", "run_id", "test_no", "attempt", "is_final", "status", "duration_ms"),
                *("failure_id", "message_id", "message_is_html", "change"),
            ),
            ("int8", "date", "int8", "int4", "int2", "bool", "int2", "int4", "int8", "int8", "bool", "int2"),
            _rows(run, told, messages, failures, changes),
        )


def slots_of(numbers: Sequence[int]) -> list[int] | None:
    """Return the slots of ascending test numbers of one bucket, None when they are exactly 0, 1, 2 and so on."""
    slots = [number % CHUNK for number in numbers]
    return None if slots[-1] == len(slots) - 1 else slots


def _chunks(run: RunKey, ordered: Sequence[tuple[int, Result]]) -> Iterator[tuple[Any, ...]]:
    for bucket, group in groupby(ordered, key=lambda pair: pair[0] // CHUNK):
        pairs = list(group)
        yield (
            run.project_id,
            bucket,
            run.run_day,
            run.run_id,
            slots_of([number for number, _ in pairs]),
            bytes(result.status for _, result in pairs),
            [result.duration_ms for _, result in pairs],
            evidence.encode([result.evidence for _, result in pairs]),
        )


def _is_interesting(result: Result) -> bool:
    """True when a slot cannot say all about a result."""
    if result.status is Status.SKIPPED:
        return bool(result.message or result.attempts)
    return result.status is not Status.PASSED or bool(result.attempts)


def _rows(
    run: RunKey,
    told: Sequence[tuple[int, Result]],
    messages: Mapping[str, int],
    failures: Mapping[bytes, int],
    changes: Mapping[int, int],
) -> Iterator[tuple[Any, ...]]:
    for number, result in told:
        head = (run.project_id, run.run_day, run.run_id, number)
        for position, attempt in enumerate(result.attempts, 1):
            message_id = messages.get(attempt.message)
            yield (*head, position, False, attempt.status, attempt.duration_ms, None, message_id, False, CHANGE_NONE)
        yield (
            *head,
            len(result.attempts) + 1,
            True,
            result.status,
            result.duration_ms,
            failures[result.fingerprint] if result.fingerprint else None,
            messages.get(result.message),
            result.message_html,
            changes.get(number, CHANGE_NONE),
        )


def _is_stale(row: Row, run: RunKey) -> bool:
    """True when a test was last written down on an earlier day, or this run is older than all it was seen in."""
    return row["last_day"] < run.run_day or row["first_seen_at"] > run.started_at


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


async def _save_seen(writer: Writer, run: RunKey, seen: Sequence[Result], numbers: Mapping[bytes, int]) -> None:
    await writer.run(_SQL["make_seen_test"])
    await writer.copy(
        "seen_test",
        ("test_no", "source", "line", "tags"),
        ("int4", "text", "int4", "text[]"),
        ((numbers[result.digest], result.source, result.line, list(result.tags)) for result in seen),
    )
    await writer.run(_SQL["save_seen"], project_id=run.project_id, started_at=run.started_at)


async def _save_messages(writer: Writer, run: RunKey, told: Sequence[Result]) -> dict[str, int]:
    """Return the ids of all messages by text; each text is stored once in its project."""
    texts = {result.message for result in told}
    texts |= {attempt.message for result in told for attempt in result.attempts}
    by_digest = {hashing.digest((text,)): text for text in texts - {""}}
    if not by_digest:
        return {}
    digests = list(by_digest)
    await writer.run(_SQL["add_messages"], project_id=run.project_id, digests=digests, texts=list(by_digest.values()))
    rows = await writer.all(_SQL["find_messages"], project_id=run.project_id, digests=digests)
    return {by_digest[row["digest"]]: row["message_id"] for row in rows}


async def _save_failures(writer: Writer, run: RunKey, told: Sequence[Result], algorithm: str) -> dict[bytes, int]:
    """Return the ids of all causes by fingerprint."""
    causes = {result.fingerprint: result.cause for result in told if result.fingerprint}
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
