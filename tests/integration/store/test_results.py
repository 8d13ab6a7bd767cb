from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest

from made import NOON, B, F, P, Project, S, Y, functional, outcomes, result
from testflux.model.report import Attempt, Report
from testflux.model.status import Status
from testflux.store import evidence
from testflux.store.database import Row

DAY = timedelta(days=1)


def many(count: int, *, start: int = 0) -> Report:
    return functional(*(result(f"t{number}", duration_ms=number) for number in range(start, start + count)))


async def read_back(project: Project, run: Row) -> dict[str, tuple[str, int]]:
    """Return status and duration by test name, as the view shows them."""
    rows = await project.rows(
        "select t.name, r.status, r.duration_ms from result r join test t using (project_id, test_no) "
        "where r.project_id = %(project_id)s and r.run_day = %(day)s and r.run_id = %(run_id)s",
        day=run["run_day"],
        run_id=run["run_id"],
    )
    return {row["name"]: (row["status"], row["duration_ms"]) for row in rows}


async def rows_of(project: Project, run: Row) -> list[Row]:
    return await project.rows(
        "select t.name, r.attempt, r.is_final, r.status, r.change, m.text, f.cause "
        "from result_row r join test t using (project_id, test_no) "
        "left join message m using (project_id, message_id) left join failure f using (project_id, failure_id) "
        "where r.project_id = %(project_id)s and r.run_id = %(run_id)s order by t.name, r.attempt",
        run_id=run["run_id"],
    )


async def test_every_result_is_read_back_as_it_was(project: Project) -> None:
    run = await project.arrive(
        functional(
            result("a", P, duration_ms=1),
            result("b", F, duration_ms=2),
            result("c", B, duration_ms=3),
            result("d", S, duration_ms=4),
            result("e", Y, duration_ms=2**31 - 1),
        )
    )
    assert await read_back(project, run) == {
        "a": ("passed", 1),
        "b": ("failed", 2),
        "c": ("broken", 3),
        "d": ("skipped", 4),
        "e": ("flaky", 2**31 - 1),
    }


@pytest.mark.parametrize("longest", [0, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**24 - 1, 2**24, 2**31 - 1])
async def test_durations_of_every_width_are_read_back(project: Project, longest: int) -> None:
    dice = random.Random(longest)
    took = {f"t{number}": dice.randrange(longest + 1) for number in range(1100)} | {"t500": longest}
    run = await project.arrive(functional(*(result(name, duration_ms=ms) for name, ms in took.items())))
    assert await read_back(project, run) == {name: ("passed", ms) for name, ms in took.items()}


async def test_no_chunk_is_kept_behind_a_pointer(project: Project) -> None:
    dice = random.Random(1)
    for longest in (2**16 - 1, 2**24 - 1):
        await project.arrive(
            functional(*(result(f"t{number}", duration_ms=dice.randrange(longest)) for number in range(1000)))
        )
    (aside,) = await project.rows(
        "select sum(pg_relation_size(reltoastrelid)) as bytes from pg_class where relname like 'result_chunk_2%%'"
    )
    assert aside["bytes"] == 0


async def test_a_thousand_tests_share_a_chunk(project: Project) -> None:
    run = await project.arrive(many(2500))
    chunks = await project.rows("select bucket, length(status) as n, slots from result_chunk order by bucket")
    assert [(row["bucket"], row["n"], row["slots"]) for row in chunks] == [
        (0, 1000, None),
        (1, 1000, None),
        (2, 500, None),
    ]
    assert await read_back(project, run) == {f"t{number}": ("passed", number) for number in range(2500)}
    assert await project.count("result_row") == 0, "boring results have no row"


async def test_a_sparse_run_stays_small(project: Project) -> None:
    await project.arrive(many(2500), NOON - DAY)
    run = await project.arrive(many(3, start=1500), NOON)
    (chunk,) = await project.rows("select * from result_chunk where run_id = %(run_id)s", run_id=run["run_id"])
    assert (chunk["bucket"], chunk["slots"]) == (1, [500, 501, 502])
    assert await read_back(project, run) == {f"t{number}": ("passed", number) for number in (1500, 1501, 1502)}


async def test_the_order_in_the_report_does_not_matter(project: Project) -> None:
    first = await project.arrive(functional(result("a", duration_ms=1), result("b", F, duration_ms=2)), NOON - DAY)
    second = await project.arrive(functional(result("b", F, duration_ms=2), result("a", duration_ms=1)), NOON)
    assert await read_back(project, first) == await read_back(project, second)


async def test_evidence_is_kept_in_the_order_of_the_chunk(project: Project) -> None:
    await project.arrive(functional(result("a"), result("b")), NOON - DAY)
    run = await project.arrive(functional(result("b", evidence=(500, 900)), result("a", evidence=(10, 20))), NOON)
    (chunk,) = await project.rows("select evidence from result_chunk where run_id = %(id)s", id=run["run_id"])
    assert evidence.decode(chunk["evidence"], 2) == [(10, 20), (500, 900)]


