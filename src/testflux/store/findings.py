"""Writing what scans found: a finding is one weakness at one place, seen or not seen in each scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from psycopg.types.json import Jsonb

from testflux.model.report import Finding
from testflux.model.status import Confidence, Severity
from testflux.store import queries
from testflux.store.database import Reader, Writer
from testflux.store.runs import Lane, RunKey

_SQL = queries.load("findings")
_MEMORY = timedelta(days=730)  # bounds how many partitions one question touches


async def save_identities(writer: Writer, run: RunKey, findings: Sequence[Finding]) -> dict[bytes, int]:
    """Return the number of each finding by its digest; new ones are given one, and their rules' texts are kept.

    Needs the project's row locked (`runs.take_number`), as numbers are dense.
    """
    if not findings:
        return {}
    await _save_rules(writer, run, findings)
    values: dict[str, object] = {
        "project_id": run.project_id,
        "digests": [finding.digest for finding in findings],
        "algorithm": findings[0].algorithm,
        "run_id": run.run_id,
        "started_at": run.started_at,
    }
    rows = await writer.all(_SQL["find_findings"], **values)
    numbers: dict[bytes, int] = {row["digest"]: row["finding_no"] for row in rows}
    await writer.run(_SQL["save_seen"], **values)
    fresh = [finding for finding in findings if finding.digest not in numbers]
    if fresh:
        row = await writer.one(_SQL["take_finding_numbers"], project_id=run.project_id, count=len(fresh))
        numbers |= {finding.digest: number for number, finding in enumerate(fresh, row["first"])}
        await _add_findings(writer, run, fresh, numbers)
    return numbers


async def list_seen(reader: Reader, run: RunKey) -> dict[int, tuple[Severity, Confidence]]:
    """Return what a scan saw: severity and confidence by finding number."""
    rows = await reader.all(_SQL["list_seen"], project_id=run.project_id, run_day=run.run_day, run_id=run.run_id)
    return {row["finding_no"]: (Severity(row["severity"]), Confidence(row["confidence"])) for row in rows}


async def list_seen_before(
    reader: Reader, lane: Lane, default_branch: str, run: RunKey, numbers: Sequence[int]
) -> set[int]:
    """Return those of some findings that an earlier scan of the lane (or of its default branch) saw, for two years."""
    rows = await reader.all(
        _SQL["list_seen_before"],
        project_id=lane.project_id,
        name=lane.name,
        environment=lane.environment,
        branches=[lane.branch, default_branch],
        started_at=run.started_at,
        run_day=run.run_day,
        since=run.run_day - _MEMORY,
        numbers=list(numbers),
    )
    return {row["finding_no"] for row in rows}


async def save_findings(
    writer: Writer, run: RunKey, findings: Sequence[Finding], numbers: Mapping[bytes, int], states: Mapping[int, str]
) -> None:
    """Write down what a scan saw. `states` has new, existing or reopened by finding number."""
    await writer.copy(
        "finding_seen",
        ("project_id", "run_day", "run_id", "finding_no", "severity", "confidence", "state", "count", "occurrences"),
        ("int8", "date", "int8", "int8", "int2", "int2", "text", "int4", "jsonb"),
        (
            (
                run.project_id,
                run.run_day,
                run.run_id,
                numbers[finding.digest],
                finding.severity,
                finding.confidence,
                states[numbers[finding.digest]],
                finding.count,
                Jsonb(tuple(finding.occurrences)),
            )
            for finding in sorted(findings, key=lambda finding: numbers[finding.digest])
        ),
    )


async def _save_rules(writer: Writer, run: RunKey, findings: Sequence[Finding]) -> None:
    rules = {finding.rule: finding for finding in findings}
    await writer.run(_SQL["make_new_rule"])
    await writer.copy(
        "new_rule",
        ("rule", "name", "cwe", "wasc", "description", "solution", "reference_urls", "tags"),
        ("text", "text", "int4", "int4", "text", "text", "text[]", "jsonb"),
        (
            (
                rule,
                finding.name,
                finding.cwe,
                finding.wasc,
                finding.description,
                finding.solution,
                list(finding.references),
                Jsonb(finding.tags),
            )
            for rule, finding in rules.items()
        ),
    )
    await writer.run(_SQL["save_rules"], project_id=run.project_id)


async def _add_findings(writer: Writer, run: RunKey, fresh: Sequence[Finding], numbers: Mapping[bytes, int]) -> None:
    await writer.copy(
        "finding",
        (
            *(
                "project_id",
                "finding_no",
                "digest",
                "algorithm",
                "rule",
                "name",
                "origin",
                "method",
                "template",
                "param",
            ),
            *("first_run_id", "first_seen_at", "last_seen_at"),
        ),
        ("int8", "int8", "bytea", *["text"] * 7, "int8", "timestamptz", "timestamptz"),
        (
            (
                run.project_id,
                numbers[finding.digest],
                finding.digest,
                finding.algorithm,
                finding.rule,
                finding.name,
                finding.origin,
                finding.method,
                finding.template,
                finding.param,
                run.run_id,
                run.started_at,
                run.started_at,
            )
            for finding in fresh
        ),
    )
