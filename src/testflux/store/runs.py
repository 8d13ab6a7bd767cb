"""Runs: one row each, written once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import msgspec
from psycopg.types.json import Jsonb

from testflux.model.raw import RawLogMessage
from testflux.model.report import Report
from testflux.model.run import Metadata
from testflux.model.status import Kind, Severity, Status, Verdict
from testflux.store import histograms, queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("runs")
_FIND_TESTS = queries.load("results")["find_tests"]


class RunKey(msgspec.Struct, frozen=True):
    """What every row of a run carries. `number` is for people."""

    project_id: int
    run_id: int
    number: int
    started_at: datetime

    @property
    def run_day(self) -> date:
        """The UTC day of its start: the partition key."""
        return self.started_at.astimezone(UTC).date()


def key_of(row: Row) -> RunKey:
    """Return the key of a run's row."""
    return RunKey(row["project_id"], row["run_id"], row["number"], row["started_at"])


class Lane(msgspec.Struct, frozen=True):
    """Which runs are compared with each other."""

    project_id: int
    kind: Kind
    name: str
    environment: str
    branch: str


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about a run when it arrived."""

    verdict: Verdict
    baseline_run_id: int | None
    new_failures: int
    fixed: int
    duration_histogram: list[int]


async def take_number(writer: Writer, project_id: int, started_at: datetime) -> RunKey:
    """Give a new run its number and id. Other runs of the project wait here until this transaction ends."""
    row = await writer.one(_SQL["take_number"], project_id=project_id)
    return RunKey(project_id, row["run_id"], row["number"], started_at)


async def find_baseline(reader: Reader, lane: Lane, run: RunKey, default_branch: str) -> RunKey | None:
    """Return the run to compare with, None when there is none.

    It is the newest earlier run of the lane that was read whole and held something; of the default branch when the
    lane's own branch has none. Earlier is by start, so history uploaded late is compared with what came before it.
    """
    for branch in dict.fromkeys((lane.branch, default_branch)):
        row = await reader.find(
            _SQL["find_baseline"],
            project_id=lane.project_id,
            kind=lane.kind,
            name=lane.name,
            environment=lane.environment,
            branch=branch,
            started_at=run.started_at,
            run_id=run.run_id,
        )
        if row:
            return RunKey(lane.project_id, row["run_id"], row["number"], row["started_at"])
    return None


async def add_run(
    writer: Writer, run: RunKey, upload_id: int, report: Report, metadata: Metadata, judgement: Judgement
) -> None:
    """Write the run down, with the counters that trends add up."""
    await writer.run(
        _SQL["add_run"],
        project_id=run.project_id,
        run_id=run.run_id,
        number=run.number,
        upload_id=upload_id,
        started_at=run.started_at,
        run_day=run.run_day,
        **_said(metadata),
        **_read(report),
        **_judged(judgement),
        **_count_results(report),
        **_count_findings(report),
    )


async def save_run(
    writer: Writer,
    run: RunKey,
    upload_id: int,
    report: Report,
    metadata: Metadata,
    judgement: Judgement,
    counts: Mapping[Status, int],
    duration_sum_ms: int,
) -> None:
    """Write a run down anew after another part of it arrived; `report` is the whole, its tests in `counts`."""
    await writer.run(
        _SQL["save_run"],
        project_id=run.project_id,
        run_id=run.run_id,
        upload_id=upload_id,
        started_at=run.started_at,
        run_day=run.run_day,
        **_said(metadata),
        **_read(report),
        **_judged(judgement),
        **_counted(counts),
        duration_sum_ms=duration_sum_ms,
    )


async def find_file(reader: Reader, project_id: int, run_id: int) -> Row | None:
    """Return a run's report: its format, blob_digest and size_bytes; None when the run is gone."""
    return await reader.find(_SQL["find_file"], project_id=project_id, run_id=run_id)


async def add_log(writer: Writer, run: RunKey, report: Report, part_no: int = 0) -> None:
    """Write down a part's execution errors and warnings, each with its test; the tests are written down before."""
    if not report.log:
        return
    numbers = await _find_loggers(writer, run, report)
    await writer.copy(
        "run_log",
        ("project_id", "run_id", "part_no", "position", "level", "text", "is_html", "logged_at", "test_no"),
        ("int8", "int8", "int2", "int4", "text", "text", "bool", "timestamptz", "int4"),
        (
            (run.project_id, run.run_id, part_no, position, *_line(entry), numbers.get(entry.test))
            for position, entry in enumerate(report.log)
        ),
    )


async def _find_loggers(writer: Writer, run: RunKey, report: Report) -> dict[tuple[str, ...], int]:
    """Return the numbers of the tests that the log names, by path; of equal names the first one's."""
    named = {entry.test for entry in report.log if entry.test}
    digests: dict[bytes, tuple[str, ...]] = {}
    for result in report.results:
        path = (*result.key.suite, result.key.name)
        if path in named:
            named.discard(path)
            digests[result.digest] = path
    if not digests:
        return {}
    moment = {"run_day": run.run_day, "started_at": run.started_at}
    rows = await writer.all(_FIND_TESTS, project_id=run.project_id, digests=list(digests), **moment)
    return {digests[row["digest"]]: row["test_no"] for row in rows}


def _line(entry: RawLogMessage) -> tuple[object, ...]:
    return entry.level, entry.text, entry.is_html, entry.at


def _said(metadata: Metadata) -> dict[str, object]:
    return {
        "name": metadata.name,
        "environment": metadata.environment,
        "test_type": metadata.type,
        "branch": metadata.branch,
        "commit_sha": metadata.commit,
        "pull_request": metadata.pull_request,
        "ci_provider": metadata.ci_provider,
        "build_url": metadata.build_url,
        "build_key": metadata.build_key,
        "labels": Jsonb(metadata.labels),
    }


def _read(report: Report) -> dict[str, object]:
    return {
        "kind": report.kind,
        "format": report.format,
        "tool_name": report.tool.name,
        "tool_version": report.tool.version,
        "duration_ms": report.duration_ms,
        "is_complete": report.is_complete,
        "local_times": report.local_times,
        "warnings": Jsonb(report.warnings),
        "totals": Jsonb(report.totals),
    }


def _judged(judgement: Judgement) -> dict[str, object]:
    return {
        "verdict": judgement.verdict,
        "baseline_run_id": judgement.baseline_run_id,
        "new_failures": judgement.new_failures,
        "fixed": judgement.fixed,
        "duration_histogram": histograms.pack(judgement.duration_histogram),
    }


def _count_results(report: Report) -> dict[str, object]:
    counts = dict.fromkeys(Status, 0)
    duration_sum_ms = 0
    for result in report.results:
        counts[result.status] += 1
        if result.status is not Status.SKIPPED:
            duration_sum_ms += result.duration_ms
    return {**_counted(counts), "duration_sum_ms": duration_sum_ms}


def _counted(counts: Mapping[Status, int]) -> dict[str, object]:
    return {status.label: count for status, count in counts.items()}


def _count_findings(report: Report) -> dict[str, object]:
    counts = dict.fromkeys(Severity, 0)
    for finding in report.findings:
        counts[finding.severity] += 1
    return {
        "findings_high": counts[Severity.CRITICAL] + counts[Severity.HIGH],
        "findings_medium": counts[Severity.MEDIUM],
        "findings_low": counts[Severity.LOW],
        "findings_info": counts[Severity.INFORMATIONAL],
    }
