"""Robot Framework's output.xml, written as Robot 7 writes it: one element a line, bodies before their status."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from testflux.sample import dice, picture

VERSION = "7.3.2 (Python 3.12.8 on linux)"
_WITH_PICTURES = {"Browser", "AppiumLibrary"}
"""The libraries that take a screenshot when a keyword fails."""
_OVERHEAD = timedelta(microseconds=900)
"""What Robot spends between the things it runs."""


class Step(msgspec.Struct, frozen=True):
    """One keyword: a library's (then `owner` names it) or a user's with `steps`. `note` is what it logged."""

    name: str
    owner: str = ""
    args: tuple[str, ...] = ()
    seconds: float = 0.0
    note: str = ""
    status: str = "PASS"
    message: str = ""
    steps: tuple[Step, ...] = ()


class Case(msgspec.Struct, frozen=True):
    """One test. `earlier` holds the messages of failed attempts before this one, newest first (`rebot --merge`)."""

    name: str
    line: int
    tags: tuple[str, ...] = ()
    doc: str = ""
    steps: tuple[Step, ...] = ()
    status: str = "PASS"
    message: str = ""
    earlier: tuple[str, ...] = ()


class Suite(msgspec.Struct, frozen=True):
    """One suite: a folder with `suites` or a file with `cases`."""

    name: str
    source: str
    suites: tuple[Suite, ...] = ()
    cases: tuple[Case, ...] = ()
    setup: Step | None = None
    teardown: Step | None = None
    doc: str = ""
    metadata: dict[str, str] = {}

    def finals(self) -> list[str]:
        """Return each test's final status in this suite and below: a failed teardown fails what was not skipped."""
        statuses = [case.status for case in self.cases]
        statuses += [status for suite in self.suites for status in suite.finals()]
        if self.teardown is not None and self.teardown.status == "FAIL":
            return [status if status == "SKIP" else "FAIL" for status in statuses]
        return statuses


def write(root: Suite, started_at: datetime, *, merged: bool = False) -> bytes:
    """Return the output.xml of a run that began at `started_at` (its zone is dropped, as Robot does).

    `merged` writes what `rebot --merge` leaves behind: another generator, and suites without a start.
    """
    writer = _Writer(started_at.replace(tzinfo=None), merged=merged)
    writer.suite(root, "s1")
    return writer.document(root)


class _Writer:
    def __init__(self, started_at: datetime, *, merged: bool) -> None:
        self._now = started_at
        self._merged = merged
        self._lines: list[str] = []
        self._warnings: list[str] = []

    def document(self, root: Suite) -> bytes:
        tool = "Rebot" if self._merged else "Robot"
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<robot generator="{tool} {VERSION}" generated="{_stamp(self._now)}" rpa="false" schemaversion="5">',
        )
        lines = [*head, *self._lines, *_statistics(root), "<errors>", *self._warnings, "</errors>", "</robot>", ""]
        return "\n".join(lines).encode()

    def suite(self, suite: Suite, path: str) -> None:
        start = self._tick()
        self._lines.append(f'<suite id="{path}" name="{_attribute(suite.name)}" source="{_attribute(suite.source)}">')
        if suite.setup is not None:
            self._step(suite.setup, "SETUP")
        for index, child in enumerate(suite.suites, 1):
            self.suite(child, f"{path}-s{index}")
        for index, case in enumerate(suite.cases, 1):
            self._case(case, f"{path}-t{index}")
        if suite.teardown is not None:
            self._step(suite.teardown, "TEARDOWN")
        self._element("doc", suite.doc)
        self._lines += [f'<meta name="{_attribute(k)}">{_text(v)}</meta>' for k, v in suite.metadata.items()]
        begun = None if self._merged else start
        self._status("FAIL" if "FAIL" in suite.finals() else "PASS", begun, self._now - start, _suite_message(suite))
        self._lines.append("</suite>")

    def _case(self, case: Case, path: str) -> None:
        start = self._tick()
        self._lines.append(f'<test id="{path}" name="{_attribute(case.name)}" line="{case.line}">')
        for step in case.steps:
            self._step(step)
        self._element("doc", case.doc)
        for tag in case.tags:
            self._element("tag", tag)
        self._status(case.status, start, self._now - start, _merge_note(case) if case.earlier else case.message)
        self._lines.append("</test>")

    def _step(self, step: Step, kind: str = "") -> None:
        start = self._tick()
        owner = f' owner="{_attribute(step.owner)}"' if step.owner else ""
        kind = f' type="{kind}"' if kind else ""
        self._lines.append(f'<kw name="{_attribute(step.name)}"{owner}{kind}>')
        for child in step.steps:
            self._step(child)
        self._now += timedelta(seconds=step.seconds)
        if step.note:
            self._message("WARN" if step.note.startswith("Slow") else "INFO", step.note)
        if step.status != "PASS" and not step.steps:
            if step.owner in _WITH_PICTURES:
                self._picture(step)
            self._message(step.status, step.message)
            self._message("DEBUG", f"Traceback (most recent call last):\n  None\nAssertionError: {step.message}")
        for arg in step.args:
            self._element("arg", arg)
        self._status(step.status, start, self._now - start, step.message)
        self._lines.append("</kw>")

    def _picture(self, step: Step) -> None:
        """Embed a screenshot as the libraries do: behind the end of the log's table row, to be as wide as the table."""
        content = base64.b64encode(picture.draw(dice.roll("picture", step.name, step.message))).decode()
        html = f'</td></tr><tr><td colspan="3"><img src="data:image/png;base64,{content}" width="800px">'
        self._lines.append(f'<msg time="{_stamp(self._now)}" level="INFO" html="true">{_text(html)}</msg>')

    def _message(self, level: str, text: str) -> None:
        line = f'<msg time="{_stamp(self._now)}" level="{level}">{_text(text)}</msg>'
        self._lines.append(line)
        if level == "WARN":
            self._warnings.append(line)

    def _status(self, status: str, start: datetime | None, elapsed: timedelta, message: str) -> None:
        begun = f' start="{_stamp(start)}"' if start is not None else ""
        opening = f'<status status="{status}"{begun} elapsed="{elapsed.total_seconds():.6f}"'
        self._lines.append(f"{opening}>{_text(message)}</status>" if message else f"{opening}/>")

    def _element(self, name: str, text: str) -> None:
        if text:
            self._lines.append(f"<{name}>{_text(text)}</{name}>")

    def _tick(self) -> datetime:
        self._now += _OVERHEAD
        return self._now


