from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from made import NOON, F, P, Project, S, finding, functional, load_test, outcomes, result, scan, threshold
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawLogMessage
from testflux.model.report import Check, Report, Series
from testflux.store import removal

HOUR = timedelta(hours=1)
# What a project has even when nothing was ever uploaded to it.
STANDING = {"project", "project_usage", "procrastinate_jobs", "live_event"}

Drop = Callable[[int], Awaitable[None]]


@pytest.fixture
def drop(project: Project) -> Drop:
    async def drop(run_id: int) -> None:
        async with project.database.write(EVERYBODY) as writer:
            await removal.drop_run(writer, project.project_id, run_id)

    return drop


async def everything(project: Project) -> dict[str, int]:
    """Count the rows of the project in each table that has any."""
    tables = await project.rows(
        "select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where a.attname = 'project_id' and c.relkind in ('r', 'p') and not c.relispartition"
    )
    names = {row["name"] for row in tables} - STANDING
    assert len(names) > 15
    counts = {name: await project.count(name) for name in sorted(names)}
    return {name: count for name, count in counts.items() if count}


REPORTS: list[Report] = [
    functional(result("a", F, "x"), result("b"), result("c", S, "y"), log=[RawLogMessage("WARN", "odd")]),
    scan(finding("a"), finding("b")),
    load_test(
        threshold("a", is_met=True),
        checks=[Check(("g",), "c", 1, 1)],
        series=[Series("m", "", 1000, NOON, (1,), (1.0,), (1.0,), (1.0,))],
    ),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.kind)
async def test_a_run_that_goes_takes_everything_with_it(project: Project, drop: Drop, report: Report) -> None:
    run = await project.arrive(report)
    assert await everything(project)
    await drop(run["run_id"])
    left = await everything(project)
    left.pop("finding_rule", None)  # what a rule says is true without a finding
    assert left == {}


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.kind)
@pytest.mark.parametrize("first_goes", [True, False])
async def test_what_another_run_has_too_stays(
    project: Project, drop: Drop, report: Report, *, first_goes: bool
) -> None:
    runs = [await project.arrive(report, NOON), await project.arrive(report, NOON + HOUR)]
    gone, kept = runs if first_goes else runs[::-1]
    await drop(gone["run_id"])
    after = await everything(project)
    await drop(kept["run_id"])
    assert (await project.arrive(report, kept["started_at"]))["number"] == 3
    assert after == await everything(project)


async def test_the_first_sight_moves_to_the_next_run(project: Project, drop: Drop) -> None:
    first = await project.arrive(outcomes(a=F), NOON)
    second = await project.arrive(outcomes(a=F), NOON + HOUR)
    scans = [await project.arrive(scan(finding("a")), NOON + index * HOUR) for index in range(2)]
    await drop(first["run_id"])
    await drop(scans[0]["run_id"])
    (failure,) = await project.rows("select first_run_id, first_seen_at from failure")
    assert failure == {"first_run_id": second["run_id"], "first_seen_at": NOON + HOUR}
    (found,) = await project.rows("select first_run_id from finding")
    assert found["first_run_id"] == scans[1]["run_id"]


async def test_tests_only_the_removed_run_had_go(project: Project, drop: Drop) -> None:
    await project.arrive(outcomes(a=P), NOON)
    run = await project.arrive(outcomes(a=P, b=P), NOON + HOUR)
    await project.arrive(outcomes(c=P), NOON + 30 * HOUR)
    await drop(run["run_id"])
    assert [row["name"] for row in await project.rows("select name from test order by 1")] == ["a", "c"]


async def test_the_same_file_may_be_sent_again_after(project: Project, drop: Drop) -> None:
    run = await project.arrive(outcomes(a=P))
    await drop(run["run_id"])
    assert await project.count("upload") == 0


async def test_browsers_are_told(project: Project, drop: Drop) -> None:
    run = await project.arrive(outcomes(a=P))
    await drop(run["run_id"])
    news = await project.rows("select topic, data from live_event where type = 'run.deleted' order by 1")
    data = {"run_id": f"{project.project_id}-{run['run_id']}", "project": "shop"}
    assert news == [{"topic": "project:shop", "data": data}, {"topic": "projects", "data": data}]


async def test_a_run_that_is_not_there_is_not_found_and_nothing_changes(project: Project, drop: Drop) -> None:
    before = await project.rows("select change_count from project")
    with pytest.raises(errors.NotFoundError, match="no such run"):
        await drop(99)
    assert await project.rows("select change_count from project") == before
