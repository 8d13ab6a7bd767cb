from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import robot_json

STREAMED = b"""{
"generator":"Robot 7.5 (Python 3.11.7 on linux)",
"generated":"2026-03-14T09:15:30.000000",
"rpa":false,
"suite":{
"id":"s1",
"suites":[{
"id":"s1-s1",
"tests":[{
"id":"s1-s1-t1",
"body":[{
"body":[{
"type":"MESSAGE",
"message":"hello",
"level":"INFO",
"timestamp":"2026-03-14T09:15:31.500000"
}],
"name":"Log",
"owner":"BuiltIn",
"args":["hello"],
"status":"PASS",
"start_time":"2026-03-14T09:15:31.250000",
"elapsed_time":0.250000
}],
"name":"Pay",
"doc":"By card.",
"tags":["smoke","S_moke","none"],
"metadata":{"Owner":"shop"},
"lineno":7,
"timeout":"1 minute",
"status":"PASS",
"start_time":"2026-03-14T09:15:31.000000",
"elapsed_time":0.500000
},{
"id":"s1-s1-t2",
"name":"Return",
"status":"FAIL",
"message":"*HTML* <b>no</b>",
"elapsed_time":0.100000
}],
"name":"Basket",
"source":"/shop/basket.robot",
"elapsed_time":0.700000
}],
"name":"Shop",
"doc":"All of it.",
"metadata":{"Build":"12"},
"status":"FAIL",
"start_time":"2026-03-14T09:15:30.500000",
"elapsed_time":1.000000
},
"statistics":{"total":{},"suites":[{"label":"Shop"}],"tags":[]},
"errors":[{
"message":"odd",
"level":"WARN",
"html":true,
"timestamp":"2026-03-14T09:15:32.000000"
}]
}
"""


def read(document: bytes | dict[str, Any]) -> raw.RawReport:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return robot_json.parse(io.BytesIO(data))


def suite(**more: Any) -> dict[str, Any]:
    return {"id": "s1", "name": "S", "tests": [{"id": "s1-t1", "name": "T", "status": "PASS"}], **more}


def test_a_streamed_output() -> None:
    seen = read(STREAMED)
    pay, back = seen.tests
    assert (pay.suite, pay.name, pay.status, pay.doc) == (("Shop", "Basket"), "Pay", Status.PASSED, "By card.")
    assert (pay.tags, pay.line, pay.source) == (("smoke",), 7, "/shop/basket.robot")
    assert pay.started_at == datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC)
    assert pay.duration_ms == 500
    assert pay.attributes == {"Owner": "shop", "timeout": "1 minute"}
    assert (back.status, back.message, back.message_is_html) == (Status.FAILED, "<b>no</b>", True)
    assert seen.format == "robot-json"
    assert seen.tool == raw.Tool("Robot Framework", "7.5")
    assert [(suite.path, suite.doc, suite.metadata, suite.duration_ms) for suite in seen.suites] == [
        (("Shop",), "All of it.", {"Build": "12"}, 1000),
        (("Shop", "Basket"), "", {}, 700),
    ]
    assert seen.log == [raw.RawLogMessage("WARN", "odd", datetime(2026, 3, 14, 9, 15, 32, tzinfo=UTC), is_html=True)]
    assert (seen.warnings, seen.local_times) == ([], True)


def test_ranges_hold_exactly_one_test() -> None:
    names = [json.loads(STREAMED[test.byte_start : test.byte_end])["name"] for test in read(STREAMED).tests]
    assert names == ["Pay", "Return"]


def test_ranges_fit_behind_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + STREAMED
    assert [json.loads(data[test.byte_start : test.byte_end])["name"] for test in read(data).tests] == ["Pay", "Return"]


def test_a_suite_s_tests_may_stand_before_its_suites() -> None:
    inner = {"name": "I", "tests": [{"id": "s1-s1-t1", "name": "A"}]}
    data = json.dumps({"name": "S", "id": "s1", "tests": [{"id": "s1-t1", "name": "B"}], "suites": [inner]}).encode()
    assert [json.loads(data[test.byte_start : test.byte_end])["name"] for test in read(data).tests] == ["B", "A"]


@pytest.mark.parametrize(
    ("generator", "status"), [("Robot 7.5", Status.FAILED), ("Rebot 7.5", Status.PASSED), ("", Status.PASSED)]
)
def test_a_failed_teardown_changes_what_robot_itself_wrote(generator: str, status: Status) -> None:
    teardown = {"name": "Close", "status": "FAIL", "message": "shut"}
    (test,) = read({"generator": generator, "suite": suite(teardown=teardown)}).tests
    assert test.status is status
    assert test.message == ("Parent suite teardown failed:\nshut" if status is Status.FAILED else "")