async def test_interesting_results_have_a_row(project: Project) -> None:
    tried = (Attempt(Status.FAILED, 5, "first"), Attempt(Status.FAILED, 6, "second"))
    run = await project.arrive(
        functional(
            result("bad", F, "expected 1"),
            result("boring"),
            result("broken", B, "no driver"),
            result("flaky", Y, "", attempts=tried),
            result("quiet skip", S),
            result("skip", S, "not today"),
        )
    )
    assert [
        (row["name"], row["attempt"], row["is_final"], row["status"], row["text"], row["cause"])
        for row in await rows_of(project, run)
    ] == [
        ("bad", 1, True, F, "expected 1", "expected 1"),
        ("broken", 1, True, B, "no driver", "no driver"),
        ("flaky", 1, False, F, "first", None),
        ("flaky", 2, False, F, "second", None),
        ("flaky", 3, True, Y, None, None),
        ("skip", 1, True, S, "not today", None),
    ]


async def test_messages_and_causes_are_stored_once(project: Project) -> None:
    report = functional(*(result(f"t{number}", F, "the same text") for number in range(50)))
    first = await project.arrive(report, NOON - DAY)
    await project.arrive(report, NOON)
    assert await project.count("message") == 1
    (failure,) = await project.rows("select * from failure")
    assert (failure["first_run_id"], failure["first_seen_at"]) == (first["run_id"], NOON - DAY)
    assert failure["algorithm"] == "cause/1"


async def test_history_that_arrives_late_moves_the_first_sight_back(project: Project) -> None:
    await project.arrive(outcomes(a=F), NOON)
    late = await project.arrive(outcomes(a=F), NOON - 40 * DAY)
    (failure,) = await project.rows("select first_run_id, first_seen_at from failure")
    assert failure == {"first_run_id": late["run_id"], "first_seen_at": NOON - 40 * DAY}
    (test,) = await project.rows("select first_seen_at, last_seen_at from test")
    assert test == {"first_seen_at": NOON - 40 * DAY, "last_seen_at": NOON}


async def test_a_test_is_as_last_reported(project: Project) -> None:
    def report(line: int, *tags: str) -> Report:
        return functional(msgspec.structs.replace(result("a", tags=tags), line=line, source="a.robot"))

    await project.arrive(report(1, "old"), NOON - DAY)
    await project.arrive(report(2, "new", "smoke"), NOON)
    await project.arrive(report(3, "ancient"), NOON - 9 * DAY)
    (test,) = await project.rows("select source, line, tags, suite from test")
    assert test == {"source": "a.robot", "line": 2, "tags": ["new", "smoke"], "suite": ["Shop"]}


async def test_changes_are_told_against_the_baseline(project: Project) -> None:
    await project.arrive(outcomes(was_ok=P, was_bad=F, gets_well=B, vanishes=F, skipped_before=S), NOON - DAY)
    run = await project.arrive(outcomes(was_ok=F, was_bad=B, gets_well=P, skipped_before=F, unknown=F, fine=P), NOON)
    assert {row["name"]: row["change"] for row in await rows_of(project, run)} == {
        "was_ok": 1,
        "was_bad": 2,
        "skipped_before": 1,
        "unknown": 1,
    }
    assert (run["new_failures"], run["fixed"]) == (3, 1)


async def test_a_flaky_pass_is_a_fix_and_a_skip_is_none(project: Project) -> None:
    await project.arrive(outcomes(a=F, b=F), NOON - DAY)
    run = await project.arrive(outcomes(a=Y, b=S), NOON)
    assert (run["new_failures"], run["fixed"]) == (0, 1)


async def test_the_first_run_has_no_new_failures(project: Project) -> None:
    run = await project.arrive(outcomes(a=F))
    assert (run["verdict"], run["new_failures"]) == ("failed", 0)
    assert [row["change"] for row in await rows_of(project, run)] == [0]


async def test_names_are_kept_whatever_is_in_them(project: Project) -> None:
    names = ["NUL \0 in it", "half \ud83d pair", "a\tb\nc", "💥" * 300, "'; drop table test; --"]
    run = await project.arrive(functional(*(result(name, F, name) for name in names)))
    expected = {"NUL � in it", "half � pair", *names[2:]}
    assert set(await read_back(project, run)) == expected
    assert {row["text"] for row in await rows_of(project, run)} == expected


async def test_fifty_thousand_results_go_in_at_once(project: Project) -> None:
    run = await project.arrive(many(50_000))
    assert (await project.rows("select count(*) as n from result"))[0]["n"] == 50_000
    assert run["passed"] == 50_000
