"""Shards and reruns of one CI run become one run, whatever order they arrive in and whoever processes them."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from made import NOON, B, F, P, Project, S, Y, functional, make_project, outcomes, result, scan
from testflux import pipeline
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawLogMessage, ReportWarning
from testflux.model.report import Attempt, Report, Result
from testflux.model.run import Metadata
from testflux.model.status import Status
from testflux.store import intake, uploads
from testflux.store.database import Database

MINUTE = timedelta(minutes=1)
BUILD: dict[str, Any] = {
    "name": "ci",
    "build_key": "github:42",
    "branch": "main",
    "environment": "staging",
    "commit": "c0ffee",
}
RUN = """
    select number, verdict, totals, passed, failed, broken, skipped, flaky, duration_ms, duration_sum_ms,
           duration_histogram, started_at, run_day, is_complete, local_times, warnings, labels, build_url, format,
           tool_name, new_failures, fixed, baseline_run_id is null as is_alone
    from run where project_id = %(project_id)s and number > 1"""
RESULTS = """
    select t.suite, t.name, t.first_seen_at, r.status, r.duration_ms, r.run_day, x.attempt, x.is_final,
           x.status as how, x.duration_ms as long, m.text, f.cause, f.first_seen_at as since, x.change
    from run
    join result r using (project_id, run_id, run_day)
    join test t using (project_id, test_no)
    left join result_row x using (project_id, run_day, run_id, test_no)
    left join message m on m.project_id = x.project_id and m.message_id = x.message_id
    left join failure f on f.project_id = x.project_id and f.failure_id = x.failure_id
    where run.project_id = %(project_id)s and run.number > 1
    order by t.suite, t.name, x.attempt"""
TOTALS = """
    select run_day, name, runs, passed, failed, broken, skipped, flaky, duration_histogram
    from day_total where project_id = %(project_id)s order by run_day"""
Part = tuple[datetime, Report, dict[str, Any]]


def make_part(dice: random.Random, tests: list[str], at: datetime, number: int) -> Part:
    made: list[Result] = []
    for name in tests:
        status = dice.choices([P, F, B, S, Y], [6, 2, 1, 2, 1])[0]
        words = "" if status in (P, Y) else f"{name} says {dice.choice('xy')}"
        tries = (Attempt(F, 7, "first try"),) if status is Y or (status is not P and dice.random() < 0.1) else ()
        ms = dice.randrange(5000)
        made.append(result(name, status, words, duration_ms=ms, attempts=tries, evidence=(number, number + 9)))
    log = [RawLogMessage("WARN", f"odd in {number}")]
    report = functional(*made, log=log, is_complete=dice.random() < 0.9)
    warnings = (ReportWarning("w", f"part {number}"),) * dice.randrange(2)
    report = msgspec.structs.replace(report, warnings=warnings, duration_ms=dice.randrange(100_000))
    return at, report, {"labels": {"shard": str(number), "team": "web"}}


def make_parts(seed: int) -> list[Part]:
    """Some shards, then reruns of some of their tests; several buckets, and a start before midnight now and then."""
    dice = random.Random(seed)
    names = [f"t{number:04}" for number in range(dice.choice([3, 40, 1200]))]
    dice.shuffle(names)
    count = dice.randrange(2, 6)
    shares = [names[index::count] for index in range(count)]
    shares += [dice.sample(names, dice.randrange(1, min(len(names), 20))) for _ in range(dice.randrange(4))]
    start = NOON if dice.random() < 0.7 else NOON.replace(hour=0) - MINUTE
    return [make_part(dice, share, start + MINUTE * index, index) for index, share in enumerate(shares)]


async def state(project: Project) -> list[list[dict[str, Any]]]:
    return [await project.rows(query) for query in (RUN, RESULTS, TOTALS)]


async def send(project: Project, parts: list[Part]) -> list[list[dict[str, Any]]]:
    """Let a baseline and then the parts arrive, and return what became of them."""
    bad = outcomes(t0000=F, t0001=F, t0002=P)
    await project.arrive(bad, NOON - timedelta(days=2), **BUILD | {"build_key": "github:41"})
    for at, report, said in parts:
        await project.arrive(report, at, **BUILD, **said)
    return await state(project)


@pytest.fixture(name="project")
async def make_one(database: Database) -> Project:
    return await make_project(database)


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_arrival_gives_the_same_run(database: Database, seed: int) -> None:
    parts = make_parts(seed)
    shuffled = random.Random(-seed - 1).sample(parts, len(parts))
    first = await send(await make_project(database, "one"), parts)
    second = await send(await make_project(database, "two"), shuffled)
    assert len(first[0]) == 1
    assert first[0] == second[0]
    assert first[1] == second[1]
    assert first[2] == second[2]


@pytest.mark.parametrize("seed", range(3))
async def test_any_split_of_the_tests_gives_the_same_results(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    _, whole, _ = make_part(dice, [f"t{number:04}" for number in range(1500)], NOON, 0)
    whole = msgspec.structs.replace(whole, is_complete=True, log=(), warnings=())
    tables = await send(await make_project(database, "one"), [(NOON, whole, {})])
    other = await make_project(database, "two")
    cut = sorted(dice.sample(range(1500), 4))
    pieces = [whole.results[begin:end] for begin, end in zip([0, *cut], [*cut, 1500], strict=True)]
    parts = [(NOON, msgspec.structs.replace(whole, results=piece), {}) for piece in pieces]
    dice.shuffle(parts)
    again = await send(other, parts)
    same = ("passed", "failed", "broken", "skipped", "flaky", "duration_sum_ms", "duration_histogram", "new_failures")
    assert [tables[0][0][name] for name in same] == [again[0][0][name] for name in same]
    assert tables[1] == again[1]


async def test_a_rerun_that_passes_makes_the_test_flaky_and_the_run_green(project: Project) -> None:
    await project.arrive(outcomes(a=P, b=F, c=S), **BUILD)
    run = await project.arrive(outcomes(b=P), NOON + MINUTE, **BUILD)
    assert (run["verdict"], run["passed"], run["flaky"], run["failed"], run["skipped"]) == ("flaky", 1, 1, 0, 1)
    assert run["totals"] == {"total": 3, "passed": 2, "failed": 0, "skipped": 1, "broken": 0}
    rows = await project.rows("select attempt, is_final, status, part_no from result_row order by attempt")
    assert [tuple(row.values()) for row in rows] == [(1, False, F, 0), (2, True, Y, 1)]
    assert await project.rows("select runs, failed, flaky from day_total") == [{"runs": 1, "failed": 0, "flaky": 1}]
    assert run["revision"] == 1


async def test_what_a_shard_skipped_and_another_ran_was_run(project: Project) -> None:
    await project.arrive(functional(result("a"), result("b", S, "not mine")), **BUILD)
    run = await project.arrive(functional(result("a", S, "not mine"), result("b")), NOON + MINUTE, **BUILD)
    assert (run["verdict"], run["passed"], run["skipped"]) == ("passed", 2, 0)
    assert await project.count("result_row") == 0


async def test_shards_side_by_side_count_their_time_once_and_waiting_counts_not(project: Project) -> None:
    def lasting(minutes: int) -> Report:
        return msgspec.structs.replace(outcomes(a=P), duration_ms=minutes * 60_000)

    await project.arrive(lasting(10), NOON, **BUILD)
    await project.arrive(lasting(3), NOON + 2 * MINUTE, **BUILD)
    run = await project.arrive(lasting(4), NOON + 60 * MINUTE, **BUILD)
    assert run["duration_ms"] == 14 * 60_000


async def test_a_part_that_breaks_off_keeps_the_whole_from_being_green(project: Project) -> None:
    broken = msgspec.structs.replace(
        functional(result("a"), is_complete=False), warnings=(ReportWarning("cut", "Off."),)
    )
    await project.arrive(broken, **BUILD)
    run = await project.arrive(outcomes(b=P), NOON + MINUTE, **BUILD)
    assert (run["verdict"], run["is_complete"]) == ("incomplete", False)
    assert [warning["message"] for warning in run["warnings"]] == ["made.xml: Off."]


async def test_scans_and_load_tests_are_never_put_together(project: Project) -> None:
    await project.arrive(scan(), **BUILD)
    await project.arrive(scan(), **BUILD)
    await project.arrive(outcomes(a=P), **BUILD)
    assert await project.count("run") == 3


@pytest.mark.parametrize("workers", [2, 6])
async def test_workers_at_the_same_time_lose_nothing(project: Project, workers: int) -> None:
    names = [f"t{number}" for number in range(workers)]

    async def work(index: int) -> None:
        report = msgspec.structs.replace(outcomes(**{names[index]: P, "all": F}), started_at=NOON + MINUTE * index)
        upload_id = await project.upload(msgspec.convert(BUILD, Metadata))
        async with project.database.read(EVERYBODY) as reader:
            upload = await uploads.get_upload(reader, project.project_id, upload_id)
        await asyncio.gather(*(pipeline._store(project.database, upload, report, intake.Laps(0)) for _ in range(2)))  # noqa: SLF001

    await asyncio.gather(*map(work, range(workers)))
    (run,) = await project.rows("select * from run")
    assert (run["number"], run["passed"], run["failed"], run["revision"]) == (1, workers, 1, workers - 1)
    assert await project.count("run_part") == workers
    attempts = await project.rows("select count(*) as count from result_row")
    assert attempts == [{"count": workers}]
    told = await project.rows("select data ->> 'number' as number, type from live_event where topic = 'projects'")
    assert sorted(row["type"] for row in told) == ["run.changed"] * (workers - 1) + ["run.stored"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([{"a": P}, {"b": P}, {"c": P}], {"every_run": 1}),
        ([{"a": F}, {"b": F}], {"every_run": 2, "any_failure": 2, "new_failures": 2}),
        ([{"a": P}, {"old": F}, {"b": P}], {"every_run": 2, "any_failure": 1}),
        ([{"old": F}, {"b": P, "old": F}], {"every_run": 1, "any_failure": 1}),
        ([{"a": F}, {"a": P}], {"every_run": 1, "any_failure": 1, "new_failures": 1}),
    ],
)
async def test_people_are_told_of_the_first_part_and_then_of_new_failures(
    project: Project, parts: list[dict[str, Status]], told: dict[str, int]
) -> None:
    await project.arrive(outcomes(a=P, b=P, old=F), NOON - MINUTE, **BUILD | {"build_key": "github:41"})
    async with project.database.write(EVERYBODY) as writer:
        for rule in ("every_run", "any_failure", "new_failures"):
            await writer.run(
                "insert into channel (project_id, kind, name, rule, config) values (1, 'webhook', %(r)s, %(r)s, '{}')",
                r=rule,
            )
    for index, part in enumerate(parts):
        await project.arrive(outcomes(**part), NOON + MINUTE * index, **BUILD)
    rows = await project.rows(
        "select c.rule, d.message from delivery d join channel c using (project_id, channel_id) order by delivery_id"
    )
    counts = {rule: sum(row["rule"] == rule for row in rows) for rule in ("every_run", "any_failure", "new_failures")}
    assert {rule: count for rule, count in counts.items() if count} == told
    last = rows[-1]["message"]
    names = [name for part in parts for name, status in part.items() if status is F]
    assert {item["title"] for item in last["items"]} == set(names[: last["item_count"]])
    assert last["run_number"] == 2
