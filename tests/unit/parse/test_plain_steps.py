from __future__ import annotations

import pytest

from testflux.model import steps
from testflux.model.status import Status
from testflux.parse import plain_steps


def test_output_is_a_step_of_its_own() -> None:
    assert plain_steps.output("stdout", "\x1b[1ma\x1b[0m\n", "Log") == (
        steps.Step(kind="output", name="Log", level="stdout", text="a\n"),
    )


@pytest.mark.parametrize("text", ["", " \n", "\x1b[0m"])
def test_nothing_written_is_no_step(text: str) -> None:
    assert plain_steps.output("stderr", text) == ()
    assert plain_steps.trace(text) == ()


def test_a_trace_keeps_its_indentation() -> None:
    assert plain_steps.trace("\n  at x\n  at y\n") == (steps.Step(kind="message", level="FAIL", text="  at x\n  at y"),)


def test_an_attempt_is_a_group() -> None:
    inner = plain_steps.trace("at x")
    assert plain_steps.attempt(2, Status.BROKEN, "\x1b[31mno\x1b[0m", 5, inner) == steps.Step(
        kind="group", name="Attempt 2", status="failed", message="no", duration_ms=5, children=inner
    )


def test_steps_know_three_ends() -> None:
    assert [plain_steps.word(status) for status in Status] == ["passed", "failed", "failed", "skipped", "failed"]


@pytest.mark.parametrize(("text", "content"), [("aGk=", b"hi"), ("", b""), ("hi!", None), ("aGk", None), ("é", None)])
def test_base64_is_read_or_not(text: str, content: bytes | None) -> None:
    assert plain_steps.decoded(text) == content
