"""Runs."""

from __future__ import annotations

import functools
from typing import Any, Final

from litestar import Request, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.kit import identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import Kind, Verdict
from testflux.notify import headline
from testflux.serve import cached, declare, doors, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.projects import ProjectRef
from testflux.serve.shapes.runs import (
    LoadFigures,
    LogItem,
    LogPage,
    ReportWarning,
    Run,
    RunDetail,
    RunFile,
    RunPage,
    RunRef,
    RunSmall,
    StripCell,
    ToolRef,
)
from testflux.store import audit, blobs, database, parts, removal, run_list, uploads

STRIP = 30
_KINDS: Final = {kind.value: kind for kind in Kind}
_VERDICTS: Final = {verdict.value: verdict for verdict in Verdict}
AnyRequest = Request[Any, Any, Any]


@get("/projects/{slug:str}/runs", **declare.route("listProjectRuns", Permission.PROJECT_READ, 404))
async def list_project_runs(
    slug: FromPath[str],
    run_filter: NamedDependency[run_list.RunFilter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> RunPage:
    """List the runs of a project."""
    return await _list(database, actor, slug, run_filter, page)


@get("/runs", **declare.route("listRuns", Permission.PROJECT_READ))
async def list_runs(
    run_filter: NamedDependency[run_list.RunFilter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> RunPage:
    """List the runs of all projects."""
    return await _list(database, actor, None, run_filter, page)


@get(
    "/runs/{run_id:str}",
    **declare.route("getRun", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def get_run(
    request: AnyRequest,
    run_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[RunDetail]:
    """Answer one run with its neighbours in its lane."""
    async with database.read(actor.tenant) as reader:
        row = await doors.open_run(reader, actor, run_id)
        lane = await run_list.list_lane(reader, row, STRIP)
        following = await run_list.find_next(reader, row)
        files = await parts.list_files(reader, row["project_id"], row["run_id"])
    project_id = row["project_id"]
    shown = [_file(project_id, file) for file in files]
    detail = RunDetail(
        **fields(row),
        upload=shown[0],
        parts=shown,
        previous=small(project_id, lane[1]) if len(lane) > 1 else None,
        next=small(project_id, following) if following else None,
        strip=strip(project_id, lane),
    )
    return cached.answer(request, detail)


@delete("/runs/{run_id:str}", **declare.route("dropRun", Permission.RUN_DELETE, 404))
async def drop_run(
    run_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    blobs: NamedDependency[blobs.Blobs],
) -> None:
    """Remove a run with everything in it, its file included. This cannot be undone."""
    async with database.write(actor.tenant) as writer:
        row = await doors.open_run(writer, actor, run_id)
        digests = await removal.drop_run(writer, row["project_id"], row["run_id"])
        before = {name: row[name] for name in ("name", "kind", "environment", "branch", "started_at", "verdict")}
        target = audit.Target("run", run_id, f"#{row['number']}")
        audit.note(writer, actor.org_id, "run.remove", target, project_id=row["project_id"], before=before)
    await uploads.drop_unused_blobs(database, blobs, digests)


@get(
    "/runs/{run_id:str}/suite-log",
    **declare.route("listRunLog", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_run_log(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[LogPage]:
    """List the execution errors and warnings of a run."""
    async with database.read(actor.tenant) as reader:
        row = await doors.open_run(reader, actor, run_id)
        found = await run_list.list_log(reader, row, page.offset, page.limit + 1)
    items = [_log_item(row["project_id"], entry) for entry in found[: page.limit]]
    return cached.answer(request, LogPage(items=items, next_cursor=paging.next_offset(page, len(found))))


def _log_item(project_id: int, entry: database.Row) -> LogItem:
    return LogItem(
        level=entry["level"],
        text=entry["text"],
        at=entry["logged_at"],
        is_html=entry["is_html"],
        test_id=None if entry["test_no"] is None else identifiers.pack(project_id, entry["test_no"]),
        test_name=entry["test_name"],
    )


def _file(project_id: int, file: database.Row) -> RunFile:
    upload_id = identifiers.pack(project_id, file["upload_id"])
    return RunFile(
        id=upload_id,
        file_name=file["file_name"],
        size_bytes=file["size_bytes"],
        download_url=f"/api/v1/uploads/{upload_id}/file" if file["blob_digest"] is not None else None,
        dropped_at=file["files_dropped_at"],
        started_at=file["started_at"],
    )


async def _list(
    database: database.Database, actor: Actor, slug: str | None, wanted: run_list.RunFilter, page: Page
) -> RunPage:
    async with database.read(actor.tenant) as reader:
        place = page.after(run_list.Place)
        rows = await run_list.list_runs_of(reader, actor.tenant, slug, wanted, place, page.limit + 1)
    shown, more = paging.cut(rows, page.limit)
    cursor = paging.place(*(shown[-1][name] for name in ("sort_key", "project_id", "run_id"))) if more else None
    return RunPage(items=[shape(row) for row in shown], next_cursor=cursor)


def shape(row: database.Row) -> Run:
    """Shape a run as lists show it."""
    return Run(**fields(row))


def fields(row: database.Row) -> dict[str, Any]:
    """Return the fields of a run."""
    ran = row["passed"] + row["failed"] + row["broken"] + row["flaky"]
    return {
        **ref_fields(row["project_id"], row),
        "project": _project(row["project_slug"], row["project_name"]),
        "format": row["format"],
        "tool": _tool(row["tool_name"], row["tool_version"]),
        "pull_request": row["pull_request"],
        "ci_provider": row["ci_provider"],
        "build_url": row["build_url"],
        "labels": row["labels"],
        "duration_ms": row["duration_ms"],
        "complete": row["is_complete"],
        "local_times": row["local_times"],
        "totals": row["totals"],
        "pass_rate": 100 * (row["passed"] + row["flaky"]) / ran if ran else None,
        "new_failures": row["new_failures"],
        "fixed": row["fixed"],
        "baseline": _baseline(row),
        "warnings": [ReportWarning(**warning) for warning in row["warnings"]],
        "created_at": row["created_at"],
        "headline": _headline(row),
        "is_sample": row["is_sample"],
        "starred": row["is_starred"],
        "rows_dropped_at": row["rows_dropped_at"],
        "load": _load(row) if row["kind"] == Kind.LOAD else None,
    }


@functools.lru_cache(maxsize=1000)
def _project(slug: str, name: str) -> ProjectRef:
    return ProjectRef(slug=slug, name=name)


@functools.lru_cache(maxsize=1000)
def _tool(name: str, version: str) -> ToolRef:
    return ToolRef(name=name, version=version)


def ref_fields(project_id: int, row: database.Row) -> dict[str, Any]:
    """Return the fields that tell a run from others."""
    identifier = identifiers.pack(project_id, row["run_id"])
    return {
        "id": identifier,
        "number": row["number"],
        "kind": _KINDS[row["kind"]],
        "verdict": _VERDICTS[row["verdict"]],
        "name": row["name"],
        "branch": row["branch"],
        "commit": row["commit_sha"],
        "environment": row["environment"],
        "type": row["test_type"],
        "started_at": row["started_at"],
        "url": f"/runs/{identifier}",
    }


def ref(row: database.Row) -> RunRef:
    """Shape a run with what tells it from others."""
    return RunRef(**ref_fields(row["project_id"], row))


def small(project_id: int, row: database.Row) -> RunSmall:
    """Shape a run by name only."""
    return RunSmall(id=identifiers.pack(project_id, row["run_id"]), number=row["number"])


def strip(project_id: int, rows: list[database.Row]) -> list[StripCell]:
    """Shape a history strip from runs, newest first, into cells, old to new."""
    return [
        StripCell(
            id=identifiers.pack(project_id, row["run_id"]),
            number=row["number"],
            verdict=_VERDICTS[row["verdict"]],
            kind=_KINDS[row["kind"]],
            started_at=row["started_at"],
        )
        for row in reversed(rows)
    ]


def _baseline(row: database.Row) -> RunSmall | None:
    if row["baseline_run_id"] is None:
        return None
    identifier = identifiers.pack(row["project_id"], row["baseline_run_id"])
    return RunSmall(id=identifier, number=row["baseline_number"])


def _headline(row: database.Row) -> str:
    return headline.sentence(
        headline.Facts(
            kind=_KINDS[row["kind"]],
            verdict=_VERDICTS[row["verdict"]],
            totals=row["totals"],
            new_failures=row["new_failures"],
            fixed=row["fixed"],
            baseline_number=row["baseline_number"],
            flaky=row["flaky"],
        )
    )


def _load(row: database.Row) -> LoadFigures:
    return LoadFigures(
        http_req_duration_avg_ms=row["request_avg"],
        http_req_duration_p95_ms=row["request_p95"],
        vus_max=row["vus_max"],
        iterations=row["iterations"],
        checks_rate=row["checks_rate"],
        requests=row["requests"],
    )


ROUTES = [list_project_runs, list_runs, get_run, drop_run, list_run_log]
