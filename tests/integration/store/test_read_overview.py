from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest

from made import NOON, F, P, Project, S, Y, functional, outcomes, result
from past import Past, Run, newest_first, number_tests
from testflux.model.access import EVERYBODY, Tenant
from testflux.model.status import Kind, Severity, Status
from testflux.store import overview, run_list
from testflux.store.database import Reader

HOUR = timedelta(hours=1)
MAIN = ["main", ""]
SHOP = {"project_id": 1, "default_branch": "main"}


async def branches_of(project: Project, default_branch: str = "main") -> list[str]:
    async with project.database.read(EVERYBODY) as reader:
        return await overview.list_branches(reader, {"project_id": 1, "default_branch": default_branch})


async def test_the_front_page_looks_at_the_default_branch_and_runs_without_one(past: Past, reader: Reader) -> None:
    assert await overview.list_branches(reader, SHOP) == MAIN
    assert {"main", ""} <= {run.said.branch for run in past.shop}


async def test_without_any_run_it_looks_at_the_default_branch(project: Project) -> None:
    assert await branches_of(project, "trunk") == ["trunk", ""]


async def test_where_the_default_branch_has_no_run_it_looks_where_the_newest_was(project: Project) -> None:
    await project.arrive(outcomes(a=P), NOON, branch="older")
    await project.arrive(outcomes(a=P), NOON + HOUR, branch="newest")
    await project.arrive(outcomes(a=P), NOON - HOUR, branch="late")
    assert await branches_of(project) == ["newest"]


@pytest.mark.parametrize("branch", ["main", ""])
async def test_one_old_run_of_the_default_branch_is_enough(project: Project, branch: str) -> None:
    await project.arrive(outcomes(a=P), NOON, branch="topic")
    await project.arrive(outcomes(a=P), NOON - 999 * HOUR, branch=branch)
    assert await branches_of(project) == MAIN


async def test_what_every_page_begins_with_is_planned_once(reader: Reader) -> None:
    """In an organisation of many projects PostgreSQL would plan it anew each time, at twice its own work."""
    for slug in ("shop", "desk"):
        await overview.get_front(reader, Tenant(1), slug, 9)
    planned = await reader.one(
        "select custom_plans from pg_prepared_statements where statement like '%%change_count%%'"
    )
    assert planned == {"custom_plans": 0}


@pytest.mark.parametrize("branches", [MAIN, ["topic/50%_x"], ["unheard-of"]])
async def test_the_strip_holds_the_newest_runs_of_the_branches(past: Past, reader: Reader, branches: list[str]) -> None:
    rows = await overview.list_strip(reader, 1, branches, 9)
    runs = newest_first([run for run in past.shop if run.said.branch in branches])[:9]
    assert [tuple(row.values()) for row in rows] == [
        (run.run_id, run.day, run.number, run.verdict, run.kind, run.at) for run in runs
    ]


@pytest.mark.parametrize("days", [1, 30, 2000])
@pytest.mark.parametrize("limit", [1, 3])
async def test_lanes_tell_their_newest_runs_since_a_day(past: Past, reader: Reader, days: int, limit: int) -> None:
    first_day = NOON.date() - timedelta(days=days)
    lanes: defaultdict[Any, list[Run]] = defaultdict(list)
    for run in newest_first([run for run in past.shop if run.day >= first_day and run.said.branch in MAIN]):
        lanes[run.lane].append(run)
    expected = {run.run_id: (run, place) for runs in lanes.values() for place, run in enumerate(runs[:limit], 1)}
    rows = await overview.list_lanes(reader, 1, MAIN, first_day, limit)
    assert [row["run_id"] for row in rows] == [
        run.run_id for run in newest_first([run for run, _ in expected.values()])
    ]
    for row in rows:
        run, place = expected[row["run_id"]]
        assert row == lane_row(run) | {"place": place}


def lane_row(run: Run) -> dict[str, Any]:
    severities = Counter(item.severity for item in run.report.findings)
    times = [
        item.values.get("p95") for item in run.report.metrics if (item.name, item.tags) == ("http_req_duration", "")
    ]
    return {
        "project_id": 1,
        "run_id": run.run_id,
        "run_day": run.day,
        "number": run.number,
        "kind": run.kind,
        "name": run.said.name,
        "environment": run.said.environment,
        "branch": run.said.branch,
        "verdict": run.verdict,
        "is_complete": run.report.is_complete,
        "started_at": run.at,
        "duration_ms": run.report.duration_ms,
        **{status.label: run.count(status) for status in Status},
        "findings_high": severities[Severity.HIGH] + severities[Severity.CRITICAL],
        "findings_medium": severities[Severity.MEDIUM],
        "findings_low": severities[Severity.LOW],
        "findings_info": severities[Severity.INFORMATIONAL],
        "p95": times[0] if times else None,
    }


