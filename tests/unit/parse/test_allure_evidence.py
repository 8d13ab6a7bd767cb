from __future__ import annotations

import json

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import allure_evidence, json_pieces


def open_test(**result: object) -> steps.Evidence:
    return allure_evidence.open_test(json.dumps({"name": "a", "status": "failed", **result}).encode())


def test_steps_have_times_parameters_and_what_went_wrong() -> None:
    click = {"name": "click", "status": "broken", "statusDetails": {"message": "no button", "trace": "at y"}}
    step = {
        "name": "open the cart",
        "status": "passed",
        "start": 1_773_479_731_000,
        "stop": 1_773_479_731_010,
        "parameters": [{"name": "apples", "value": "2"}, {"name": "key", "value": "secret", "mode": "masked"}],
        "steps": [click, {"name": "odd", "status": "fine"}],
    }
    (seen,) = open_test(steps=[step]).steps
    assert (seen.kind, seen.name, seen.status, seen.duration_ms) == ("step", "open the cart", "passed", 10)
    assert seen.arguments == ("apples=2", "key=…")
    assert [(child.name, child.status, child.message) for child in seen.children] == [
        ("click", "failed", "no button"), ("odd", "", ""),
    ]  # fmt: skip
    assert [child.text for child in seen.children[0].children] == ["at y"]


def test_the_trace_stands_at_the_end() -> None:
    seen = open_test(steps=[{"name": "a"}], statusDetails={"message": "no", "trace": "\x1b[31mat x\x1b[0m"})
    assert [step.text or step.name for step in seen.steps] == ["a", "at x"]


def test_files_of_the_test_come_before_those_of_its_steps() -> None:
    inner = {"name": "y", "attachments": [{"name": "two", "source": "2.txt", "type": "text/plain"}]}
    seen = open_test(attachments=[{"name": "one", "source": "1.png", "type": "image/png"}], steps=[{"steps": [inner]}])
    assert seen.files == (
        steps.NamedFile("1.png", "one", "image/png"),
        steps.NamedFile("2.txt", "two", "text/plain"),
    )


def test_parameters_links_and_labels_are_properties() -> None:
    seen = open_test(
        parameters=[{"name": "apples", "value": "2"}],
        links=[{"type": "issue", "url": "https://issues.example.com/A-1"}, {"name": "A-2"}],
        labels=[{"name": "tag", "value": "smoke"}],
    )
    assert seen.properties == (
        ("apples", "2"), ("issue", "https://issues.example.com/A-1"), ("link", "A-2"), ("tag", "smoke"),
    )  # fmt: skip


def test_steps_nest_only_so_deep() -> None:
    step: dict[str, object] = {"name": "x", "attachments": [{"source": "f"}]}
    for _ in range(200):
        step = {"name": "x", "steps": [step]}
    seen = open_test(steps=[step])
    depth, children = 0, seen.steps
    while children:
        depth, children = depth + 1, children[0].children
    assert depth == json_pieces.DEEPEST + 1
    assert seen.files == ()


def test_damage_is_told() -> None:
    with pytest.raises(errors.ReportError):
        allure_evidence.open_test(b'{"steps": [')
