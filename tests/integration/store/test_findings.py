from __future__ import annotations

from datetime import timedelta

from made import NOON, Project, finding, make_project, scan
from testflux.model.report import Finding
from testflux.model.status import Confidence, Severity
from testflux.store.database import Database, Row

HOUR = timedelta(hours=1)
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


async def seen(project: Project, run: Row) -> dict[str, Row]:
    rows = await project.rows(
        "select f.name, s.* from finding_seen s join finding f using (project_id, finding_no) "
        "where s.project_id = %(project_id)s and s.run_id = %(run_id)s",
        run_id=run["run_id"],
    )
    return {row["name"]: row for row in rows}


async def states(project: Project, run: Row) -> dict[str, str]:
    return {name: row["state"] for name, row in (await seen(project, run)).items()}


async def scans(project: Project, *reports: tuple[Finding, ...], **said: object) -> list[Row]:
    """Let scans arrive, an hour between them."""
    return [await project.arrive(scan(*found), NOON + index * HOUR, **said) for index, found in enumerate(reports)]


async def test_a_finding_is_kept_with_its_place_and_its_evidence(project: Project) -> None:
    run = await project.arrive(scan(finding("xss", HIGH, Confidence.CONFIRMED, evidence="<script>\0")))
    row = (await seen(project, run))["xss"]
    assert (row["severity"], row["confidence"], row["state"], row["count"]) == (HIGH, Confidence.CONFIRMED, "new", 1)
    assert row["occurrences"][0]["uri"] == "https://shop.example/xss"
    assert row["occurrences"][0]["evidence"] == "<script>�"
    (identity,) = await project.rows("select * from finding")
    assert (identity["finding_no"], identity["rule"], identity["template"]) == (1, "10000", "/xss")
    assert (identity["first_run_id"], identity["first_seen_at"]) == (run["run_id"], NOON)


async def test_severities_are_counted_on_the_run(project: Project) -> None:
    found = [finding("a", CRITICAL), finding("b", HIGH), finding("c", MEDIUM), finding("d", LOW)]
    run = await project.arrive(scan(*found, finding("e", Severity.INFORMATIONAL)))
    assert [run[f"findings_{name}"] for name in ("high", "medium", "low", "info")] == [2, 1, 1, 1]


async def test_a_finding_keeps_its_number_over_scans(project: Project) -> None:
    await scans(project, (finding("a"), finding("b")), (finding("b"), finding("c")))
    rows = await project.rows("select name, finding_no, first_seen_at, last_seen_at from finding order by 2")
    assert [(row["name"], row["finding_no"]) for row in rows] == [("a", 1), ("b", 2), ("c", 3)]
    assert (rows[1]["first_seen_at"], rows[1]["last_seen_at"]) == (NOON, NOON + HOUR)


async def test_findings_are_new_then_existing_then_gone_then_reopened(project: Project) -> None:
    a, b = finding("a"), finding("b")
    first, second, third, fourth = await scans(project, (a,), (a, b), (b,), (a, b))
    assert await states(project, first) == {"a": "new"}
    assert await states(project, second) == {"a": "existing", "b": "new"}
    assert await states(project, third) == {"b": "existing"}
    assert await states(project, fourth) == {"a": "reopened", "b": "existing"}
    assert [(run["new_failures"], run["fixed"]) for run in (first, second, third, fourth)] == [
        (0, 0),  # nothing to compare with
        (1, 0),
        (0, 1),
        (1, 0),  # back again is as bad as new
    ]


async def test_another_lane_has_its_own_history(project: Project) -> None:
    await project.arrive(scan(finding("a")), NOON, name="weekly")
    run = await project.arrive(scan(finding("a")), NOON + HOUR, name="daily")
    assert await states(project, run) == {"a": "new"}
    assert run["new_failures"] == 0


async def test_a_branch_knows_what_the_default_branch_saw(project: Project) -> None:
    await project.arrive(scan(finding("a"), finding("b")), NOON, branch="main")
    await project.arrive(scan(finding("b")), NOON + HOUR, branch="main")
    run = await project.arrive(scan(finding("a"), finding("b")), NOON + 2 * HOUR, branch="topic")
    assert await states(project, run) == {"a": "reopened", "b": "existing"}


async def test_small_and_false_findings_are_no_failures(project: Project) -> None:
    false = finding("false", HIGH, Confidence.FALSE_POSITIVE)
    _, second, third = await scans(project, (), (finding("low", LOW), false), ())
    assert (second["new_failures"], second["verdict"]) == (0, "passed")
    assert third["fixed"] == 0


async def test_a_scan_that_broke_off_fixes_nothing(project: Project) -> None:
    await project.arrive(scan(finding("a")), NOON)
    run = await project.arrive(scan(is_complete=False), NOON + HOUR)
    assert (run["fixed"], run["verdict"]) == (0, "incomplete")


async def test_a_rule_says_what_its_newest_scan_says(project: Project, database: Database) -> None:
    other = await make_project(database, "other")
    await other.arrive(scan(finding("a", description="theirs")))
    await scans(project, (finding("a", description="old"),), (finding("a", description="new"),))
    rows = await project.rows("select description from finding_rule where project_id = %(project_id)s")
    assert rows == [{"description": "new"}]


async def test_history_that_arrives_late_moves_the_first_sight_back(project: Project) -> None:
    await project.arrive(scan(finding("a")), NOON)
    late = await project.arrive(scan(finding("a")), NOON - 700 * HOUR)
    (row,) = await project.rows("select first_run_id, first_seen_at, last_seen_at from finding")
    assert row == {"first_run_id": late["run_id"], "first_seen_at": NOON - 700 * HOUR, "last_seen_at": NOON}
    assert await states(project, late) == {"a": "new"}
