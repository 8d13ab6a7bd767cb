from __future__ import annotations

import pytest

from testflux.model import steps
from testflux.parse import robot_steps_draft
from testflux.parse.robot_steps_draft import Draft


def test_a_keyword_keeps_its_name_and_arguments() -> None:
    (seen,) = Draft("keyword", "Log", "BuiltIn", "PASS", arguments=["a"], assign=["${b}"]).finish()
    assert seen == steps.Step(
        kind="keyword", name="Log", owner="BuiltIn", status="passed", arguments=("a",), assign=("${b}",)
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PASS", "passed"),
        ("FAIL", "failed"),
        ("SKIP", "skipped"),
        ("NOT RUN", "not_run"),
        ("NOT_RUN", "not_run"),
        ("?", "failed"),
    ],
)
def test_statuses(word: str, status: str) -> None:
    assert Draft("keyword", status=word).finish()[0].status == status


def test_branches_take_the_place_of_what_holds_them() -> None:
    branch = steps.Step(kind="if")
    assert Draft("if/else", children=[branch]).finish() == [branch]
    assert Draft("try/except").finish()[0].kind == "try"


def test_each_draft_has_lists_of_its_own() -> None:
    one, other = Draft("keyword"), Draft("keyword")
    one.arguments.append("x")
    one.options["flavor"] = "IN"
    assert (other.arguments, other.options) == ([], {})


def test_a_while_shows_its_limits() -> None:
    draft = Draft("while", options={"condition": "$x", "on_limit_message": "enough", "limit": "3"})
    assert draft.finish()[0].name == "$x limit=3 on_limit_message=enough"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("*HTML* <b>x</b>", ("<b>x</b>", True)), ("*HTML*", ("", True)), ("a *HTML*", ("a *HTML*", False))],
)
def test_html_is_marked_at_the_start(text: str, expected: tuple[str, bool]) -> None:
    assert robot_steps_draft.split_html(text) == expected
