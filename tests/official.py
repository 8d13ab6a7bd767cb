"""What Robot Framework's own reader sees, in TestFlux's words, to compare with what TestFlux's readers see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from robot.result import ForIteration, Keyword

from testflux.model import raw, steps

STATUSES = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped", "NOT RUN": "not_run"}
KINDS = {
    "SETUP": "setup",
    "TEARDOWN": "teardown",
    "KEYWORD": "keyword",
    "FOR": "for",
    "WHILE": "while",
    "ITERATION": "iteration",
    "IF": "if",
    "ELSE IF": "else_if",
    "ELSE": "else",
    "TRY": "try",
    "EXCEPT": "except",
    "FINALLY": "finally",
    "GROUP": "group",
    "VAR": "variable",
    "RETURN": "return",
    "CONTINUE": "continue",
    "BREAK": "break",
    "ERROR": "error",
}
CALLS = {"SETUP", "TEARDOWN", "KEYWORD"}
NOTHING = Keyword()


def steps_of(test: Any) -> list[dict[str, Any]]:
    """The steps of an official test: setup, body, teardown."""
    return [step for item in parts(test) for step in step_of(item)]


def parts(owner: Any) -> list[Any]:
    setup = [owner.setup] if getattr(owner, "has_setup", False) else []
    teardown = [owner.teardown] if getattr(owner, "has_teardown", False) else []
    return [*setup, *getattr(owner, "body", ()), *teardown]


def step_of(item: Any) -> list[dict[str, Any]]:
    if item.type == "MESSAGE":
        text = re.sub(r"^</td></tr><tr><td colspan=\"3\">", "", item.message) if item.html else item.message
        return [known(kind="message", level=item.level, text=text, is_html=item.html, started_at=zoned(item.timestamp))]
    children = [step for part in parts(item) for step in step_of(part)]
    if item.type in {"IF/ELSE ROOT", "TRY/EXCEPT ROOT"} and children:
        return children
    is_call = item.type in CALLS
    own = item if isinstance(item, Keyword) else NOTHING  # other items only pretend to have these
    is_html = item.message.startswith("*HTML*")
    return [
        known(
            kind=KINDS.get(item.type, item.type[:2].lower() if item.type.startswith("IF") else "try"),
            name=item.name if is_call else header(item),
            owner=own.owner or "",
            status=STATUSES[item.status],
            started_at=zoned(item.start_time),
            duration_ms=round(item.elapsed_time.total_seconds() * 1000, 3),
            arguments=[str(argument) for argument in item.args] if is_call else [],
            assign=list(item.assign) if is_call else [],
            tags=sorted(own.tags),
            doc=own.doc,
            timeout=own.timeout or "",
            message=item.message.removeprefix("*HTML*").lstrip() if is_html else item.message,
            is_html=is_html,
            children=children,
        )
    ]


def header(item: Any) -> str:
    """The line of a control structure; that of a loop of version 3 is its name."""
    if isinstance(item, Keyword):
        return item.name or ""
    compose = HEADERS.get(item.type)
    return compose(item) if compose else ""


def loop(item: Any) -> str:
    return line(f"{bar(item.assign)} {item.flavor} [ {bar(item.values)} ]", item, "start", "mode", "fill")


def turn(item: Any) -> str:
    assigned: Any = item.assign if isinstance(item, ForIteration) else {}
    return ", ".join(f"{name} = {value}" for name, value in assigned.items())


def caught(item: Any) -> str:
    kind = [f"type={item.pattern_type}"] if item.pattern_type else []
    words = [bar(item.patterns), *kind, *(["AS", item.assign] if item.assign else [])]
    return " ".join(word for word in words if word)


def bar(words: Any) -> str:
    return " | ".join(words)


def line(start: str, item: Any, *names: str) -> str:
    options = [f"{name}={getattr(item, name)}" for name in names if getattr(item, name) is not None]
    return " ".join([start, *options]).strip()


HEADERS: dict[str, Callable[[Any], str]] = {
    "FOR": loop,
    "ITERATION": turn,
    "WHILE": lambda item: line(item.condition or "", item, "limit", "on_limit", "on_limit_message"),
    "IF": lambda item: item.condition,
    "ELSE IF": lambda item: item.condition,
    "EXCEPT": caught,
    "VAR": lambda item: line(f"{item.name} = {bar(item.value)}", item, "separator", "scope"),
    "RETURN": lambda item: bar(item.values),
    "ERROR": lambda item: bar(item.values),
    "GROUP": lambda item: item.name,
}


def plain(step: steps.Step) -> dict[str, Any]:
    """A step of TestFlux's in the same shape; unknown durations are the official reader's 0."""
    return known(
        kind=step.kind,
        name=step.name,
        owner=step.owner,
        status=step.status,
        level=step.level,
        text=step.text,
        started_at=step.started_at,
        duration_ms=round(step.duration_ms or 0.0, 3),
        arguments=list(step.arguments),
        assign=list(step.assign),
        tags=sorted(step.tags),
        doc=step.doc,
        timeout=step.timeout,
        message=step.message,
        is_html=step.is_html,
        children=plains(step.children),
    )


def plains(tree: tuple[steps.Step, ...]) -> list[dict[str, Any]]:
    """Steps in the official order: the model keeps setup and teardown apart from the body that they stand in."""
    ranks = {"setup": -1, "teardown": 1}
    return [plain(step) for step in sorted(tree, key=lambda step: ranks.get(step.kind, 0))]


def known(**fields: Any) -> dict[str, Any]:
    """Only what says something, so that a failing comparison stays readable."""
    return {name: value for name, value in fields.items() if value}


def zoned(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def finals(report: raw.RawReport) -> list[raw.RawTest]:
    """The tests without the earlier attempts that a merge kept; only what is in the file itself has a place in it."""
    return [test for test in report.tests if test.byte_start is not None]


def walk(suite: Any) -> Iterator[Any]:
    yield suite
    for child in suite.suites:
        yield from walk(child)
