"""Thresholds, checks, groups and metrics of a load test."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.model.access import Actor, Permission
from testflux.serve import cached, declare, doors, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.load import (
    CheckItem,
    CheckPage,
    GroupItem,
    GroupPage,
    MetricItem,
    MetricPage,
    SeriesItem,
    SeriesPage,
    ThresholdItem,
    ThresholdPage,
)
from testflux.store import database, run_load

AnyRequest = Request[Any, Any, Any]
OneMetric = Annotated[str | None, QueryParameter(max_length=250, description="Only this metric.")]
OneTagSet = Annotated[
    str | None, QueryParameter(max_length=1000, description="Only these tags, `scenario:checkout`; empty: the whole.")
]
_UNITS: dict[str, Literal["ms", "bytes"]] = {"time": "ms", "data": "bytes"}


@get(
    "/runs/{run_id:str}/thresholds",
    **declare.route("listThresholds", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_thresholds(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[ThresholdPage]:
    """List the thresholds of a run, missed ones first."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_load.list_thresholds(reader, run, page.offset, page.limit + 1)
    items = [threshold(row) for row in rows[: page.limit]]
    return cached.answer(request, ThresholdPage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get(
    "/runs/{run_id:str}/checks",
    **declare.route("listChecks", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_checks(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[CheckPage]:
    """List the checks of a run."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_load.list_checks(reader, run, page.offset, page.limit + 1)
    items = [_check(row) for row in rows[: page.limit]]
    return cached.answer(request, CheckPage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get(
    "/runs/{run_id:str}/groups",
    **declare.route("listGroups", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_groups(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[GroupPage]:
    """List the groups of a run, depth first."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_load.list_groups(reader, run, page.offset, page.limit + 1)
    items = [_group(row) for row in rows[: page.limit]]
    return cached.answer(request, GroupPage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get(
    "/runs/{run_id:str}/metrics",
    **declare.route("listMetrics", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_metrics(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    metric: OneMetric = None,
    tags: OneTagSet = None,
) -> Response[MetricPage]:
    """List the metrics of a run by name."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_load.list_metrics(reader, run, page.offset, page.limit + 1, name=metric, tags=tags)
    items = [_metric(row) for row in rows[: page.limit]]
    return cached.answer(request, MetricPage(items=items, next_cursor=paging.next_offset(page, len(rows))))


@get(
    "/runs/{run_id:str}/series",
    **declare.route("listSeries", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_series(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    metric: OneMetric = None,
    tags: OneTagSet = None,
) -> Response[SeriesPage]:
    """List metrics over the time of a load test, by name and tags."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await run_load.list_series(reader, run, metric, tags)
    shown = rows[page.offset : page.offset + page.limit + 1]
    items = [SeriesItem(**row) for row in shown[: page.limit]]
    return cached.answer(request, SeriesPage(items=items, next_cursor=paging.next_offset(page, len(shown))))


def threshold(row: database.Row) -> ThresholdItem:
    """Shape a threshold; a share of 0..1 is shown as a percentage."""
    is_share = row["type"] == "rate" and re.match(r"\s*rate\b", row["expression"]) is not None
    return ThresholdItem(
        metric=row["metric"],
        expression=row["expression"],
        ok=row["is_met"],
        value=_scaled(row["value"], is_share),
        limit=_scaled(row["limit_value"], is_share),
        margin=row["margin"],
        unit="%" if is_share else _unit(row),
        previous_value=_scaled(row["previous_value"], is_share),
    )


def _unit(row: database.Row) -> Literal["ms", "bytes", ""]:
    is_amount = re.match(r"\s*(count|rate)\b", row["expression"]) is None or row["contains"] == "data"
    return _UNITS.get(row["contains"] or "", "") if is_amount else ""


def _scaled(value: float | None, is_share: bool) -> float | None:  # noqa: FBT001  (both calls stand side by side)
    return value * 100 if is_share and value is not None else value


def _check(row: database.Row) -> CheckItem:
    passes, fails = row["passes"], row["fails"]
    rate = 100 * passes / (passes + fails) if passes + fails else 0.0
    return CheckItem(group=row["group_path"], name=row["name"], passes=passes, fails=fails, rate=rate)


def _group(row: database.Row) -> GroupItem:
    path = row["path"]
    return GroupItem(
        path=path, name=path[-1], depth=len(path) - 1, checks_passed=row["passed"], checks_failed=row["failed"]
    )


def _metric(row: database.Row) -> MetricItem:
    values = {name: row[name] for name in run_load.STATISTICS if row[name] is not None}
    return MetricItem(
        name=row["name"],
        tags=row["tags"],
        type=row["type"],
        contains=row["contains"],
        values=values | row["others"],
        baseline=row["baseline"],
    )


ROUTES = [list_thresholds, list_checks, list_groups, list_metrics, list_series]