def test_one_suite_alone_has_no_writer() -> None:
    seen = read(suite(teardown={"name": "Close", "status": "FAIL", "message": "shut"}))
    assert (seen.tests[0].status, seen.tool.version, seen.name) == (Status.PASSED, "", "S")


def test_a_suite_without_time_took_what_is_in_it() -> None:
    inner = {"name": "I", "tests": [{"name": "T", "elapsed_time": 1}, {"name": "U", "elapsed_time": 0.5}]}
    fixture = {"name": "K", "elapsed_time": 0.25}
    seen = read(
        {"generator": "Rebot 7.5", "suite": {"name": "S", "suites": [inner], "setup": fixture, "teardown": fixture}}
    )
    assert [suite.duration_ms for suite in seen.suites] == [2000, 1500]


def test_attempts_come_out_of_a_merged_message() -> None:
    message = (
        '*HTML* <span class="merge">Test has been re-executed and results merged.</span><hr>'
        '<span class="new-status">New status:</span> <span class="pass">PASS</span><br><hr>'
        '<span class="old-status">Old status:</span> <span class="fail">FAIL</span><br>'
        '<span class="old-message">Old message:</span> first<br>'
    )
    seen = read({"generator": "Rebot 7.5", "suite": suite(tests=[{"name": "T", "status": "PASS", "message": message}])})
    assert [(test.attempt, test.status) for test in seen.tests] == [(1, Status.FAILED), (2, Status.PASSED)]


def test_unknown_keys_are_named_once_and_lose_nothing() -> None:
    tests = [{"name": "T", "status": "PASS", "speed": 1}, {"name": "U", "status": "PASS", "speed": 2}]
    seen = read({"generator": "Robot 9", "colour": 1, "suite": suite(tests=tests, shape=[1])})
    assert [warning.message.split()[0] for warning in seen.warnings] == ["'colour'", "'shape'", "'speed'"]
    assert {warning.code for warning in seen.warnings} == {"unknown-element"}
    assert [test.name for test in seen.tests] == ["T", "U"]


@pytest.mark.parametrize(
    "odd", [{"tests": {"a": 1}}, {"tests": [1]}, {"suites": "x"}, {"suites": [None]}, {"teardown": 3}]
)
def test_values_of_another_type_are_left_out_with_a_warning(odd: dict[str, Any]) -> None:
    seen = read({"generator": "Robot 7.5", "suite": suite(**odd)})
    assert [warning.code for warning in seen.warnings] == ["unexpected-value"]
    assert seen.suites[0].path == ("S",)


def test_odd_values_of_a_test() -> None:
    test = {"name": None, "tags": "one", "lineno": "x", "metadata": [], "elapsed_time": None, "status": 1, "doc": 2}
    (seen,) = read({"generator": "Robot 7.5", "suite": suite(tests=[test])}).tests
    assert (seen.name, seen.tags, seen.line, seen.duration_ms, seen.doc) == ("", ("one",), None, None, "2")
    assert seen.status is Status.FAILED


def test_a_key_that_stands_twice_loses_no_test() -> None:
    data = b'{"generator":"Robot 7.5","suite":{"name":"S","tests":[{"name":"A"}],"body":[],"tests":[{"name":"B"}]}}'
    seen = read(data)
    assert [test.name for test in seen.tests] == ["A", "B"]
    assert [test.byte_start for test in seen.tests] == [None, None]


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\x07", "\udcff"])
def test_characters_that_no_database_takes_are_replaced(text: str) -> None:
    data = json.dumps({"generator": "Robot 7.5", "suite": suite(doc="D?")})
    seen = read(data.replace("D?", f"D{text}").encode("utf-8", "surrogateescape"))
    assert seen.suites[0].doc.startswith("D")
    assert "\x00" not in seen.suites[0].doc
    seen.suites[0].doc.encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (STREAMED[:-200], "report-truncated"),
        (STREAMED.replace(b'"rpa":false', b'"rpa":'), "json-malformed"),
        (b'{"generator":"Robot 7.5","suite":' + b'{"suites":[' * 200 + b"]}" * 200 + b"}", "report-too-deep"),
        (b'{"generator":"Robot 7.5","suite":' + b'{"setup":[' * 5000 + b"]}" * 5000 + b"}", "json-malformed"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(data)
    assert caught.value.code == code
    assert caught.value.hint


@given(st.integers(0, len(STREAMED)), st.integers(0, 40), st.binary(max_size=8))
def test_damaged_outputs_are_read_or_refused(at: int, cut: int, instead: bytes) -> None:
    try:
        seen = read(STREAMED[:at] + instead + STREAMED[at + cut :])
    except errors.ReportError as error:
        assert error.hint  # noqa: PT017 - either way is right
    else:
        assert seen.format == "robot-json"
