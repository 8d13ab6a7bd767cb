from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import ctrf


def read(*tests: dict[str, object], **results: object) -> raw.RawReport:
    return ctrf.parse(io.BytesIO(json.dumps({"results": {"tests": tests, **results}}).encode()))


def read_test(**test: object) -> raw.RawTest:
    return read({"name": "a", "status": "passed", **test}).tests[-1]


def statuses(**test: object) -> list[Status]:
    return [attempt.status for attempt in read({"name": "a", **test}).tests]


def test_every_field_has_its_place() -> None:
    test = read_test(
        suite=["cart.test.ts", "cart"],
        start=1_773_479_731_000,
        duration=12.5,
        filePath="src/cart.test.ts",
        line=12,
        message="\x1b[31mno\x1b[0m",
        tags=["@smoke", "cart", "smoke"],
        labels={"owner": "ann", "jira": ["A-1", "A-2"]},
        parameters={"apples": 2, "note": "x"},
        browser="chrome 129.0.1",
        device="Pixel 7",
    )
    assert (test.suite, test.name, test.message) == (("cart.test.ts", "cart"), "a", "no")
    assert (test.started_at, test.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC), 12.5)
    assert (test.source, test.line) == ("src/cart.test.ts", 12)
    assert test.tags == ("smoke", "cart", "owner:ann", "jira:A-1", "jira:A-2")
    assert test.parameters == "apples=2, note=x, chrome, Pixel 7"


@pytest.mark.parametrize(
    ("suite", "path"),
    [
        (["a", "b"], ("a", "b")),
        ("a > b", ("a", "b")),
        ("a", ("a",)),
        ([], ("f.ts",)),
        ("", ("f.ts",)),
        (None, ("f.ts",)),
        (["a", 1, None], ("a", "1")),
    ],
)
def test_suites_are_a_list_or_a_text_with_arrows(suite: object, path: tuple[str, ...]) -> None:
    assert read_test(suite=suite, filePath="f.ts").suite == path


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("tests/a.py::TestX::test_b[1]", "test_b[1]"),
        ("test_b", "test_b"),
        ("tests/a.py::TestX::", "tests/a.py::TestX::"),
    ],
)
def test_names_of_pytest_lose_their_suites(name: str, own: str) -> None:
    assert read_test(name=name, suite=["tests/a.py", "TestX"]).name == own


@pytest.mark.parametrize(
    ("status", "raw_status", "meant"),
    [
        ("passed", "", Status.PASSED),
        ("failed", "timedOut", Status.FAILED),
        ("failed", "call_failed", Status.FAILED),
        ("failed", "setup_failed", Status.BROKEN),
        ("failed", "Error", Status.BROKEN),
        ("skipped", "error", Status.SKIPPED),
        ("pending", "todo", Status.SKIPPED),
        ("other", "", Status.BROKEN),
    ],
)
def test_statuses(status: str, raw_status: str, meant: Status) -> None:
    assert read_test(status=status, rawStatus=raw_status).status is meant


def test_a_status_that_is_not_known_is_broken_with_one_warning() -> None:
    seen = read({"name": "a", "status": "fine"}, {"name": "b", "status": "fine"}, {"name": "c"})
    assert [test.status for test in seen.tests] == [Status.BROKEN] * 3
    assert [warning.code for warning in seen.warnings] == ["unknown-status"] * 2
    assert '"fine"' in seen.warnings[0].message


FAILED, PASSED = {"status": "failed"}, {"status": "passed"}


@pytest.mark.parametrize(
    ("test", "meant"),
    [
        ({"retryAttempts": [FAILED, FAILED], "retries": 2}, [Status.FAILED, Status.FAILED, Status.PASSED]),
        ({"retryAttempts": [FAILED, PASSED], "retries": 1}, [Status.FAILED, Status.PASSED]),
        ({"retryAttempts": [FAILED], "retries": 0, "flaky": True}, [Status.FAILED, Status.PASSED]),
        ({"flaky": True}, [Status.FLAKY]),
        ({"flaky": True, "retryAttempts": [PASSED], "retries": 1}, [Status.PASSED, Status.FLAKY]),
        ({"flaky": False}, [Status.PASSED]),
    ],
)
def test_attempts_are_those_before_the_last_one(test: dict[str, object], meant: list[Status]) -> None:
    assert statuses(status="passed", **test) == meant


def test_only_the_last_attempt_can_be_opened() -> None:
    data = json.dumps({"results": {"tests": [{"name": "a", "status": "passed", "retryAttempts": [FAILED]}]}}).encode()
    first, last = ctrf.parse(io.BytesIO(data)).tests
    assert (first.byte_start, first.attempt, last.attempt) == (None, 1, 2)
    assert data[last.byte_start : last.byte_end].startswith(b'{"name": "a"')


def test_a_message_may_stand_in_the_trace() -> None:
    assert read_test(status="failed", trace="\n\x1b[31mError: no\x1b[0m\n at x").message == "Error: no"
    assert read_test(status="failed", message="why", trace="Error: no").message == "why"


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        (1_773_479_731_000, datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC)),
        (1_773_479_731, datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC)),
        (None, None),
        ("soon", None),
        (-5, None),
        (1e300, None),
    ],
)
def test_times_in_seconds_are_seen_to_be_so(start: object, moment: datetime | None) -> None:
    assert read_test(start=start).started_at == moment


def test_the_run_has_tool_and_times() -> None:
    seen = read(
        tool={"name": "jest\x00", "version": "30.1"}, summary={"start": 1_773_479_730_000, "stop": 1_773_479_731_500}
    )
    assert (seen.tool, seen.duration_ms) == (raw.Tool("jest", "30.1"), 1500)
    assert seen.started_at == datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC)
    assert read(summary={"duration": 7}).duration_ms == 7
    assert read().tool == raw.Tool("CTRF")
    assert read().tests == []


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"{}", "report-shape"), (b'{"results": []}', "report-shape"), (b'{"results": {"tests"', "report-truncated")],
)
def test_what_is_no_report_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        ctrf.parse(io.BytesIO(data))
    assert caught.value.code == code
