from __future__ import annotations

import json

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import ctrf_evidence


def open_test(**test: object) -> steps.Evidence:
    return ctrf_evidence.open_test(json.dumps({"name": "a", "status": "failed", **test}).encode())


def test_steps_trace_and_output_come_in_this_order() -> None:
    seen = open_test(
        steps=[{"name": "one", "status": "passed"}, {"name": "two", "status": "other"}, {"name": "three"}],
        trace="\x1b[31mat x\x1b[0m",
        snippet="expect(1)",
        stdout=["a", "b\n"],
        stderr=["c"],
    )
    assert [(step.kind, step.name or step.text, step.status or step.level) for step in seen.steps] == [
        ("step", "one", "passed"),
        ("step", "two", "failed"),
        ("step", "three", ""),
        ("message", "at x", "FAIL"),
        ("message", "expect(1)", "FAIL"),
        ("output", "a\nb\n", "stdout"),
        ("output", "c\n", "stderr"),
    ]


def test_earlier_attempts_are_groups() -> None:
    seen = open_test(
        retryAttempts=[{"status": "failed", "message": "no", "trace": "at one", "duration": 5}], trace="at two"
    )
    group, last = seen.steps
    assert (group.kind, group.name, group.status, group.message) == ("group", "Attempt 1", "failed", "no")
    assert group.duration_ms == 5
    assert [step.text for step in group.children] == ["at one"]
    assert last.text == "at two"


def test_files_are_named_or_embedded() -> None:
    file = {"name": "trace", "contentType": "application/zip", "path": "out/trace.zip"}
    seen = open_test(
        attachments=[file, {"name": "no path"}],
        screenshot="data:image/png;base64,iVBORw==",
        retryAttempts=[{"status": "failed", "attachments": [{"path": "out/one.png"}]}],
    )
    assert seen.files == (
        steps.NamedFile("", "screenshot", "image/png", b"\x89PNG"),
        steps.NamedFile("out/trace.zip", "trace", "application/zip"),
        steps.NamedFile("out/one.png"),
    )


@pytest.mark.parametrize(("text", "types"), [("/9j/", ["image/jpeg"]), ("no base64", []), ("", [])])
def test_a_screenshot_says_what_it_is(text: str, types: list[str]) -> None:
    assert [file.media_type for file in open_test(screenshot=text).files] == types


def test_what_else_is_said_are_properties() -> None:
    seen = open_test(
        threadId="w1", type="unit", parameters={"apples": 2}, labels={"a": ["1", "2"]}, extra={"b": {}, "c": 3}
    )
    assert seen.properties == (
        ("threadId", "w1"), ("type", "unit"), ("apples", "2"), ("a", "1"), ("a", "2"), ("c", "3"),
    )  # fmt: skip


def test_damage_found_only_now_is_told() -> None:
    assert [warning.code for warning in open_test(status="fine").warnings] == ["unknown-status"]
    with pytest.raises(errors.ReportError):
        ctrf_evidence.open_test(b'{"name": ')
