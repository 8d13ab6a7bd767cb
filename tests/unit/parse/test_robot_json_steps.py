from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import robot_json_steps, robot_steps_draft


def opened(*body: dict[str, Any], **more: Any) -> steps.Evidence:
    return robot_json_steps.open_test(json.dumps({"name": "T", "body": body, **more}).encode())


def test_a_keyword() -> None:
    (seen,) = opened(
        {
            "name": "Open shop",
            "owner": "Shop",
            "args": ["basket", 1],
            "assign": ["${page}"],
            "tags": ["ui"],
            "doc": "Opens it.",
            "timeout": "1 minute",
            "status": "FAIL",
            "message": "*HTML* <b>gone</b>",
            "start_time": "2026-03-14T09:15:30.250000",
            "elapsed_time": 1.5,
        }
    ).steps
    assert seen == steps.Step(
        kind="keyword",
        name="Open shop",
        owner="Shop",
        status="failed",
        started_at=datetime(2026, 3, 14, 9, 15, 30, 250_000, tzinfo=UTC),
        duration_ms=1500,
        arguments=("basket", "1"),
        assign=("${page}",),
        tags=("ui",),
        doc="Opens it.",
        timeout="1 minute",
        message="<b>gone</b>",
        is_html=True,
    )


@pytest.mark.parametrize(
    ("item", "kind", "name"),
    [
        (
            {"type": "FOR", "flavor": "IN ENUMERATE", "assign": ["${i}", "${x}"], "values": ["a", "b"], "start": "1"},
            "for",
            "${i} | ${x} IN ENUMERATE [ a | b ] start=1",
        ),
        ({"type": "ITERATION", "assign": {"${i}": "0", "${x}": "a"}}, "iteration", "${i} = 0, ${x} = a"),
        ({"type": "WHILE", "condition": "$x", "limit": "3"}, "while", "$x limit=3"),
        ({"type": "IF/ELSE ROOT", "body": [{"type": "IF", "condition": "$x"}]}, "if", "$x"),
        ({"type": "IF/ELSE ROOT", "body": [{"type": "ELSE IF", "condition": "$y"}]}, "else_if", "$y"),
        ({"type": "IF/ELSE ROOT", "body": [{"type": "ELSE"}]}, "else", ""),
        (
            {"type": "TRY/EXCEPT ROOT", "body": [{"type": "EXCEPT", "patterns": ["a*"], "pattern_type": "GLOB"}]},
            "except",
            "a* type=GLOB",
        ),
        ({"type": "EXCEPT", "patterns": [], "assign": "${e}"}, "except", "AS ${e}"),
        ({"type": "FINALLY"}, "finally", ""),
        ({"type": "VAR", "name": "${v}", "value": "1", "scope": "SUITE"}, "variable", "${v} = 1 scope=SUITE"),
        ({"type": "RETURN", "values": ["1", "2"]}, "return", "1 | 2"),
        ({"type": "CONTINUE"}, "continue", ""),
        ({"type": "BREAK"}, "break", ""),
        ({"type": "ERROR", "values": ["[Setpu]"]}, "error", "[Setpu]"),
        ({"type": "GROUP", "name": "Pay"}, "group", "Pay"),
    ],
)
def test_control_structures(item: dict[str, Any], kind: str, name: str) -> None:
    (seen,) = opened(item).steps
    assert (seen.kind, seen.name) == (kind, name)


def test_setup_body_and_teardown_in_this_order() -> None:
    seen = opened({"name": "B"}, teardown={"name": "C"}, setup={"name": "A"})
    assert [(step.kind, step.name) for step in seen.steps] == [("setup", "A"), ("keyword", "B"), ("teardown", "C")]


def test_messages_and_the_files_they_show() -> None:
    html = '</td></tr><tr><td colspan="3"><img src="a.png">'
    seen = opened(
        {"type": "MESSAGE", "message": "plain <b>", "level": "TRACE", "timestamp": "2026-03-14T09:15:30"},
        {"type": "MESSAGE", "message": html, "html": True},
    )
    plain, shown = seen.steps
    assert (plain.level, plain.text, plain.is_html) == ("TRACE", "plain <b>", False)
    assert plain.started_at == datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC)
    assert (shown.level, shown.text, shown.is_html) == ("INFO", '<img src="a.png">', True)
    assert [file.path for file in seen.files] == ["a.png"]


def test_a_body_that_goes_on_after_a_setup_is_whole() -> None:
    seen = robot_json_steps.open_test(
        b'{"body":[{"body":[{"type":"MESSAGE","message":"a"}],"setup":{"name":"S"},"body":[{"name":"B"}],"name":"K"}]}'
    )
    assert [step.kind for step in seen.steps[0].children] == ["setup", "message", "keyword"]


def test_properties() -> None:
    assert opened(timeout="5 s", metadata={"Owner": "shop"}).properties == (("Timeout", "5 s"), ("Owner", "shop"))


def test_what_is_not_known_is_named_once_and_left_out() -> None:
    seen = opened({"type": "LATER"}, {"type": "LATER"}, {"name": "K"})
    assert [warning.code for warning in seen.warnings] == ["unknown-element"]
    assert [step.name for step in seen.steps] == ["K"]


def test_deep_nesting_is_cut_off() -> None:
    deep = robot_steps_draft.DEEPEST + 50
    seen = robot_json_steps.open_test(b'{"name":"K","body":[' * (deep + 1) + b"]}" * (deep + 1))
    assert [warning.code for warning in seen.warnings] == ["steps-too-deep"]
    depth, step = 0, seen.steps
    while step:
        depth, step = depth + 1, step[0].children
    assert depth == robot_steps_draft.DEEPEST


def test_roots_do_not_count_but_cannot_nest_without_end() -> None:
    deep = robot_steps_draft.DEEPEST + 50
    piece = b'{"type":"IF/ELSE ROOT","body":[' * deep + b"]}" * deep
    assert [step.kind for step in robot_json_steps.open_test(piece).steps] == ["if"]


@pytest.mark.parametrize("piece", [b"", b"{", b'{"body":[}', b'{"body":[' * 3000])
def test_damage_is_found_when_the_test_is_opened(piece: bytes) -> None:
    with pytest.raises(errors.ReportError):
        robot_json_steps.open_test(piece)


@pytest.mark.parametrize("piece", [b"[]", b"3", b'{"body":3}', b'{"body":[1,null,[]],"setup":[]}'])
def test_odd_values_are_no_steps_worth_a_crash(piece: bytes) -> None:
    assert all(step.name == "" for step in robot_json_steps.open_test(piece).steps)
