"""The way of an upload, on one page: parse, normalise, store, analyse, notify.

Whatever a report becomes is written in one transaction, together with the word that it is done. So an upload that was
acknowledged is processed exactly once, wherever a server dies: either the transaction is there, or the job runs again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from testflux.analyse import changes, histogram, tally, verdict
from testflux.analyse import parts as whole_of
from testflux.kit import clock, errors, identifiers, inflate
from testflux.model import raw
from testflux.model.access import EVERYBODY
from testflux.model.report import Report
from testflux.model.run import Metadata, Stage, UploadStatus
from testflux.model.status import Kind, Status, Verdict
from testflux.normalise import cause, start
from testflux.normalise import report as canonical
from testflux.normalise import totals as counting
from testflux.notify import message
from testflux.parse import registry, together
from testflux.store import (
    attachments,
    contents,
    deliveries,
    events,
    findings,
    intake,
    jobs,
    joins,
    keywords,
    load,
    partitions,
    parts,
    reruns,
    results,
    runs,
    totals,
    uploads,
)
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Row, Writer
from testflux.store.runs import RunKey

_GOOD = (Status.PASSED, Status.FLAKY)
_WAITING = (UploadStatus.QUEUED, UploadStatus.PROCESSING)
_NO_LIMITS = inflate.Limits()
_TELL_EVERY_S = 0.5
_PARSED = 70  # percent of an upload's progress that is reading it


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A run while it is being stored."""

    run: RunKey
    lane: runs.Lane
    default_branch: str
    baseline: RunKey | None
    report: Report
    metadata: Metadata
    verdict: Verdict


async def process(
    database: Database, blobs: Blobs, project_id: int, upload_id: int, limits: inflate.Limits = _NO_LIMITS
) -> None:
    """Make an upload a run, or say why it cannot become one. Doing it again changes nothing.

    Raises what is not the report's fault (the database is away, our own errors): then try again later.
    """
    async with database.read(EVERYBODY) as reader:
        upload = await uploads.get_upload(reader, project_id, upload_id)
    if upload["status"] not in _WAITING:
        return
    laps = intake.Laps((clock.now() - upload["created_at"]).total_seconds())
    try:
        upload = await contents.unfold(database, blobs, upload, limits)
        report = await _read(database, blobs, upload, limits, laps)
        await _store(database, upload, report, laps)
    except errors.ReportError as error:
        await reject(database, blobs, upload, error, is_kept=True)
    except errors.TooLargeError as error:
        await reject(database, blobs, upload, error, is_kept=False)


async def reject(database: Database, blobs: Blobs, upload: Row, error: errors.TestFluxError, *, is_kept: bool) -> None:
    """Say why an upload becomes no run, and keep its file or not."""
    async with database.write(EVERYBODY) as writer:
        files = await uploads.save_rejected(writer, upload["project_id"], upload["upload_id"], error, is_kept=is_kept)
        outcome = "set_aside" if error.code == "internal" else "rejected"
        writer.at_end(lambda: intake.add_outcome(writer, intake.UNKNOWN, outcome))
    if not is_kept:
        await uploads.drop_unused_blobs(database, blobs, [upload["blob_digest"], *files])


async def count_keywords(
    database: Database, blobs: Blobs, project_id: int, run_id: int, limits: inflate.Limits = _NO_LIMITS
) -> None:
    """Read a run's report once more and write down how often each keyword was called. Harmless when the run is gone.

    Raises ReportError and NotFoundError for a report that cannot be read any more.
    """
    async with database.read(EVERYBODY) as reader:
        files = await parts.list_files(reader, project_id, run_id)
        known = await keywords.list_counted_parts(reader, project_id, run_id)
    for part in files:
        count = registry.KEYWORDS.get(part["format"])
        if count is None or part["part_no"] in known or part["blob_digest"] is None:
            continue
        with await contents.open_file(blobs, part["blob_digest"]) as file:
            counted = await asyncio.to_thread(count, inflate.inflate(file, limits))
        async with database.write(EVERYBODY) as writer:
            await keywords.save_keywords(writer, project_id, run_id, counted, part["part_no"])


