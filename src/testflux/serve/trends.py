"""Figures over time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
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
    findings = await trends.list_findings(reader, project_ids, wanted) if totals.has_scans else []
    load = await trends.list_load(reader, project_ids, wanted) if totals.has_load_tests else []
    open_findings = {row.pop("start"): OpenFindings(**row) for row in findings}
    figures = {row["start"]: _load(row) for row in load}
    columns = _count(totals) | {
        "findings": [open_findings.get(start) for start in totals.starts],
        "load": [figures.get(start) for start in totals.starts],
    }
    return Trends(
        interval=wanted.interval,
        from_=wanted.first_day,
        to=wanted.last_day,
        metric=wanted.metric,
        points=list(map(TrendPoint, *(columns[name] for name in TrendPoint.__struct_fields__))),
    )


def _count(totals: trends.Totals) -> dict[str, list[Any]]:
    """Return what the totals say of each point, by the name of its field: a year is 365 points."""
    sums = totals.sums
    good = sums["passed"] + sums["flaky"]
    ran = good + sums["failed"] + sums["broken"]
    p50, p95 = _percentiles(totals.histograms)
    return {
        **{name: sums[name].tolist() for name in ("runs", "passed", "failed", "broken", "skipped", "flaky")},
        "start": totals.starts,
        "pass_rate": _divide(100 * good, ran),
        "total": (ran + sums["skipped"]).tolist(),
        "duration_avg_ms": _divide(sums["duration_sum_ms"], ran),
        "duration_p50_ms": p50,
        "duration_p95_ms": p95,
        "run_duration_avg_ms": _divide(sums["run_duration_sum_ms"], sums["runs"]),
    }


def _percentiles(histograms: histogram.Ints) -> list[list[float | None]]:
    """Return the 50th and the 95th percentiles; None where no test ran."""
    filled = np.flatnonzero(histograms.any(axis=1))
    found = np.full((2, len(histograms)), None, object)
    found[:, filled] = histogram.percentiles(histograms[filled], (0.5, 0.95))
    return found.tolist()


def _divide(sums: histogram.Ints, counts: histogram.Ints) -> list[float | None]:
    """Return averages; None where there is nothing to average."""
    filled = np.flatnonzero(counts)
    found = np.full(len(counts), None, object)
    found[filled] = sums[filled] / counts[filled]
    return found.tolist()


def _load(row: database.Row) -> LoadPoint:
    return LoadPoint(
        http_req_duration_avg_ms=row["request_avg"],
        http_req_duration_p95_ms=row["request_p95"],
        vus_max=row["vus_max"],
        iterations=row["iterations"],
        checks_rate=row["checks_rate"],
        value=row["value"],
    )


ROUTES = [get_project_trends, get_trends]
