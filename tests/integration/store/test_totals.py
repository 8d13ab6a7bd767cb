from __future__ import annotations

import asyncio
import struct
from datetime import date, timedelta

import pytest

from made import NOON, F, P, Project, S, functional, load_test, outcomes, result, scan
from testflux.model.access import EVERYBODY
from testflux.store import histograms, removal, totals, trends

EVER = date(2000, 1, 1)
DAY = timedelta(days=1)


async def differences(project: Project) -> list[tuple[int, int]]:
    async with project.database.read(EVERYBODY) as reader:
        rows = await totals.list_differences(reader, EVER)
    return [(row["runs_kept"], row["runs_counted"]) for row in rows]


async def test_the_runs_of_a_day_are_added_up_by_lane(project: Project) -> None:
    await project.arrive(functional(result("a", P, duration_ms=100), result("b", F, duration_ms=3)), name="x")
    await project.arrive(functional(result("a", P, duration_ms=100), result("b", S, duration_ms=9)), name="x")
    await project.arrive(outcomes(a=P), name="y")
    rows = await project.rows("select * from day_total order by name")
    assert [(row["name"], row["runs"]) for row in rows] == [("x", 2), ("y", 1)]
    total = rows[0]
    assert [total[name] for name in ("passed", "failed", "broken", "skipped", "flaky")] == [2, 1, 0, 1, 0]
    assert (total["duration_sum_ms"], total["run_duration_sum_ms"]) == (203, 2000)
    histogram = histograms.unpack(total["duration_histogram"])
    assert (len(histogram), sum(histogram), histogram[14], histogram[4]) == (64, 3, 2, 1)


async def test_an_empty_histogram_adds_nothing(project: Project) -> None:
    await project.arrive(outcomes(a=S))
    await project.arrive(outcomes(a=P))
    await project.arrive(outcomes(a=S))
    (row,) = await project.rows("select duration_histogram from day_total")
    assert histograms.unpack(row["duration_histogram"]).sum() == 1


async def test_counts_that_outgrow_their_width_get_a_wider_one(project: Project) -> None:
    """300 equal durations a run: one byte a count would not do, nor would two for the days that are in between."""
    report = functional(*(result(f"t{number}", P, duration_ms=100) for number in range(300)))
    await project.arrive(report)
    long = 65_500
    async with project.database.write(EVERYBODY) as writer:
        await writer.run(
            "update day_total set duration_histogram = %(packed)s",
            packed=histograms.pack([0] * 14 + [long] + [0] * 49),
        )
    run = await project.arrive(report)
    (row,) = await project.rows("select duration_histogram from day_total")
    assert len(row["duration_histogram"]) == 4 * 64
    assert histograms.unpack(row["duration_histogram"])[14] == long + 300
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, project.project_id, run["run_id"])
    (row,) = await project.rows("select duration_histogram from day_total")
    assert len(row["duration_histogram"]) == 2 * 64
    assert histograms.unpack(row["duration_histogram"])[14] == long


@pytest.mark.parametrize("wide", [200, 300, 70_000, 2**32 + 1])
async def test_a_recount_reads_counts_of_any_width(project: Project, wide: int) -> None:
    await project.arrive(outcomes(a=P))
    packed = histograms.pack([0] * 63 + [wide])
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("update day_total set duration_histogram = %(packed)s", packed=packed)
    assert len(await differences(project)) == 1
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("update run set duration_histogram = %(packed)s", packed=packed)
    assert await differences(project) == []


async def test_runs_that_arrive_together_are_all_added_up(project: Project) -> None:
    """Each adds to what it read: the project's lock makes them wait for each other."""
    await asyncio.gather(*(project.arrive(functional(result("a", P, duration_ms=7))) for _ in range(8)))
    (row,) = await project.rows("select runs, duration_histogram from day_total")
    assert (row["runs"], histograms.unpack(row["duration_histogram"]).sum()) == (8, 8)
    assert await differences(project) == []


async def test_the_sums_of_a_day_say_what_its_columns_do(project: Project) -> None:
    await project.arrive(functional(result("a", P, duration_ms=100), result("b", F, duration_ms=3), result("c", S)))
    (row,) = await project.rows("select * from day_total")
    head, sums = struct.unpack_from(">ii", row["sums"]), struct.unpack_from(">8q", row["sums"], 8)
    assert head == ((row["run_day"] - date(2000, 1, 1)).days, 64)
    names = ("runs", "passed", "failed", "broken", "skipped", "flaky", "duration_sum_ms", "run_duration_sum_ms")
    assert sums == tuple(row[name] for name in names)


async def test_scans_and_load_tests_have_totals_without_durations(project: Project) -> None:
    for report in (scan(), load_test(), scan()):
        await project.arrive(report)
    rows = await project.rows("select kind, runs, duration_histogram from day_total order by kind")
    assert [tuple(row.values()) for row in rows] == [("load", 1, b""), ("security", 2, b"")]


async def test_each_utc_day_has_its_own(project: Project) -> None:
    for index in range(3):
        await project.arrive(outcomes(a=P), NOON + index * DAY)
    assert await project.count("day_total") == 3


async def test_what_is_added_up_is_what_is_there(project: Project) -> None:
    for index, status in enumerate((P, F, S)):
        await project.arrive(outcomes(a=status, b=P), NOON + index * DAY, branch="main")
    await project.arrive(scan())
    assert await differences(project) == []


@pytest.mark.parametrize(
    "damage",
    [
        "update day_total set passed = passed + 1",
        "update day_total set runs = runs - 1",
        "update day_total set duration_histogram = set_byte(duration_histogram, 15, 99)",
        "delete from day_total",
        "insert into day_total select 1, run_day, kind, 'x', '', '', '', 1, 0, 0, 0, 0, 0, 0, 0, '' from run",
    ],
)
async def test_a_total_that_is_wrong_is_found(project: Project, damage: str) -> None:
    await project.arrive(outcomes(a=P))
    async with project.database.write(EVERYBODY) as writer:
        await writer.run(damage)
    assert len(await differences(project)) == 1


async def test_a_removed_run_is_taken_out_of_its_day(project: Project) -> None:
    kept = await project.arrive(functional(result("a", P, duration_ms=7)))
    gone = await project.arrive(functional(result("a", F, duration_ms=900)))
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, project.project_id, gone["run_id"])
    (row,) = await project.rows("select runs, passed, failed, duration_sum_ms, duration_histogram from day_total")
    assert (row["runs"], row["passed"], row["failed"], row["duration_sum_ms"]) == (1, 1, 0, 7)
    assert row["duration_histogram"] == kept["duration_histogram"]
    assert await differences(project) == []


async def test_a_day_without_runs_has_no_total(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, project.project_id, run["run_id"])
    assert await project.count("day_total") == 0


async def test_a_day_whose_tests_were_removed_has_no_durations(project: Project) -> None:
    """What is left is a run that held none."""
    await project.arrive(outcomes(), NOON, branch="main")
    run = await project.arrive(outcomes(a=P), NOON, branch="main")
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, project.project_id, run["run_id"])
    wanted = trends.TrendFilter(first_day=NOON.date(), last_day=NOON.date())
    async with project.database.read(EVERYBODY) as reader:
        found = await trends.list_totals(reader, [project.project_id], wanted)
    assert found.sums["runs"].tolist() == [1]
    assert not found.histograms.any()
