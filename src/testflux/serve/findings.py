"""Findings of a scan."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.kit import identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import Confidence, Severity
from testflux.serve import cached, declare, doors, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.findings import (
    FindingDetail,
    FindingIdentity,
    FindingInstance,
    FindingItem,
    FindingMoment,
    FindingPage,
    FindingRun,
)
from testflux.store import database, run_findings, run_list

_HISTORY = 30


@get(
    "/runs/{run_id:str}/findings",
    **declare.route("listFindings", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_findings(
    request: Request[Any, Any, Any],
    run_id: FromPath[str],
    finding_filter: NamedDependency[run_findings.FindingFilter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[FindingPage]:
    """List the findings of a run, most severe first; `state=fixed` lists what only the baseline had."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_findings.list_findings(reader, run, finding_filter, page.offset, page.limit + 1)
    items = [shape(run, row) for row in rows[: page.limit]]
    return cached.answer(request, FindingPage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get("/runs/{run_id:str}/findings/{finding_id:str}", **declare.route("getFinding", Permission.PROJECT_READ, 404))
async def get_finding(
    run_id: FromPath[str],
    finding_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> FindingDetail:
    """Answer one finding with its places and its history in the lane."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        project_id = run["project_id"]
        finding_no = doors.number_in(project_id, finding_id)
        row = await run_findings.get_finding(reader, run, finding_no)
        rule = await run_findings.get_rule(reader, project_id, row["rule"])
        places = await run_findings.list_occurrences(reader, run, finding_no)
        lane = await run_list.list_lane(reader, run, _HISTORY)
        seen = await run_findings.list_sightings(reader, project_id, finding_no, lane)
    return FindingDetail(
        **_fields(run, row),
        description=rule["description"],
        solution=rule["solution"],
        references=rule["reference_urls"],
        tags=rule["tags"],
        wasc=rule["wasc"],
        instances=[FindingInstance(**place) for place in places],
        history=[_moment(project_id, scan, seen.get(scan["run_id"])) for scan in reversed(lane)],
        identity=FindingIdentity(**{name: row[name] for name in FindingIdentity.__struct_fields__}),
    )


def shape(run: database.Row, row: database.Row) -> FindingItem:
    """Shape a finding as lists show it; `run` is the scan it is looked at from."""
    return FindingItem(**_fields(run, row))


def _fields(run: database.Row, row: database.Row) -> dict[str, Any]:
    project_id = run["project_id"]
    same = ("rule", "name", "origin", "method", "template", "param", "state", "occurrences", "count", "cwe")
    return {name: row[name] for name in same} | {
        "finding_id": identifiers.pack(project_id, row["finding_no"]),
        "severity": Severity(row["severity"]).label,
        "confidence": Confidence(row["confidence"]).label,
        "first_seen_at": row["first_seen_at"],
        "first_seen_run": FindingRun(id=identifiers.pack(project_id, row["first_run_id"]), number=row["first_number"]),
        "age_days": max(0, (run["started_at"] - row["first_seen_at"]).days),
    }


def _moment(project_id: int, scan: database.Row, severity: int | None) -> FindingMoment:
    return FindingMoment(
        run_id=identifiers.pack(project_id, scan["run_id"]),
        number=scan["number"],
        started_at=scan["started_at"],
        seen=severity is not None,
        severity=None if severity is None else Severity(severity).label,  # pyright: ignore[reportArgumentType]  (its words)
    )


ROUTES = [list_findings, get_finding]
