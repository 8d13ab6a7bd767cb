"""The steps that tools without keywords have: what was written, where it failed, and earlier attempts."""

from __future__ import annotations

import base64
import binascii

from testflux.model import steps
from testflux.model.status import Status
from testflux.parse import plain_text


def output(level: str, text: str, name: str = "") -> tuple[steps.Step, ...]:
    """Return a block of what a test wrote to `stdout` or `stderr`; nothing for nothing."""
    words = plain_text.plain(text)
    return (steps.Step(kind="output", name=name, level=level, text=words),) if words.strip() else ()


def trace(text: str) -> tuple[steps.Step, ...]:
    """Return where a test failed, as the tool wrote it; nothing for nothing."""
    words = plain_text.plain(text).strip("\n")
    return (steps.Step(kind="message", level="FAIL", text=words),) if words.strip() else ()


def attempt(
    number: int, status: Status, message: str, duration_ms: float | None, children: tuple[steps.Step, ...]
) -> steps.Step:
    """Return one of several attempts as a group of its own."""
    return steps.Step(
        kind="group",
        name=f"Attempt {number}",
        status=word(status),
        message=plain_text.plain(message),
        duration_ms=duration_ms,
        children=children,
    )


def word(status: Status) -> str:
    """Return a test's status in the words of steps, which know no broken one."""
    return {Status.PASSED: "passed", Status.SKIPPED: "skipped"}.get(status, "failed")


def decoded(text: str) -> bytes | None:
    """Return what a base64 text holds, None for what is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
