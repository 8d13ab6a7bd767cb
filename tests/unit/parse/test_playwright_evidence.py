from __future__ import annotations

import json

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import json_pieces, playwright_evidence


def open_test(*results: dict[str, object], **test: object) -> steps.Evidence:
    return playwright_evidence.open_test(json.dumps({"results": results, **test}).encode())


def depth_of(step: steps.Step) -> int:
    return 1 + max((depth_of(child) for child in step.children), default=0)


def test_steps_nest_and_say_where_they_failed() -> None:
    click = {"title": "click", "duration": 5, "error": {"message": "\x1b[31mno button\x1b[0m"}}
    (step,) = open_test({"steps": [{"title": "open", "duration": 20, "steps": [click]}]}).steps
    assert (step.kind, step.name, step.status, step.duration_ms) == ("step", "open", "passed", 20)
    assert [(child.name, child.status, child.message) for child in step.children] == [("click", "failed", "no button")]


def test_errors_come_with_their_code_and_the_first_one_once() -> None:
    first = {"message": "one", "stack": "Error: one\n  at x", "snippet": "> 4 | x"}
    seen = open_test({"error": first, "errors": [{"message": "one\n> 4 | x"}, {"message": "two"}]})
    assert [step.text for step in seen.steps] == ["Error: one\n  at x\n\n> 4 | x", "two"]
    assert [step.text for step in open_test({"errors": [{"message": "one"}]}).steps] == ["one"]


def test_output_is_text_or_bytes() -> None:
    seen = open_test({"stdout": [{"text": "a\n"}, {"buffer": "Yg=="}, {"buffer": "!"}], "stderr": [{"text": "c"}]})
    assert [(step.level, step.text) for step in seen.steps] == [("stdout", "a\nb"), ("stderr", "c")]


def test_several_attempts_are_groups() -> None:
    failed: dict[str, object] = {"status": "failed", "duration": 5, "error": {"message": "no", "stack": "at x"}}
    seen = open_test(failed, {"status": "passed", "duration": 4}, expectedStatus="passed")
    assert [(step.kind, step.name, step.status, step.message, step.duration_ms) for step in seen.steps] == [
        ("group", "Attempt 1", "failed", "no", 5),
        ("group", "Attempt 2", "passed", "", 4),
    ]
    assert [step.text for step in seen.steps[0].children] == ["at x"]


def test_files_of_every_attempt_are_named_or_embedded() -> None:
    shot = {"name": "shot", "contentType": "image/png", "path": "/src/shot.png"}
    note = {"name": "note", "contentType": "text/plain", "body": "aGVsbG8="}
    assert open_test({"attachments": [shot]}, {"attachments": [note]}).files == (
        steps.NamedFile("/src/shot.png", "shot", "image/png"),
        steps.NamedFile("", "note", "text/plain", b"hello"),
    )


def test_annotations_are_properties() -> None:
    seen = open_test({}, annotations=[{"type": "issue", "description": "A-1"}, {"type": "slow"}])
    assert seen.properties == (("issue", "A-1"), ("slow", ""))


def test_a_test_that_never_came_has_nothing_to_show() -> None:
    assert open_test() == steps.Evidence()


def test_steps_nest_only_so_deep() -> None:
    step: dict[str, object] = {"title": "x"}
    for _ in range(200):
        step = {"title": "x", "steps": [step]}
    assert depth_of(open_test({"steps": [step]}).steps[0]) == json_pieces.DEEPEST + 1


def test_damage_is_told() -> None:
    with pytest.raises(errors.ReportError):
        playwright_evidence.open_test(b'{"results": [')
    assert [warning.code for warning in open_test({"status": "x"}, {"status": "x"}).warnings] == ["unknown-status"]