async def _read(database: Database, blobs: Blobs, upload: Row, limits: inflate.Limits, laps: intake.Laps) -> Report:
    """Parse and normalise in a thread, while the upload tells how far that is."""
    async with database.read(EVERYBODY) as reader:
        companions = await attachments.list_companions(reader, upload["project_id"], upload["upload_id"])
    async with contextlib.AsyncExitStack() as opened:
        digests = [row["blob_digest"] for row in (upload, *companions)]
        file, *others = [opened.enter_context(await contents.open_file(blobs, digest)) for digest in digests]
        reading = asyncio.create_task(asyncio.to_thread(_parse, upload, file, others, limits, laps))
        try:
            stage, progress = Stage.PARSE, 0
            while not reading.done():
                await _tell(database, upload, stage, progress)
                await asyncio.wait([reading], timeout=_TELL_EVERY_S)
                progress = _PARSED if file.closed else _PARSED * file.tell() // max(upload["size_bytes"], 1)
                stage = Stage.PARSE if progress < _PARSED else Stage.NORMALISE
            return await reading
        finally:
            await asyncio.wait([reading])


def _parse(upload: Row, file: BinaryIO, others: list[BinaryIO], limits: inflate.Limits, laps: intake.Laps) -> Report:
    """Read a report together with those that came along, and repeat what was left out at the door."""
    seen = together.parse(
        inflate.inflate(file, limits),
        [inflate.inflate(other, limits) for other in others],
        msgspec.convert(upload["metadata"], Metadata).exit_code,
    )
    seen.warnings = [*msgspec.convert(upload["warnings"], list[raw.ReportWarning]), *seen.warnings]
    laps.end(Stage.PARSE)
    report = canonical.build(seen)
    laps.end(Stage.NORMALISE)
    return report


async def _tell(database: Database, upload: Row, stage: Stage, progress: int) -> None:
    async with database.write(EVERYBODY) as writer:
        await uploads.save_progress(writer, upload["project_id"], upload["upload_id"], stage, progress)


async def _store(database: Database, upload: Row, report: Report, laps: intake.Laps) -> None:
    """Write the run with everything that follows from it, and tell people: all of it or nothing."""
    said = msgspec.convert(upload["metadata"], Metadata)
    started_at, report = start.find(said.started_at, report, upload["created_at"], said.file_time)
    async with database.write(EVERYBODY) as writer:
        await partitions.ensure(writer, started_at.date())
    async with database.write(EVERYBODY) as writer:
        if await uploads.lock_upload(writer, upload["project_id"], upload["upload_id"]) not in _WAITING:
            return
        found = await parts.find_run(writer, upload["project_id"], said) if report.kind is Kind.FUNCTIONAL else None
        take = _join(writer, upload, report, started_at, found) if found else _begin(writer, upload, report, started_at)
        context = await take
        if report.format in registry.KEYWORDS:
            await jobs.add_count_keywords(writer, context.run.project_id, context.run.run_id, upload["request_id"])
        await uploads.save_stored(writer, upload["project_id"], upload["upload_id"], context.run.run_id)
        await _announce(writer, upload, context, "run.changed" if found else "run.stored")
        writer.at_end(lambda: intake.add_stored(writer, report.format, laps))


async def _begin(writer: Writer, upload: Row, report: Report, started_at: datetime) -> Context:
    """Make the upload a run of its own, or the first part of one."""
    run = await runs.take_number(writer, upload["project_id"], started_at)
    said = msgspec.convert(upload["metadata"], Metadata)
    metadata = said if said.name else msgspec.structs.replace(said, name=report.name)
    context = await _prepare(writer, upload, report, metadata, run)
    comparison = await _SAVERS[report.kind](writer, context)
    ran = (result.duration_ms for result in report.results if result.status is not Status.SKIPPED)
    judgement = _judge(context, comparison, histogram.build(ran))
    await runs.add_run(writer, run, upload["upload_id"], report, context.metadata, judgement)
    await runs.add_log(writer, run, report)
    await totals.add_day_total(writer, run.project_id, run.run_id)
    told = message.build(report, context.metadata, _subject(upload, context), comparison)
    await _notify(writer, upload, context, told)
    return context


