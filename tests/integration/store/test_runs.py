from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from made import NOON, B, F, P, Project, S, Y, functional, load_test, make_project, outcomes, result, scan
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawLogMessage
from testflux.store import histograms, run_list
from testflux.store.database import Database

HOUR = timedelta(hours=1)
PASSED = outcomes(a=P)


async def baseline_of(project: Project, **said: object) -> int | None:
    """Return the number of the run that a new one at NOON is compared with."""
    row = await project.arrive(PASSED, NOON, **said)
    if row["baseline_run_id"] is None:
        return None
    (found,) = await project.rows("select number from run where run_id = %(id)s", id=row["baseline_run_id"])
    return found["number"]


async def test_a_run_says_all_that_was_said_and_read(project: Project) -> None:
    report = functional(
        result("a", P, duration_ms=10),
        result("b", F, duration_ms=20),
        result("c", B, duration_ms=30),
        result("d", S, duration_ms=40),
        result("e", Y, duration_ms=50),
    )
    row = await project.arrive(
        report,
        name="nightly",
        environment="staging",
        type="regression",
        branch="main",
        commit="abc",
        pull_request="7",
        ci_provider="github",
        build_url="https://ci.example/1",
        build_key="1",
        labels={"browser": "firefox"},
    )
    expected = {
        "number": 1,
        "kind": "functional",
        "format": "made-functional",
        "tool_name": "Maker",
        "tool_version": "1.0",
        "name": "nightly",
        "environment": "staging",
        "test_type": "regression",
        "branch": "main",
        "commit_sha": "abc",
        "pull_request": "7",
        "ci_provider": "github",
        "build_url": "https://ci.example/1",
        "build_key": "1",
        "labels": {"browser": "firefox"},
        "started_at": NOON,
        "run_day": NOON.date(),
        "duration_ms": 1000,
        "verdict": "failed",
        "is_complete": True,
        "local_times": False,
        "warnings": [],
        "totals": {"total": 5},
        "passed": 1,
        "failed": 1,
        "broken": 1,
        "skipped": 1,
        "flaky": 1,
        "duration_sum_ms": 110,
        "baseline_run_id": None,
        "new_failures": 0,
        "fixed": 0,
    }
    assert {key: row[key] for key in expected} == expected
    assert histograms.unpack(row["duration_histogram"]).sum() == 4, "the skipped one did not run"


async def test_a_report_names_the_lane_when_nobody_else_does(project: Project) -> None:
    report = msgspec.structs.replace(PASSED, name="Checkout")
    assert (await project.arrive(report))["name"] == "Checkout"
    assert (await project.arrive(report, name="nightly"))["name"] == "nightly"


async def test_numbers_are_dense_in_each_project(project: Project, database: Database) -> None:
    other = await make_project(database, "other")
    numbers = [(await project.arrive(PASSED, NOON + index * HOUR))["number"] for index in range(3)]
    assert numbers == [1, 2, 3]
    assert (await other.arrive(PASSED))["number"] == 1


async def test_runs_of_a_project_that_arrive_together_are_numbered_one_after_the_other(project: Project) -> None:
    rows = await asyncio.gather(*(project.arrive(outcomes(a=P, b=F), NOON + index * HOUR) for index in range(4)))
    assert sorted(row["number"] for row in rows) == [1, 2, 3, 4]
    assert await project.count("test") == 2


async def test_the_baseline_is_the_newest_earlier_run_of_the_lane(project: Project) -> None:
    said = {"name": "nightly", "environment": "staging", "branch": "main"}
    await project.arrive(PASSED, NOON - 3 * HOUR, **said)
    await project.arrive(PASSED, NOON - 2 * HOUR, **said)  # this one
    await project.arrive(PASSED, NOON - HOUR, **{**said, "name": "smoke"})
    await project.arrive(PASSED, NOON - HOUR, **{**said, "environment": "prod"})
    await project.arrive(PASSED, NOON - HOUR, **{**said, "branch": "topic"})
    await project.arrive(scan(), NOON - HOUR, **said)
    await project.arrive(load_test(), NOON - HOUR, **said)
    await project.arrive(functional(result("a"), is_complete=False), NOON - HOUR, **said)
    await project.arrive(functional(), NOON - HOUR, **said)
    await project.arrive(PASSED, NOON + HOUR, **said)
    assert await baseline_of(project, **said) == 2