def _suite_message(suite: Suite) -> str:
    for what, step in (("setup", suite.setup), ("teardown", suite.teardown)):
        if step is not None and step.status == "FAIL":
            return f"Suite {what} failed:\n{step.message}"
    return ""


def _merge_note(case: Case) -> str:
    """Say what `rebot --merge` says: the outcome that counts, then those it replaced."""
    note = (
        '*HTML* <span class="merge">Test has been re-executed and results merged.</span><hr>'
        f'<span class="new-status">New status:</span> <span class="{case.status.lower()}">{case.status}</span><br>'
    )
    if case.message:
        note += f'<span class="new-message">New message:</span> {_text(case.message)}<br>'
    for message in case.earlier:
        note += (
            '<hr><span class="old-status">Old status:</span> <span class="fail">FAIL</span><br>'
            f'<span class="old-message">Old message:</span> {_text(message)}<br>'
        )
    return note


def _statistics(root: Suite) -> Iterator[str]:
    yield "<statistics>"
    yield "<total>"
    yield f"<stat {_counts(root.finals())}>All Tests</stat>"
    yield "</total>"
    yield "<tag>"
    for tag, statuses in sorted(_by_tag(root, root.finals()).items()):
        yield f"<stat {_counts(statuses)}>{_text(tag)}</stat>"
    yield "</tag>"
    yield "<suite>"
    yield from _suite_statistics(root, "s1", root.name)
    yield "</suite>"
    yield "</statistics>"


def _suite_statistics(suite: Suite, path: str, long_name: str) -> Iterator[str]:
    name = f'name="{_attribute(suite.name)}" id="{path}"'
    yield f"<stat {name} {_counts(suite.finals())}>{_text(long_name)}</stat>"
    for index, child in enumerate(suite.suites, 1):
        yield from _suite_statistics(child, f"{path}-s{index}", f"{long_name}.{child.name}")


def _by_tag(root: Suite, finals: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for case, status in zip(_cases(root), finals, strict=True):
        for tag in case.tags:
            found.setdefault(tag, []).append(status)
    return found


def _cases(suite: Suite) -> Iterator[Case]:
    yield from suite.cases
    for child in suite.suites:
        yield from _cases(child)


def _counts(statuses: list[str]) -> str:
    return f'pass="{statuses.count("PASS")}" fail="{statuses.count("FAIL")}" skip="{statuses.count("SKIP")}"'


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str) -> str:
    return _text(text).replace('"', "&quot;").replace("\n", "&#10;")
