from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import allure

START = 1_773_479_731_000


def write(*results: dict[str, object]) -> bytes:
    return b"\n".join(json.dumps(result).encode() for result in results)


def read(*results: dict[str, object]) -> raw.RawReport:
    return allure.parse(io.BytesIO(write(*results)))


def read_test(**result: object) -> raw.RawTest:
    return read({"uuid": "u", "name": "holds", "status": "passed", **result}).tests[0]


def labels(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def test_every_field_has_its_place() -> None:
    test = read_test(
        start=START,
        stop=START + 125,
        description="What is put in stays in",
        statusDetails={"message": "\x1b[31mno\x1b[0m", "trace": "at x"},
        fullName="tests/cart.spec.ts:12:3",
        labels=labels(
            ("tag", "smoke"), ("severity", "critical"), ("host", "agent"), ("suite", "cart"), ("parentSuite", "shop"),
            ("tag", "smoke"), ("tag", ""),
        ),
    )  # fmt: skip
    assert (test.suite, test.name, test.message, test.doc) == (
        ("shop", "cart"),
        "holds",
        "no",
        "What is put in stays in",
    )
    assert (test.started_at, test.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC), 125)
    assert (test.source, test.line) == ("tests/cart.spec.ts", 12)
    assert test.tags == ("smoke", "severity:critical")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        (
            {"labels": labels(("subSuite", "c"), ("suite", "b"), ("parentSuite", "a"), ("package", "p"))},
            ("a", "b", "c"),
        ),
        ({"labels": labels(("package", "p")), "titlePath": ["x", "y"]}, ("x", "y")),
        ({"labels": labels(("package", "p"), ("testClass", "p.T"))}, ("p.T",)),
        ({"labels": labels(("package", "p"))}, ("p",)),
        ({}, ()),
        ({"labels": "none"}, ()),
    ],
)
def test_suites_come_from_labels_or_titles(fields: dict[str, object], path: tuple[str, ...]) -> None:
    assert read_test(**fields).suite == path


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        ("passed", Status.PASSED),
        ("failed", Status.FAILED),
        ("broken", Status.BROKEN),
        ("skipped", Status.SKIPPED),
        ("unknown", Status.BROKEN),
        (None, Status.BROKEN),
    ],
)
def test_statuses(status: str | None, meant: Status) -> None:
    seen = read({"name": "a", "status": status})
    assert [test.status for test in seen.tests] == [meant]
    assert seen.warnings == []


def test_a_status_that_is_not_known_is_broken_with_a_warning() -> None:
    seen = read({"name": "a", "status": "fine"}, {"name": "b", "status": "fine"})
    assert [test.status for test in seen.tests] == [Status.BROKEN] * 2
    assert [warning.code for warning in seen.warnings] == ["unknown-status"]


def test_parameters_tell_variants_apart_and_keep_secrets() -> None:
    parameters = [
        {"name": "apples", "value": "2"},
        {"name": "cart", "value": "<Cart object at 0x7f00112233>"},
        {"name": "password", "value": "secret", "mode": "masked"},
        {"name": "token", "value": "secret", "mode": "hidden"},
        {"name": "attempt", "value": "3", "excluded": True},
        {"name": "odd", "value": {}, "mode": {}},
    ]
    assert read_test(parameters=parameters).parameters == "apples=2, cart=<Cart object>, password=…, token=…, odd="


def test_results_of_one_history_are_attempts_in_the_order_of_their_start() -> None:
    def result(start: int, status: str, **more: object) -> dict[str, object]:
        return {"name": "a", "historyId": "h", "start": start, "status": status, **more}

    seen = read(
        result(START + 3000, "passed", labels=labels(("suite", "last"))),
        {"name": "b", "start": START + 1500, "status": "passed"},
        result(START + 1000, "failed"),
        result(START + 2000, "broken"),
    )
    assert [(test.name, test.attempt, test.status, test.suite) for test in seen.tests] == [
        ("a", 1, Status.FAILED, ("last",)),
        ("a", 2, Status.BROKEN, ("last",)),
        ("a", 3, Status.PASSED, ("last",)),
        ("b", 1, Status.PASSED, ()),
    ]


def test_results_without_a_history_are_tests_of_their_own() -> None:
    assert [test.attempt for test in read({"name": "a"}, {"name": "a"}).tests] == [1, 1]


def test_fixtures_that_failed_are_in_the_log() -> None:
    seen = read(
        {
            "uuid": "c",
            "children": ["u"],
            "befores": [{"name": "server", "status": "passed"}, {"name": "door", "status": "failed"}],
            "afters": [{"name": "down", "status": "broken", "statusDetails": {"message": "stuck"}, "start": START}],
        },
        {"uuid": "d", "afters": [{"name": "last", "status": "broken"}]},
    )
    assert [(entry.level, entry.text) for entry in seen.log] == [
        ("ERROR", "door: "), ("ERROR", "down: stuck"), ("ERROR", "last: "),
    ]  # fmt: skip
    assert seen.log[1].at == datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC)
    assert seen.tests == []


def test_the_run_lasts_from_the_first_start_to_the_last_stop() -> None:
    seen = read(
        {"name": "a", "start": START + 1000, "stop": START + 1500, "labels": labels(("framework", "pytest"))},
        {"name": "b", "start": START, "stop": START + 700},
        {"name": "c"},
    )
    assert seen.started_at == datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC)
    assert (seen.duration_ms, seen.tool) == (1500, raw.Tool("pytest"))


def test_a_message_may_stand_in_the_trace() -> None:
    assert read_test(statusDetails={"trace": "\nRuntimeError: no\n at x"}).message == "RuntimeError: no"


def test_every_result_stands_where_it_says() -> None:
    data = write({"name": "a"}, {"uuid": "c", "children": []}, {"name": "b"})
    for test in allure.parse(io.BytesIO(data)).tests:
        assert json.loads(data[test.byte_start : test.byte_end])["name"] == test.name


def test_one_result_may_be_written_over_many_lines() -> None:
    data = json.dumps({"uuid": "u", "name": "a", "steps": [{"name": "x"}]}, indent=2).encode() + b"\n"
    (test,) = allure.parse(io.BytesIO(data)).tests
    assert test.name == "a"
    assert json.loads(data[test.byte_start : test.byte_end])["uuid"] == "u"


def test_a_result_that_breaks_off_is_left_out() -> None:
    seen = allure.parse(io.BytesIO(write({"name": "a"}) + b'\n{"name": "b", "sta\n' + write({"name": "c"})))
    assert [test.name for test in seen.tests] == ["a", "c"]
    assert not seen.is_complete
    assert [(warning.code, warning.line) for warning in seen.warnings] == [("report-truncated", 2)]


def test_a_result_that_breaks_off_at_once_is_left_out_too() -> None:
    seen = allure.parse(io.BytesIO(write({"name": "a"}) + b"\n{"))
    assert ([test.name for test in seen.tests], seen.is_complete) == (["a"], False)


@pytest.mark.parametrize("data", [b'{"name": "a', b"{\n", b'{"uuid": "c", "children": []}\n{"name'])
def test_nothing_but_broken_results_is_refused(data: bytes) -> None:
    with pytest.raises(errors.ReportError) as caught:
        allure.parse(io.BytesIO(data))
    assert caught.value.code == "report-truncated"
