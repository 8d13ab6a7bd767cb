"""Reports that break off: what lies behind the break is neither mended nor gone."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from made import NOON, F, P, Project, finding, load_test, make_project, outcomes, scan, threshold
from testflux.model.access import EVERYBODY
from testflux.model.report import Report
from testflux.store import run_list, run_results
from testflux.store.database import Database


@pytest.fixture
async def project(database: Database) -> Project:
    return await make_project(database)


def second(report: Report, *, is_complete: bool) -> Report:
    return msgspec.structs.replace(report, started_at=NOON + timedelta(hours=1), is_complete=is_complete)


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (outcomes(a=F, b=P), outcomes(a=P, b=P)),
        (scan(finding("a"), finding("b")), scan(finding("b"))),
        (load_test(threshold("m", is_met=False)), load_test(threshold("m", is_met=True))),
    ],
    ids=["functional", "security", "load"],
)
@pytest.mark.parametrize("is_complete", [True, False])
async def test_a_report_that_breaks_off_mends_nothing_and_is_no_baseline(
    project: Project, bad: Report, good: Report, *, is_complete: bool
) -> None:
    await project.arrive(bad)
    run = await project.arrive(second(good, is_complete=is_complete))
    third = await project.arrive(good, NOON + timedelta(hours=2))
    assert run["fixed"] == (1 if is_complete else 0)
    assert run["verdict"] == ("passed" if is_complete else "incomplete")
    assert third["baseline_run_id"] == run["run_id"] - (0 if is_complete else 1)
    assert third["fixed"] == (0 if is_complete else 1)


@pytest.mark.parametrize("is_complete", [True, False])
async def test_tests_behind_the_break_are_neither_mended_nor_gone(project: Project, *, is_complete: bool) -> None:
    await project.arrive(outcomes(a=F, b=P, c=P))
    stored = await project.arrive(second(outcomes(a=P, b=P), is_complete=is_complete))
    async with project.database.read(EVERYBODY) as reader:
        run = await run_list.get_run(reader, project.project_id, stored["run_id"])
        changes = await run_results.count_changes(reader, run)
        results = await run_results.list_results(reader, run, run_results.ResultFilter(), 0, 10)
    assert (changes["fixed"], changes["removed"]) == ((1, 1) if is_complete else (0, 0))
    assert [row["change"] for row in results] == ["fixed" if is_complete else None, None]