async def _join(writer: Writer, upload: Row, report: Report, started_at: datetime, found: Row) -> Context:
    """Make the upload another part of a run: a shard brings more tests, a rerun further attempts."""
    joined = await joins.join(writer, upload, report, started_at, found, cause.ALGORITHM)
    run = joined.run
    counted = tally.count((chunk.status, chunk.duration_ms) for chunk in joined.chunks)
    whole = msgspec.structs.replace(whole_of.frame(joined.parts), totals=counting.of_counts(counted.counts))
    occurring = {status for status, count in counted.counts.items() if count}
    judged = verdict.judge_tests(occurring, is_complete=whole.is_complete)
    context = await _prepare(writer, upload, whole, whole_of.describe(joined.parts), run, judged)
    changed = await _compare(writer, context, joined.chunks)
    comparison = _comparison(context, changed)
    await totals.drop_day_total(writer, run.project_id, run.run_id)
    judgement = _judge(context, comparison, counted.duration_histogram)
    first = joined.parts[0].upload_id
    await runs.save_run(writer, run, first, whole, context.metadata, judgement, counted.counts, counted.duration_sum_ms)
    await totals.add_day_total(writer, run.project_id, run.run_id)
    if changed.new - joined.was_new or (judged is Verdict.FAILED and found["verdict"] != Verdict.FAILED):
        await _notify(writer, upload, context, await _retell(writer, upload, context, comparison, counted.counts))
    return context


async def _compare(writer: Writer, context: Context, chunks: list[reruns.Counted]) -> changes.Changes[int]:
    """Compare the whole run with its baseline, and note at its results what changed."""
    before = await results.list_bad(writer, context.baseline) if context.baseline else None
    pairs = [pair for chunk in chunks for pair in zip(chunk.numbers, chunk.status, strict=True)]
    bad = {number for number, status in pairs if Status(status).is_bad}
    good = {number for number, status in pairs if status in _GOOD and context.report.is_complete}
    changed = changes.compare(bad, good, before)
    await reruns.save_changes(writer, context.run, changed.new, changed.still)
    return changed


async def _retell(
    writer: Writer, upload: Row, context: Context, comparison: message.Comparison, counts: dict[Status, int]
) -> message.RunMessage:
    """Tell a run anew, with the first of all its failing tests."""
    worst = await reruns.list_worst(writer, context.run, message.ITEMS_TOLD)
    report = msgspec.structs.replace(context.report, results=tuple(result for result, _ in worst))
    news = frozenset(result.digest for result, is_new in worst if is_new)
    comparison = msgspec.structs.replace(comparison, new=news)
    told = message.build(report, context.metadata, _subject(upload, context), comparison)
    bad = sum(count for status, count in counts.items() if status.is_bad)
    return msgspec.structs.replace(told, item_count=bad, flaky=counts[Status.FLAKY])


async def _prepare(
    writer: Writer, upload: Row, report: Report, metadata: Metadata, run: RunKey, judged: Verdict | None = None
) -> Context:
    """Find what to compare the run with."""
    lane = runs.Lane(run.project_id, report.kind, metadata.name, metadata.environment, metadata.branch)
    baseline = await runs.find_baseline(writer, lane, run, upload["default_branch"])
    return Context(
        run=run,
        lane=lane,
        default_branch=upload["default_branch"],
        baseline=baseline,
        report=report,
        metadata=metadata,
        verdict=judged or verdict.judge(report),
    )


def _judge(context: Context, comparison: message.Comparison, duration_histogram: list[int]) -> runs.Judgement:
    return runs.Judgement(
        verdict=context.verdict,
        baseline_run_id=context.baseline and context.baseline.run_id,
        new_failures=comparison.new_failures,
        fixed=comparison.fixed,
        duration_histogram=duration_histogram,
    )


async def _save_functional(writer: Writer, context: Context) -> message.Comparison:
    """Store test results; new are tests that fail but not in the baseline, fixed those that pass but not there."""
    report = context.report
    numbers = await results.save_tests(writer, context.run, report.results)
    before = await results.list_bad(writer, context.baseline) if context.baseline else None
    bad = {numbers[result.digest] for result in report.results if result.status.is_bad}
    good = {numbers[result.digest] for result in report.results if result.status in _GOOD and report.is_complete}
    changed = changes.compare(bad, good, before)
    change_map = results.change_map(changed.new, changed.still)
    await results.save_results(writer, context.run, report.results, numbers, change_map, cause.ALGORITHM)
    new = frozenset(result.digest for result in report.results if numbers[result.digest] in changed.new)
    return _comparison(context, changed, new=new)


