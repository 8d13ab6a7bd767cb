"""One project at a glance: how it stands, since when, and what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from testflux.analyse import flaky
from testflux.kit import identifiers
from testflux.model.access import Actor, Permission
from testflux.model.status import Kind, Status
from testflux.serve import cached, declare, figures, projects, results, runs
from testflux.serve.figures import Lanes
from testflux.serve.house import House
from testflux.serve.shapes.overview import LookItem, LookKind, ProjectSummary, Tiles
from testflux.store import database, overview, run_list, run_results
from testflux.store import projects as project_rows

_LATEST: Final = 10
_STRIP: Final = 28
_LOOK: Final = 10
_SLOW_SUSPECTS: Final = 100
_SLOW_FACTOR: Final = 2.0
_SLOW_MS: Final = 1000
_SLOW_RUNS: Final = 6


@get(
    "/projects/{slug:str}/summary",
    **declare.route("getProjectSummary", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def get_project_summary(
    request: Request[Any, Any, Any],
    slug: FromPath[str],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    branch: Annotated[str | None, QueryParameter(max_length=250)] = None,
) -> Response[ProjectSummary]:
    """Answer one project at a glance: on a branch, or on what its front page looks at by default."""
    async with house.database.read(actor.tenant) as reader:
        project = await project_rows.get_project(reader, actor.tenant, slug)
        key = ("summary", project["project_id"], project["change_count"], branch)

        async def make() -> ProjectSummary:
            branches = [branch] if branch is not None else await overview.list_branches(reader, project)
            return await _summarise(reader, project, branches)

        return await cached.remember(request, house.remembered, key, ProjectSummary, make)


async def _summarise(reader: database.Reader, project: database.Row, branches: Sequence[str]) -> ProjectSummary:
    project_id = project["project_id"]
    latest = await run_list.list_runs(reader, [project_id], run_list.RunFilter(branches=list(branches)), None, _LATEST)
    lanes = await figures.read_lanes(reader, project_id, branches, latest[0] if latest else None)
    newest = await _newest(reader, project_id, lanes)
    green = await overview.find_last_green(reader, newest) if newest else None
    commits = await overview.list_commits(reader, newest, green) if newest and green else []
    green_rows = await run_list.read_runs(reader, [(project_id, green["run_id"])] if green else [])
    lane_runs = await figures.list_lane_runs(reader, lanes, 2 * figures.FLAKY_RUNS)
    now_flaky = await figures.list_flaky(reader, project_id, lane_runs[: figures.FLAKY_RUNS])
    was_flaky = await figures.list_flaky(reader, project_id, lane_runs[figures.FLAKY_RUNS :])
    return ProjectSummary(
        project=projects.shape(project),
        headline=runs.shape(newest).headline if newest else "No runs yet",
        detail=_detail(newest, green, len(commits)),
        state=figures.state(lanes),
        last_green=runs.ref(green_rows[0]) if green_rows else None,
        newest_run=runs.ref(newest) if newest else None,
        new_failures=newest["new_failures"] if newest else 0,
        commits_between=commits,
        tiles=_tiles(lanes, len(now_flaky), len(was_flaky)),
        look_at=await _look(reader, project_id, lanes, lane_runs[:_STRIP], now_flaky),
        latest_runs=[runs.shape(row) for row in latest],
    )


async def _newest(reader: database.Reader, project_id: int, lanes: Lanes) -> database.Row | None:
    """Return the newest run of the main lane, or of any lane when there are no functional ones."""
    lane = lanes.main or next(iter(lanes.lanes), None)
    rows = await run_list.read_runs(reader, [(project_id, lane[0]["run_id"])] if lane else [])
    return rows[0] if rows else None


def _detail(newest: database.Row | None, green: database.Row | None, commits: int) -> str:
    if newest is None:
        return "Send a report to see something here."
    where = f" on {newest['branch']}" if newest["branch"] else ""
    if green is None:
        return f"No run of this lane has passed{where} yet."
    if green["run_id"] == newest["run_id"]:
        return f"Run #{newest['number']} is the newest{where}, and it passed."
    since = f", {commits} commit{'' if commits == 1 else 's'} since" if commits else ""
    return f"The last run that passed{where} is #{green['number']}{since}."


def _tiles(lanes: Lanes, flaky_now: int, flaky_before: int) -> Tiles:
    rate, rate_before = figures.pass_rate(lanes, 0), figures.pass_rate(lanes, 1)
    has_scans, now, before = (
        bool(lanes.of(Kind.SECURITY)),
        figures.open_findings(lanes, 0),
        figures.open_findings(lanes, 1),
    )
    main = lanes.main or []
    p95_ms, p95_delta = figures.p95(lanes)
    return Tiles(
        pass_rate=rate,
        pass_rate_delta=None if rate is None or rate_before is None else rate - rate_before,
        flaky_tests=flaky_now,
        flaky_delta=flaky_now - flaky_before,
        duration_ms=main[0]["duration_ms"] if main else None,
        duration_delta=figures.delta(main[0]["duration_ms"], [run["duration_ms"] for run in main[1:]])
        if main
        else None,
        open_high=now.high if has_scans else None,
        open_high_delta=now.high - before.high,
        p95_ms=p95_ms,
        p95_delta=p95_delta,
    )


async def _look(
    reader: database.Reader,
    project_id: int,
    lanes: Lanes,
    lane_runs: Sequence[database.Row],
    flaky_tests: Sequence[int],
) -> list[LookItem]:
    """Name the tests worth a look: what fails, then what is flaky, then what became slow."""
    if lanes.main is None:
        return []
    bad = await _list_bad(reader, project_id, lanes.main[0])
    slow = await _list_slow(reader, project_id, lanes.main[0], lane_runs)
    chosen = list(dict.fromkeys([*bad, *flaky_tests, *slow]))[:_LOOK]
    names = await overview.list_names(reader, project_id, chosen)
    cells = await run_results.list_cells(reader, project_id, chosen, lane_runs)
    items: list[LookItem] = []
    for test_no in chosen:
        strip = results.join_cells(lane_runs, [cell for cell in cells if cell["test_no"] == test_no])
        kind: LookKind = "new" if test_no in bad else "flaky" if test_no in flaky_tests else "slow"
        items.append(
            LookItem(
                test_id=identifiers.pack(project_id, test_no),
                suite=" / ".join(names[test_no]["suite"]),
                name=names[test_no]["name"],
                strip=[results.cell(project_id, *pair) for pair in strip],
                reason=_reason(kind, [Status(item["status"]) for _, item in strip], slow.get(test_no, 0)),
                kind=kind,
            )
        )
    return items


def _reason(kind: LookKind, statuses: Sequence[Status], factor: float) -> str:
    if kind == "slow":
        return f"{factor:.1f} times slower than usual"
    if kind == "flaky":
        troubled = sum(status.is_bad or status is Status.FLAKY for status in statuses)
        return f"failed or retried in {troubled} of {len(statuses)} runs"
    streak = flaky.count_streak(statuses)
    return f"fails for {streak} runs" if streak > 1 else "new failure"


async def _list_bad(reader: database.Reader, project_id: int, run: database.Row) -> list[int]:
    rows = await run_list.read_runs(reader, [(project_id, run["run_id"])])
    bad: list[int] = []
    for change in ("new", "still"):
        found = await run_results.list_results(reader, rows[0], run_results.ResultFilter(changes=[change]), 0, _LOOK)
        bad.extend(row["test_no"] for row in found)
    return bad


async def _list_slow(
    reader: database.Reader, project_id: int, run: database.Row, lane_runs: Sequence[database.Row]
) -> dict[int, float]:
    """Find tests that took twice their usual time or more, and a second more: how many times, worst first."""
    suspects = await overview.list_slowest(reader, run, _SLOW_SUSPECTS)
    cells = await run_results.list_cells(reader, project_id, suspects, lane_runs[:_SLOW_RUNS])
    slow: dict[int, float] = {}
    for test_no in suspects:
        taken = {cell["run_id"]: cell["duration_ms"] for cell in cells if cell["test_no"] == test_no}
        present = taken.pop(run["run_id"], 0)
        share = figures.delta(present, list(taken.values()))
        if share is not None and share + 1 >= _SLOW_FACTOR and present - present / (share + 1) >= _SLOW_MS:
            slow[test_no] = share + 1
    return dict(sorted(slow.items(), key=lambda item: -item[1]))


ROUTES = [get_project_summary]