@pytest.mark.parametrize("branches", [MAIN, ["topic/50%_x"]])
@pytest.mark.parametrize("days", [30, 2000])
async def test_the_pass_rate_of_a_day_is_over_its_tests(
    past: Past, reader: Reader, branches: list[str], days: int
) -> None:
    first_day, last_day = NOON.date() - timedelta(days=days), NOON.date() - timedelta(days=2)
    good: Counter[Any] = Counter()
    ran: Counter[Any] = Counter()
    for run in past.shop:
        if run.kind is Kind.FUNCTIONAL and run.said.branch in branches and first_day <= run.day <= last_day:
            good[run.day] += run.count(Status.PASSED, Status.FLAKY)
            ran[run.day] += run.count(*set(Status) - {Status.SKIPPED})
    rates = await overview.list_pass_rates(reader, 1, branches, first_day, last_day)
    assert rates == {day: pytest.approx(100 * good[day] / count) for day, count in ran.items() if count}
    assert rates


async def test_the_slowest_tests_are_those_that_passed_and_took_longest(past: Past, reader: Reader) -> None:
    numbers = number_tests(past.shop)
    for run in past.shop:
        passed = {
            numbers[path]: item.duration_ms
            for path, item in run.results.items()
            if item.status in (Status.PASSED, Status.FLAKY)
        }
        found = await overview.list_slowest(reader, {"project_id": 1, "run_day": run.day, "run_id": run.run_id}, 5)
        assert [passed[number] for number in found] == sorted(passed.values(), reverse=True)[:5]
        assert len(set(found)) == len(found)


async def test_tests_are_named(past: Past, reader: Reader) -> None:
    numbers = number_tests(past.shop)
    named = await overview.list_names(reader, 1, [*list(numbers.values())[::10], 10**6])
    assert {(*row["suite"], row["name"]): number for number, row in named.items()} == dict(list(numbers.items())[::10])


async def test_the_last_green_run_is_the_newest_passed_one_up_to_a_run(past: Past, reader: Reader) -> None:
    found = 0
    for run in past.shop:
        row = await run_list.get_run(reader, 1, run.run_id)
        lane = [other for other in newest_first(past.shop) if other.lane == run.lane and other.order <= run.order]
        green = next((other for other in lane if other.verdict == "passed"), None)
        expected = {"run_id": green.run_id, "number": green.number, "started_at": green.at} if green else None
        assert await overview.find_last_green(reader, row) == expected
        if green:
            after = [other.said.commit for other in lane if other.order > green.order and other.said.commit]
            commits = await overview.list_commits(reader, row, expected or {})
            assert commits == list(dict.fromkeys(after))
            found += bool(commits)
    assert found > 1, "the past has lanes that went red again"


async def test_commits_are_counted_by_when_they_ran_not_by_when_they_arrived(project: Project) -> None:
    """History sent late has high numbers, and is no news."""
    await project.arrive(outcomes(a=F), NOON + 2 * HOUR, commit="news")
    await project.arrive(outcomes(a=P), NOON, commit="green")
    await project.arrive(outcomes(a=F), NOON - HOUR, commit="history")
    newest = await project.arrive(outcomes(a=F), NOON + 3 * HOUR, commit="newest")
    async with project.database.read(EVERYBODY) as reader:
        row = await run_list.get_run(reader, 1, newest["run_id"])
        green = await overview.find_last_green(reader, row)
        assert green is not None
        assert await overview.list_commits(reader, row, green) == ["newest", "news"]


async def test_a_retry_that_passed_is_no_failure(project: Project) -> None:
    report = functional(result("a", Y), result("b", S, "later"), result("c", P))
    run = await project.arrive(report, NOON, branch="main")
    async with project.database.read(EVERYBODY) as reader:
        day = NOON.date()
        assert await overview.list_pass_rates(reader, 1, ["main"], day, day) == {day: 100.0}
        assert sorted(await overview.list_slowest(reader, run, 9)) == [0, 2]


async def test_a_day_on_which_nothing_ran_has_no_pass_rate(project: Project) -> None:
    await project.arrive(outcomes(a=S), NOON, branch="main")
    async with project.database.read(EVERYBODY) as reader:
        assert await overview.list_pass_rates(reader, 1, ["main"], NOON.date(), NOON.date()) == {}
