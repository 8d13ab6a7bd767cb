"""All projects at a glance."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency

from testflux.kit import clock
from testflux.model.access import Actor, Permission
from testflux.serve import cached, declare, figures, projects, runs
from testflux.serve.house import House
from testflux.serve.shapes.overview import Overview, OverviewItem, State
from testflux.store import database, overview, run_list
from testflux.store import projects as project_rows

_DAYS: Final = 30
_MOST_PROJECTS: Final = 1000
_ORDER: Final[dict[State, int]] = {"failing": 0, "incomplete": 1, "flaky": 2, "passing": 3, "empty": 4}
_NEEDS_ATTENTION: Final = ("failing", "incomplete")


@get("/overview", **declare.route("getOverview", Permission.PROJECT_READ, responses=cached.NOT_MODIFIED))
async def get_overview(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Response[Overview]:
    """Answer all projects at a glance, those that need attention first."""
    today = clock.now().date()
    async with house.database.read(actor.tenant) as reader:
        rows = await project_rows.list_projects(reader, actor.tenant, None, _MOST_PROJECTS)
        keys = [("overview", row["project_id"], row["change_count"], today) for row in rows]
        tag = cached.tag_of(*keys)
        if cached.holds(request, tag):
            return cached.unchanged(tag)
        items: list[OverviewItem] = []
        for row, key in zip(rows, keys, strict=True):
            make = functools.partial(_item, reader, row, today)
            items.append(await house.remembered.get(key, OverviewItem, make))
    items.sort(key=lambda item: _ORDER[item.state])
    attention = sum(item.state in _NEEDS_ATTENTION for item in items)
    return cached.tagged(Overview(items=items, needs_attention=attention), tag)


async def _item(reader: database.Reader, project: database.Row, today: date) -> OverviewItem:
    project_id = project["project_id"]
    branches = await overview.list_branches(reader, project)
    strip = await overview.list_strip(reader, project_id, branches, runs.STRIP)
    lanes = await figures.read_lanes(reader, project_id, branches, strip[0] if strip else None)
    rates = await overview.list_pass_rates(reader, project_id, branches, today - timedelta(days=_DAYS - 1), today)
    lane_runs = await figures.list_lane_runs(reader, lanes, figures.FLAKY_RUNS)
    last = await run_list.read_runs(reader, [(project_id, run["run_id"]) for run in strip[:1]])
    p95_ms, p95_delta = figures.p95(lanes)
    return OverviewItem(
        project=projects.shape(project),
        kinds=sorted({lane[0]["kind"] for lane in lanes.lanes}),
        state=figures.state(lanes),
        strip=runs.strip(project_id, strip),
        pass_rate=figures.pass_rate(lanes, 0),
        pass_rate_series=[rates.get(today - timedelta(days=back)) for back in reversed(range(_DAYS))],
        open_findings=figures.open_findings(lanes, 0),
        p95_ms=p95_ms,
        p95_delta=p95_delta,
        flaky_tests=len(await figures.list_flaky(reader, project_id, lane_runs)),
        last_run=runs.shape(last[0]) if last else None,
    )


ROUTES = [get_overview]
