"""What Robot Framework's own reader sees, in TestFlux's words, to compare with what TestFlux's readers see."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from robot.result import ForIteration, Keyword

from testflux.model import raw, steps
from testflux.parse import evidence, registry

STATUSES = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped", "NOT RUN": "not_run", "NOT_RUN": "not_run"}
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
        text = item.message.replace("\x00", "")  # JSON can hold what no database takes
        text = re.sub(r"^</td></tr><tr><td colspan=\"3\">", "", text) if item.html else text
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
            duration_ms=milliseconds(item),
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


def assert_same(data: bytes, format_: str, result: Any) -> None:
    """Compare all that is in a file with the official result: suites, log, tests, the steps of each, keywords."""
    seen = registry.parse(io.BytesIO(data))
    assert seen.format == format_
    suites = list(walk(result.suite))
    assert [suite.path[-1] for suite in seen.suites] == [suite.name for suite in suites]
    for suite, expected in zip(seen.suites, suites, strict=True):
        assert ".".join(suite.path) == expected.full_name
        assert (suite.doc, suite.message, suite.metadata) == (expected.doc, expected.message, dict(expected.metadata))
        assert suite.source == str(expected.source or (expected.parent and expected.parent.source) or "")
        assert suite.started_at == zoned(expected.start_time)
        assert round(suite.duration_ms or 0, 3) == milliseconds(expected)
    assert [(entry.level, entry.text, entry.is_html, entry.at) for entry in seen.log] == [
        (message.level, message.message, message.html, zoned(message.timestamp)) for message in result.errors.messages
    ]
    tests = list(result.suite.all_tests)
    for test, expected in zip(finals(seen), tests, strict=True):
        assert_same_test(test, expected)
        opened = evidence.open_test(format_, data[test.byte_start : test.byte_end])
        assert plains(opened.steps) == steps_of(expected)
        assert opened.warnings == ()
    if format_ in registry.KEYWORDS:
        counted = registry.KEYWORDS[format_](io.BytesIO(data))
        expected = keywords_of(result.suite)
        assert {(one.owner, one.name): (one.calls, one.failed) for one in counted} == {
            name: numbers[:2] for name, numbers in expected.items()
        }
        for one in counted:
            assert math.isclose(one.duration_ms, expected[one.owner, one.name][2], abs_tol=0.001 * one.calls)


def assert_same_test(test: raw.RawTest, expected: Any) -> None:
    assert ".".join((*test.suite, test.name)) == expected.full_name
    assert test.status.label == STATUSES[expected.status]
    assert sorted(test.tags) == sorted(expected.tags)
    assert (test.doc, test.line) == (expected.doc, expected.lineno)
    assert test.source == str(expected.source or "")
    assert test.started_at == zoned(expected.start_time)
    assert round(test.duration_ms or 0, 3) == milliseconds(expected)
    assert {name: test.attributes.get(name) for name in expected.metadata} == dict(expected.metadata)
    if test.attempt == 1:  # a merge's message was taken apart
        message = f"*HTML* {test.message}" if test.message_is_html else test.message
        assert re.sub(r"\*HTML\*\s*", "*HTML* ", message) == re.sub(r"\*HTML\*\s*", "*HTML* ", expected.message)


def keywords_of(suite: Any) -> dict[tuple[str, str], tuple[int, int, float]]:
    """Calls, failures and time of each keyword that ran, by owner and name."""
    counts: dict[tuple[str, str], tuple[int, int, float]] = {}
    waiting = [part for one in walk(suite) for part in (*parts(one), *(p for test in one.tests for p in parts(test)))]
    while waiting:
        item = waiting.pop()
        waiting += parts(item)
        if isinstance(item, Keyword) and item.type in CALLS and STATUSES[item.status] != "not_run":
            name = (item.owner or "", item.name or "")
            calls, failed, ms = counts.get(name, (0, 0, 0.0))
            counts[name] = (calls + 1, failed + (item.status == "FAIL"), ms + milliseconds(item))
    return counts


def milliseconds(item: Any) -> float:
    return round(item.elapsed_time.total_seconds() * 1000, 3)
