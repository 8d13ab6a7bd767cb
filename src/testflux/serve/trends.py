"""Figures over time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import numpy as np
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import histogram
from testflux.model.access import Actor, Permission
from testflux.serve import cached, declare
from testflux.serve.house import House
from testflux.serve.shapes.trends import LoadPoint, OpenFindings, TrendPoint, Trends
from testflux.store import database, projects, trends

AnyRequest = Request[Any, Any, Any]


@get(
    "/projects/{slug:str}/trends",
    **declare.route("getProjectTrends", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def get_project_trends(
    request: AnyRequest,
    slug: FromPath[str],
    trend_filter: NamedDependency[trends.TrendFilter],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
) -> Response[Trends]:
    """Answer a project's figures over time."""
    return await _answer(request, house, actor, [slug], trend_filter)


@get("/trends", **declare.route("getTrends", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED))
async def get_trends(
    request: AnyRequest,
    trend_filter: NamedDependency[trends.TrendFilter],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    project: Annotated[
        list[str] | None, QueryParameter(max_items=200, description="A slug; repeatable. All projects when absent.")
    ] = None,
) -> Response[Trends]:
    """Answer figures over time, of several projects together."""
    return await _answer(request, house, actor, project, trend_filter)


async def _answer(
    request: AnyRequest, house: House, actor: Actor, slugs: Sequence[str] | None, wanted: trends.TrendFilter
) -> Response[Trends]:
    async with house.database.read(actor.tenant) as reader:
        counts = await projects.list_change_counts(reader, actor.tenant, slugs)
        key = ("trends", wanted, sorted(counts.items()))
        make = functools.partial(_read, reader, list(counts), wanted)
        return await cached.remember(request, house.remembered, key, Trends, make)


async def _read(reader: database.Reader, project_ids: Sequence[int], wanted: trends.TrendFilter) -> Trends:
    totals = await trends.list_totals(reader, project_ids, wanted)
    percentiles = _percentiles(await trends.list_histograms(reader, project_ids, wanted))
    has_scans, has_load = (any(row[kind] for row in totals) for kind in ("scans", "load_tests"))
    findings = _by_start(await trends.list_findings(reader, project_ids, wanted)) if has_scans else {}
    load = _by_start(await trends.list_load(reader, project_ids, wanted)) if has_load else {}
    points = [
        _point(row, percentiles.get(row["start"]), findings.get(row["start"]), load.get(row["start"])) for row in totals
    ]
    return Trends(
        interval=wanted.interval,
        from_=wanted.first_day,
        to=wanted.last_day,
        metric=wanted.metric,
        points=points,
    )


def _percentiles(rows: Sequence[database.Row]) -> dict[date, tuple[float, float]]:
    """Return the 50th and 95th percentile of durations by the start of their bucket."""
    if not rows:
        return {}
    histograms = np.array([row["histogram"] for row in rows])
    pairs = zip(histogram.percentiles(histograms, 0.5), histogram.percentiles(histograms, 0.95), strict=True)
    return dict(zip((row["start"] for row in rows), pairs, strict=True))


def _by_start(rows: Sequence[database.Row]) -> dict[date, database.Row]:
    return {row["start"]: row for row in rows}


def _point(
    row: database.Row, percentiles: tuple[float, float] | None, findings: database.Row | None, load: database.Row | None
) -> TrendPoint:
    ran = row["passed"] + row["failed"] + row["broken"] + row["flaky"]
    p50, p95 = percentiles or (None, None)
    return TrendPoint(
        start=row["start"],
        runs=row["runs"],
        pass_rate=100 * (row["passed"] + row["flaky"]) / ran if ran else None,
        total=ran + row["skipped"],
        passed=row["passed"],
        failed=row["failed"],
        broken=row["broken"],
        skipped=row["skipped"],
        flaky=row["flaky"],
        duration_avg_ms=row["duration_sum_ms"] / ran if ran else None,
        duration_p50_ms=p50,
        duration_p95_ms=p95,
        run_duration_avg_ms=row["run_duration_sum_ms"] / row["runs"] if row["runs"] else None,
        findings=OpenFindings(**_without_start(findings)) if findings else None,
        load=_load(load) if load else None,
    )


def _load(row: database.Row) -> LoadPoint:
    return LoadPoint(
        http_req_duration_avg_ms=row["request_avg"],
        http_req_duration_p95_ms=row["request_p95"],
        vus_max=row["vus_max"],
        iterations=row["iterations"],
        checks_rate=row["checks_rate"],
        value=row["value"],
    )


def _without_start(row: database.Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "start"}


ROUTES = [get_project_trends, get_trends]
