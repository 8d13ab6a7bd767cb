"""Reading the findings of one scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from testflux.kit import errors, query
from testflux.store import queries
from testflux.store.database import Reader, Row

_SQL = queries.load("run_findings")


class FindingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are wanted; None does not narrow, except that without `states` what is gone is left out."""

    severities: list[int] | None = None
    states: list[str] | None = None
    query: query.Query = query.Query()
    finding_no: int | None = None


async def list_findings(reader: Reader, run: Row, wanted: FindingFilter, offset: int, limit: int) -> list[Row]:
    """List findings of a scan; `found` counts all that match. What the baseline saw and this scan did not is `fixed`.

    A scan that broke off cannot tell: there it is `not_seen`.
    """
    return await reader.all(
        _SQL["list_findings"],
        **_of(run),
        baseline_run_id=run["baseline_run_id"],
        baseline_day=run["baseline_day"],
        gone="fixed" if run["is_complete"] else "not_seen",
        finding_no=wanted.finding_no,
        severities=wanted.severities,
        states=wanted.states,
        rules=wanted.query.any_of("rule"),
        methods=wanted.query.any_of("method"),
        params=wanted.query.any_of("param"),
        patterns=wanted.query.patterns,
        offset=offset,
        limit=limit,
    )


async def get_finding(reader: Reader, run: Row, finding_no: int) -> Row:
    """Return one finding as this scan, or its baseline, saw it; NotFoundError when neither did."""
    rows = await list_findings(reader, run, FindingFilter(finding_no=finding_no), 0, 1)
    if not rows:
        message = f"Run #{run['number']} has no such finding."
        raise errors.NotFoundError(message, hint="Open it from a scan that saw it.", code="finding-not-found")
    return rows[0]


async def get_rule(reader: Reader, project_id: int, rule: str) -> Row:
    """Return a rule's texts: cwe, wasc, description, solution, reference_urls, tags."""
    return await reader.one(_SQL["get_rule"], project_id=project_id, rule=rule)


async def list_occurrences(reader: Reader, run: Row, finding_no: int) -> list[dict[str, str]]:
    """List where a finding was seen: in this scan, else in its baseline."""
    row = await reader.find(_SQL["find_occurrences"], **_of(run), finding_no=finding_no)
    if row is None and run["baseline_run_id"] is not None:
        there = {"project_id": run["project_id"], "run_id": run["baseline_run_id"], "run_day": run["baseline_day"]}
        row = await reader.find(_SQL["find_occurrences"], **there, finding_no=finding_no)
    return row["occurrences"] if row else []


async def list_sightings(reader: Reader, project_id: int, finding_no: int, runs: Sequence[Row]) -> dict[int, int]:
    """Tell in which of these scans the finding was seen: severity by run_id."""
    days = [run["run_day"] for run in runs]
    rows = await reader.all(
        _SQL["list_sightings"],
        project_id=project_id,
        finding_no=finding_no,
        first_day=min(days),
        last_day=max(days),
        run_ids=[run["run_id"] for run in runs],
    )
    return {row["run_id"]: row["severity"] for row in rows}


def _of(run: Row) -> dict[str, Any]:
    return {"project_id": run["project_id"], "run_id": run["run_id"], "run_day": run["run_day"]}
