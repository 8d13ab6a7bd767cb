from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from robot import result
from robot.api import ExecutionResult

from testflux.sample import flavours, functional, robot
from testflux.sample.functional import Fault, Trouble
from testflux.sample.occasion import Occasion, Schedule

FILE = functional.File(
    "Basket",
    "/basket",
    (
        functional.Test("Old", 1.0, ("smoke",), removed=10),
        functional.Test("New", 1.0, written=5),
        functional.Test("Always", 2.0, ("smoke",), slower_since=3, slower=4.0),
    ),
)
OCCASION = Occasion("shop", "nightly", "staging", "main", datetime(2026, 5, 6, 1, 0, tzinfo=UTC), days_ago=4)


def run(
    *faults: Fault, only: str = "", changes: tuple[functional.Change, ...] = (), **at: object
) -> dict[str, result.TestCase]:
    book = functional.Book("Shop", "/tests", (FILE,), flavours.in_browser, faults, changes)
    lane = functional.FunctionalLane("nightly", "staging", "regression", Schedule(1), book, only=only)
    content = lane.write(msgspec.structs.replace(OCCASION, **at))
    return {test.name: test for test in ExecutionResult(io.StringIO(content.decode())).suite.all_tests}


@pytest.mark.parametrize(
    ("days_ago", "names"),
    [(11, {"Old", "Always"}), (10, {"Always"}), (6, {"Always"}), (5, {"New", "Always"}), (0, {"New", "Always"})],
)
def test_tests_come_and_go(days_ago: int, names: set[str]) -> None:
    assert run(days_ago=days_ago).keys() == names


def test_lane_can_keep_to_a_tag() -> None:
    assert run(only="smoke", days_ago=20).keys() == {"Old", "Always"}
    assert run(only="smoke", days_ago=4).keys() == {"Always"}


def test_slower_test_takes_longer_from_its_day_on() -> None:
    before, after = (run(days_ago=days)["Always"].elapsed_time.total_seconds() for days in (4, 3))
    assert after / before == pytest.approx(4.0, rel=0.02)  # one run's chance is the same: only the day differs


@pytest.mark.parametrize(("days_ago", "status"), [(8, "PASS"), (7, "FAIL"), (6, "FAIL"), (5, "PASS")])
def test_fault_keeps_to_its_days(days_ago: int, status: str) -> None:
    fault = Fault(Trouble.FAIL, "broken", ("Always",), first=7, last=6)
    assert run(fault, days_ago=days_ago)["Always"].status == status


def test_fault_keeps_to_its_lanes() -> None:
    fault = Fault(Trouble.FAIL, "broken", lanes=("nightly",))
    assert {test.status for test in run(fault).values()} == {"FAIL"}
    assert {test.status for test in run(fault, lane="smoke").values()} == {"PASS"}


def test_failure_reaches_the_innermost_step_and_names_particulars() -> None:
    test = run(Fault(Trouble.FAIL, "500 from https://{host}/{n}/{id} after {ms}", ("Always",)))["Always"]

    assert test.message.startswith("500 from https://staging.shop.example.test/")
    assert "{" not in test.message
    steps = test.to_dict()["body"]
    assert [step["status"] for step in steps] == ["PASS", "PASS", "FAIL"]
    assert steps[-1]["message"] == test.message


def test_particulars_differ_from_run_to_run() -> None:
    fault = Fault(Trouble.FAIL, "basket {n}", ("Always",))
    first, second = (run(fault, started_at=datetime(2026, 5, day, tzinfo=UTC))["Always"].message for day in (6, 7))
    assert first != second


def test_chance_decides_for_each_run() -> None:
    fault = Fault(Trouble.FAIL, "slow", ("Always",), chance=0.3)
    failed = sum(
        run(fault, started_at=datetime(2026, month, day, tzinfo=UTC))["Always"].status == "FAIL"
        for month in (1, 3, 5, 7, 8)
        for day in range(1, 31)
    )
    assert 30 <= failed <= 60


def test_skipped_test_says_why_and_does_nothing_else() -> None:
    test = run(Fault(Trouble.SKIP, "not here", ("Always",)))["Always"]
    names = [step["name"] for step in test.to_dict()["body"]]
    assert (test.status, test.message, names) == ("SKIP", "not here", ["Skip"])


def test_retried_test_passes_with_its_first_message() -> None:
    test = run(Fault(Trouble.RETRY, "gone", ("Always",)))["Always"]
    assert test.status == "PASS"
    assert "Old message:</span> gone<br>" in test.message


def test_failed_setup_blocks_the_file() -> None:
    tests = run(Fault(Trouble.SETUP, "no index", ("Basket",)))
    assert {(test.status, test.message) for test in tests.values()} == {
        ("FAIL", "Parent suite setup failed:\nno index"),
    }
    assert not any(test.body for test in tests.values())


def test_failed_teardown_fails_the_file() -> None:
    tests = run(Fault(Trouble.TEARDOWN, "no connection", ("Basket",)))
    assert {(test.status, test.message) for test in tests.values()} == {
        ("FAIL", "Parent suite teardown failed:\nno connection"),
    }


def test_pull_request_fails_until_its_last_run() -> None:
    change = functional.Change("fix/total", 12, 4, 3, ("Always",), "'1' should be '2'")
    assert run(changes=(change,), branch="fix/total", is_last=False)["Always"].status == "FAIL"
    assert run(changes=(change,), branch="fix/total", is_last=True)["Always"].status == "PASS"
    assert run(changes=(change,), branch="main", is_last=False)["Always"].status == "PASS"


@pytest.mark.parametrize("flavour", [flavours.in_browser, flavours.over_http, flavours.on_phone])
def test_steps_take_the_tests_time(flavour: Callable[..., tuple[robot.Step, ...]]) -> None:
    def total(steps: tuple[robot.Step, ...]) -> float:
        return sum(step.seconds + total(step.steps) for step in steps)

    assert total(flavour(FILE, FILE.tests[0], OCCASION, 10.0)) == pytest.approx(10.0)