async def _save_security(writer: Writer, context: Context) -> message.Comparison:
    """Store findings; of those that count, new are the ones the baseline did not see, fixed the ones only it saw."""
    report = context.report
    numbers = await findings.save_identities(writer, context.run, report.findings)
    seen = await findings.list_seen(writer, context.baseline) if context.baseline else {}
    unseen = [number for number in numbers.values() if number not in seen]
    known = await findings.list_seen_before(writer, context.lane, context.default_branch, context.run, unseen)
    states = {
        number: changes.finding_state(was_in_baseline=number in seen, was_seen_before=number in known)
        for number in numbers.values()
    }
    await findings.save_findings(writer, context.run, report.findings, numbers, states)
    bad = {numbers[item.digest] for item in report.findings if changes.counts(item.severity, item.confidence)}
    gone = seen.keys() - states.keys() if report.is_complete else set[int]()
    before = {number for number, rating in seen.items() if changes.counts(*rating)} if context.baseline else None
    changed = changes.compare(bad, gone, before)
    new = frozenset(finding.digest for finding in report.findings if numbers[finding.digest] in changed.new)
    return _comparison(context, changed, new=new)


async def _save_load(writer: Writer, context: Context) -> message.Comparison:
    """Store what a load test measured; new are thresholds missed here and not in the baseline."""
    report = context.report
    await load.save_load(writer, context.run, report)
    before = await load.list_missed(writer, context.baseline) if context.baseline else None
    missed = {(item.metric, item.expression) for item in report.thresholds if not item.is_met}
    met = {(item.metric, item.expression) for item in report.thresholds if item.is_met and report.is_complete}
    changed = changes.compare(missed, met, before)
    return _comparison(context, changed, new_thresholds=changed.new)


_SAVERS: dict[Kind, Callable[[Writer, Context], Awaitable[message.Comparison]]] = {
    Kind.FUNCTIONAL: _save_functional,
    Kind.SECURITY: _save_security,
    Kind.LOAD: _save_load,
}


def _comparison(
    context: Context,
    changed: changes.Changes[Any],
    *,
    new: frozenset[bytes] = frozenset(),
    new_thresholds: frozenset[tuple[str, str]] = frozenset(),
) -> message.Comparison:
    return message.Comparison(
        new=new,
        new_thresholds=new_thresholds,
        new_failures=len(changed.new),
        fixed=len(changed.fixed),
        baseline_number=context.baseline and context.baseline.number,
    )


def _subject(upload: Row, context: Context) -> message.Subject:
    run = context.run
    return message.Subject(
        project_slug=upload["project_slug"],
        project_name=upload["project_name"],
        run_id=identifiers.pack(run.project_id, run.run_id),
        number=run.number,
        verdict=context.verdict,
        started_at=run.started_at,
        request_id=upload["request_id"],
    )


async def _notify(writer: Writer, upload: Row, context: Context, told: message.RunMessage) -> None:
    """Note who is to be told about the run; a worker sends it once the run is there."""
    said = msgspec.convert(upload["metadata"], Metadata)
    rules = message.rules_met(told, said, is_sample=upload["is_sample"], now=clock.now())
    run = context.run
    await deliveries.add_deliveries(writer, run.project_id, run.run_id, upload["upload_id"], told, rules)


async def _announce(writer: Writer, upload: Row, context: Context, event: str) -> None:
    """Tell open browsers that there is a run more, or more in a run."""
    data: dict[str, object] = {
        "run_id": identifiers.pack(context.run.project_id, context.run.run_id),
        "number": context.run.number,
        "project": upload["project_slug"],
        "kind": context.report.kind,
        "verdict": context.verdict,
    }
    for topic in (f"project:{upload['project_slug']}", "projects"):
        await events.publish(writer, upload["org_id"], topic, event, data, project_id=context.run.project_id)
