from __future__ import annotations

import io
import json
from typing import Any

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import robot_json_keywords


def count(document: bytes | dict[str, Any]) -> list[raw.RawKeyword]:
    data = document if isinstance(document, bytes) else json.dumps(document, separators=(",", ":")).encode()
    return robot_json_keywords.count(io.BytesIO(data))


def call(name: Any, status: Any = "PASS", seconds: Any = 0.5, **more: Any) -> dict[str, Any]:
    return {"name": name, "owner": "Lib", "status": status, "elapsed_time": seconds, **more}


def output(*body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"generator": "Robot 7.5", "suite": {"name": "S", "tests": [{"name": "T", "body": body}], **more}}


def test_calls_failures_and_times_with_all_that_was_called() -> None:
    inner = call("Inner", "FAIL", 0.25)
    assert count(output(call("Outer", "FAIL", body=[inner]), inner)) == [
        raw.RawKeyword("Lib", "Outer", 1, 1, 500),
        raw.RawKeyword("Lib", "Inner", 2, 2, 500),
    ]


def test_control_structures_and_what_did_not_run_are_no_calls() -> None:
    loop = {"type": "FOR", "status": "PASS", "body": [{"type": "ITERATION", "body": [call("K")]}]}
    group = {"type": "GROUP", "name": "G", "body": [call("K", "NOT RUN"), {"type": "MESSAGE", "message": "m"}]}
    assert count(output(loop, group)) == [raw.RawKeyword("Lib", "K", 1, 0, 500)]


def test_setups_and_teardowns_are_calls_wherever_they_stand() -> None:
    fixtures = {"setup": call("A"), "teardown": call("B")}
    found = count(
        {
            "generator": "Robot 7.5",
            "suite": {"suites": [{"tests": [{**fixtures, "body": [call("K", **fixtures)]}]}], **fixtures},
        }
    )
    assert [(keyword.name, keyword.calls) for keyword in found] == [("A", 3), ("K", 1), ("B", 3)]


def test_one_suite_alone() -> None:
    assert [keyword.name for keyword in count(output(call("K"))["suite"])] == ["K"]


def test_a_body_that_goes_on_is_counted_whole() -> None:
    keyword = b'{"name":"K","body":[{"name":"A"}],"setup":{"name":"S"},"body":[{"name":"B"}]}'
    data = b'{"generator":"R","suite":{"tests":[{"body":[' + keyword + b"]}]}}"
    assert [keyword.name for keyword in count(data)] == ["K", "S", "A", "B"]


def test_equal_names_of_two_libraries_are_two_keywords() -> None:
    assert len(count(output(call("K"), call("K", owner="Other")))) == 2


def test_a_file_that_needs_mending_is_counted_too() -> None:
    data = json.dumps(output(call("K?"))).replace("K?", "K\x07").encode()
    assert [keyword.calls for keyword in count(data)] == [1]


@pytest.mark.parametrize("data", [b"", b"{", b'{"suite":[]}', b'{"suite":{"tests":[3]}}'])
def test_what_cannot_be_counted_is_refused(data: bytes) -> None:
    with pytest.raises(errors.ReportError):
        count(data)