async def test_a_branch_without_runs_is_compared_with_the_default_branch(project: Project) -> None:
    await project.arrive(PASSED, NOON - 2 * HOUR, branch="main")
    await project.arrive(PASSED, NOON - HOUR, branch="other")
    assert await baseline_of(project, branch="topic") == 1
    await project.arrive(PASSED, NOON - 3 * HOUR, branch="new")
    assert await baseline_of(project, branch="new") == 4


async def test_other_projects_are_never_compared_with(project: Project, database: Database) -> None:
    other = await make_project(database, "other")
    await other.arrive(PASSED, NOON - HOUR)
    assert await baseline_of(project) is None


async def test_history_that_arrives_late_is_compared_with_what_came_before_it(project: Project) -> None:
    await project.arrive(outcomes(a=P), NOON - 2 * HOUR)
    later = await project.arrive(outcomes(a=F), NOON)
    late = await project.arrive(outcomes(a=F), NOON - HOUR)
    assert (late["baseline_run_id"], late["new_failures"]) == (1, 1)
    (kept,) = await project.rows("select new_failures from run where run_id = %(id)s", id=later["run_id"])
    assert kept["new_failures"] == 1, "what was judged stays judged"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), (2026, 6, 30)),
        (datetime.fromisoformat("2026-07-01T01:30:00+02:00"), (2026, 6, 30)),
        (datetime.fromisoformat("2026-06-30T23:30:00-02:00"), (2026, 7, 1)),
    ],
)
async def test_the_day_of_a_run_is_the_one_in_utc(project: Project, at: datetime, day: tuple[int, int, int]) -> None:
    row = await project.arrive(PASSED, at)
    assert (row["run_day"].year, row["run_day"].month, row["run_day"].day) == day


async def test_a_month_without_partitions_gets_them(project: Project) -> None:
    row = await project.arrive(outcomes(a=F), datetime(2019, 2, 3, tzinfo=UTC))
    assert row["run_day"].year == 2019
    assert await project.count("result_row") == 1


async def test_what_the_uploader_says_comes_before_what_the_report_says(project: Project) -> None:
    row = await project.arrive(PASSED, NOON, started_at=(NOON - 24 * HOUR).isoformat())
    assert row["started_at"] == NOON - 24 * HOUR


async def test_without_any_time_a_run_starts_when_it_arrives(project: Project) -> None:
    row = await project.arrive(msgspec.structs.replace(PASSED, started_at=None))
    (upload,) = await project.rows("select created_at from upload")
    assert row["started_at"] == upload["created_at"]


@pytest.mark.parametrize("year", [1970, 1999, 2199])
async def test_an_impossible_time_is_passed_over_with_a_warning(project: Project, year: int) -> None:
    row = await project.arrive(PASSED, NOON, started_at=f"{year}-01-01T00:00:00Z")
    assert row["started_at"] == NOON
    (warning,) = row["warnings"]
    assert warning["code"] == "time-implausible"
    assert str(year) in warning["message"]


async def test_what_belongs_to_no_test_is_kept_with_the_run(project: Project) -> None:
    entries = [RawLogMessage("WARN", "odd", NOON), RawLogMessage("ERROR", "<b>bad</b>", is_html=True)]
    await project.arrive(functional(result("a"), log=entries))
    rows = await project.rows("select position, level, text, is_html, logged_at from run_log order by position")
    assert rows == [
        {"position": 0, "level": "WARN", "text": "odd", "is_html": False, "logged_at": NOON},
        {"position": 1, "level": "ERROR", "text": "<b>bad</b>", "is_html": True, "logged_at": None},
    ]


async def test_the_log_names_the_test_that_logged_it(project: Project) -> None:
    entries = [
        RawLogMessage("WARN", "slow", test=("Shop", "b")),
        RawLogMessage("WARN", "gone", test=("Shop", "not there")),
        RawLogMessage("ERROR", "no such library"),
        RawLogMessage("WARN", "twice", test=("Shop", "a")),
    ]
    twin = result("a")
    twin = msgspec.structs.replace(twin, key=msgspec.structs.replace(twin.key, duplicate=1), digest=b"the second a....")
    run = await project.arrive(functional(result("a"), result("b"), twin, log=entries))
    async with project.database.read(EVERYBODY) as reader:
        log = await run_list.list_log(reader, run, 0, 9)
    first = {row["name"]: row["test_no"] for row in await project.rows("select * from test where duplicate = 0")}
    assert [(entry["text"], entry["test_no"], entry["test_name"]) for entry in log] == [
        ("slow", first["b"], "b"),
        ("gone", None, None),
        ("no such library", None, None),
        ("twice", first["a"], "a"),
    ]
