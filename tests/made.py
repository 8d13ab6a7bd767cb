"""Reports made by hand, and a project that they arrive in: for tests of what is behind the parsers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import msgspec

from testflux import pipeline
from testflux.kit import hashing
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawLogMessage, Tool
from testflux.model.report import (
    Attempt,
    Check,
    Finding,
    Metric,
    Occurrence,
    Report,
    Result,
    Series,
    TestKey,
    Threshold,
)
from testflux.model.run import Metadata
from testflux.model.status import Confidence, Kind, Severity, Status
from testflux.store import database as door
from testflux.store import intake, uploads
from testflux.store.blobs import Blobs

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
_keys = itertools.count()

P, F, B, S, Y = Status.PASSED, Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.FLAKY


def result(
    name: str,
    status: Status = P,
    message: str = "",
    *,
    duration_ms: int = 100,
    attempts: Sequence[Attempt] = (),
    evidence: tuple[int, int] | None = None,
    tags: Sequence[str] = (),
    suite: Sequence[str] = ("Shop",),
) -> Result:
    """Make a result; a bad one has its message as its cause."""
    line = message or "No message"
    return Result(
        TestKey(tuple(suite), name),
        hashing.digest((name, *suite)),
        status,
        duration_ms,
        message,
        tags=tuple(tags),
        attempts=tuple(attempts),
        evidence=evidence,
        fingerprint=hashing.digest((line,)) if status.is_bad else None,
        cause=line if status.is_bad else "",
    )


def functional(*results: Result, is_complete: bool = True, log: Sequence[RawLogMessage] = ()) -> Report:
    """Make a report of tests."""
    totals: dict[str, int | dict[str, int]] = {"total": len(results)}
    return _report(Kind.FUNCTIONAL, totals, results=results, is_complete=is_complete, log=tuple(log))


def outcomes(**statuses: Status) -> Report:
    """Make a report of tests by name: `outcomes(login=P, logout=F)`."""
    return functional(*(result(name, status, "broke" if status.is_bad else "") for name, status in statuses.items()))


def finding(
    name: str,
    severity: Severity = Severity.MEDIUM,
    confidence: Confidence = Confidence.MEDIUM,
    *,
    description: str = "",
    evidence: str = "",
) -> Finding:
    """Make a finding at a place named after it."""
    uri = f"https://shop.example/{name}"
    return Finding(
        hashing.digest((name,)),
        "finding/1",
        rule="10000",
        name=name,
        severity=severity,
        confidence=confidence,
        origin="https://shop.example",
        method="GET",
        template=f"/{name}",
        param="",
        occurrences=(Occurrence(uri, "GET", "", "", evidence, ""),),
        count=1,
        description=description,
    )


def scan(*findings: Finding, is_complete: bool = True) -> Report:
    """Make a report of a scan of one site."""
    totals: dict[str, int | dict[str, int]] = {"findings": len(findings)}
    return _report(Kind.SECURITY, totals, findings=findings, sites=("https://shop.example",), is_complete=is_complete)


def load_test(
    *thresholds: Threshold,
    metrics: Sequence[Metric] = (),
    checks: Sequence[Check] = (),
    series: Sequence[Series] = (),
    is_complete: bool = True,
) -> Report:
    """Make a report of a load test; without metrics it has one."""
    measured = tuple(metrics) or (Metric("http_req_duration", "", "trend", "time", {"avg": 12.5, "p95": 30.0}),)
    totals: dict[str, int | dict[str, int]] = {"thresholds": len(thresholds)}
    return _report(
        Kind.LOAD,
        totals,
        metrics=measured,
        thresholds=thresholds,
        checks=tuple(checks),
        series=tuple(series),
        is_complete=is_complete,
    )


def threshold(metric: str, *, is_met: bool) -> Threshold:
    """Make a threshold of p(95) below 500 ms."""
    return Threshold(metric, "p(95)<500", is_met, 400.0 if is_met else 600.0, 500.0, 0.2 if is_met else -0.2)


def _report(kind: Kind, totals: dict[str, int | dict[str, int]], **more: object) -> Report:
    values: dict[str, object] = {
        "format": f"made-{kind}",
        "kind": kind,
        "tool": Tool("Maker", "1.0"),
        "started_at": NOON,
        "duration_ms": 1000,
        "is_complete": True,
        "local_times": False,
        "warnings": (),
        "totals": totals,
        **more,
    }
    return Report(**values)  # pyright: ignore[reportArgumentType]


class Project:
    """A project in a database of its own organisation, where made reports arrive as parsed ones do."""

    def __init__(self, database: door.Database, project_id: int) -> None:
        self.database = database
        self.project_id = project_id

    async def arrive(self, report: Report, at: datetime | None = None, **said: object) -> door.Row:
        """Store a report as a run and return the run's row. `at` is when it started."""
        if at is not None:
            report = msgspec.structs.replace(report, started_at=at)
        upload_id = await self.upload(msgspec.convert(said, Metadata))
        async with self.database.read(EVERYBODY) as reader:
            upload = await uploads.get_upload(reader, self.project_id, upload_id)
        await pipeline._store(self.database, upload, report, intake.Laps(0))  # noqa: SLF001
        rows = await self.rows(
            "select r.* from run r join run_part p using (project_id, run_id) "
            "where project_id = %(project_id)s and p.upload_id = %(id)s",
            id=upload_id,
        )
        return rows[0]

    async def upload(self, metadata: Metadata = Metadata()) -> int:  # noqa: B008
        """Add an upload whose file nobody will read."""
        new = uploads.NewUpload(
            project_id=self.project_id,
            key=hashing.digest(("made", str(next(_keys)))),
            file_name="made.xml",
            size_bytes=1,
            metadata=metadata,
        )
        async with self.database.write(EVERYBODY) as writer:
            upload_id, _ = await uploads.add_upload(writer, new)
        return upload_id

    async def rows(self, query: str, **values: object) -> list[door.Row]:
        """Ask the database."""
        async with self.database.read(EVERYBODY) as reader:
            return await reader.all(query, project_id=self.project_id, **values)

    async def count(self, table: str) -> int:
        """Count the rows of the project in a table."""
        (row,) = await self.rows(f"select count(*) from {table} where project_id = %(project_id)s")  # noqa: S608
        return row["count"]


async def make_project(database: door.Database, slug: str = "shop", *, is_sample: bool = False) -> Project:
    """Add a project (and the organisation, when it is the first)."""
    async with database.write(EVERYBODY) as writer:
        await writer.run("insert into org (slug, name) select 'main', 'Main' where not exists (select from org)")
        row = await writer.one(
            "insert into project (org_id, slug, name, is_sample) values (1, %(slug)s, 'Shop', %(is_sample)s) "
            "returning project_id",
            slug=slug,
            is_sample=is_sample,
        )
    return Project(database, row["project_id"])


def read(blobs: Blobs, digest: bytes) -> bytes:
    """Read a blob whole."""
    with blobs.open(digest) as file:
        return file.read()


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """Hand out bytes as a request does."""
    for part in parts:
        yield part


async def list_files(blobs: Blobs) -> list[bytes]:
    """Return the digests of all files in a blob store."""
    return [digest async for page in blobs.list_older(-60) for digest in page]
