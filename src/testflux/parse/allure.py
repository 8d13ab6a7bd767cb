"""Allure results: one JSON line for each result of a test and each container of fixtures.

Several results of one `historyId` are attempts, ordered by their start, as Allure itself has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import blocks, json_lines, json_pieces, plain_text, times

STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "broken": Status.BROKEN,
    "skipped": Status.SKIPPED,
    "unknown": Status.BROKEN,
}
_SUITES = ("parentSuite", "suite", "subSuite")
_NO_TAGS = {
    *_SUITES, "package", "testClass", "testMethod", "host", "thread", "framework", "language", "resultFormat",
    "titlePath", "ALLURE_ID", "as_id", "testId", "_fallbackTestCaseId",
}  # fmt: skip
_PLACE = re.compile(r"(?P<source>[^\s#]+\.\w{1,5}):(?P<line>\d{1,7})(?::\d+)?")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_CUT = "A result breaks off or is no JSON; it was left out."


class _Seen(NamedTuple):
    """One result with what orders it among the others."""

    history: str
    start: float
    test: raw.RawTest


class Results:
    """The results of a folder in the making of a report."""

    def __init__(self) -> None:
        self.report = raw.RawReport("allure-results", Kind.FUNCTIONAL, raw.Tool("Allure"))
        self._seen: list[_Seen] = []
        self._stop: float | None = None

    def read(self, fields: dict[str, object], byte_start: int, byte_end: int) -> None:
        """Take in one result or container."""
        if "children" in fields or not ("name" in fields or "fullName" in fields or "status" in fields):
            self.report.log.extend(_failed_fixtures(fields))
            return
        test = _test(fields, self.report.warnings)
        test.byte_start, test.byte_end = byte_start, byte_end
        start = json_pieces.number(fields, "start") or 0
        stop = json_pieces.number(fields, "stop")
        if stop is not None:
            self._stop = max(stop, self._stop or stop)
        history = json_pieces.text(fields, "historyId") or f"line {byte_start}"
        self._seen.append(_Seen(history, start, test))
        if self.report.tool.name == "Allure" and (framework := _label(fields, "framework")):
            self.report.tool = raw.Tool(framework)

    def finish(self) -> raw.RawReport:
        """Return the report: tests in the order they began, the attempts of one together."""
        attempts: dict[str, list[_Seen]] = {}
        for seen in sorted(self._seen, key=lambda seen: seen.start):
            attempts.setdefault(seen.history, []).append(seen)
        self.report.tests = [test for group in attempts.values() for test in _numbered(group)]
        starts = [test.started_at for test in self.report.tests if test.started_at is not None]
        self.report.started_at = min(starts, default=None)
        stop = times.epoch(None if self._stop is None else self._stop / 1000)
        self.report.duration_ms = _between(self.report.started_at, stop)
        self.report.warnings = json_pieces.distinct(self.report.warnings)
        return self.report


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read results and containers, one a line, or one alone. Raises ReportError when none is sound."""
    results = Results()
    lines = json_lines.lines(stream)
    damage: errors.ReportError | None = None
    for position, line in enumerate(lines):
        try:
            results.read(json_pieces.piece(line.data, results.report.warnings), line.start, line.end)
        except errors.ReportError as error:
            if position == 0 and line.data == b"{":
                return _single(line, lines)
            damage = damage or error
            words = f"{_CUT} It is line {line.number}."
            results.report.warnings.append(raw.ReportWarning("report-truncated", words, line.number, line.start))
    report = results.finish()
    if damage is not None:
        if not report.tests:
            raise damage
        report.is_complete = False
    return report


def _single(first: json_lines.Line, rest: Iterator[json_lines.Line]) -> raw.RawReport:
    """Read one result that is written over many lines."""
    data = [first.data]
    end = first.end
    for line in rest:
        data.append(b" " * (line.start - end) + line.data)
        end = line.end
    results = Results()
    results.read(json_pieces.piece(b"".join(data), results.report.warnings), first.start, end)
    return results.finish()


def status_of(fields: dict[str, object], warnings: list[raw.ReportWarning]) -> Status:
    """Return what a result's status stands for. `unknown` is Allure's word for a test that came to no end."""
    word = json_pieces.text(fields, "status") or "unknown"
    if word not in STATUSES:
        warnings.append(raw.ReportWarning("unknown-status", f'The status "{word[:80]}" is not known: taken as broken.'))
    return STATUSES.get(word, Status.BROKEN)


def message_of(fields: dict[str, object]) -> str:
    """Return why a result or a step ended so: its message, else the first line of its trace."""
    details = json_pieces.members(fields, "statusDetails")
    message = plain_text.plain(json_pieces.text(details, "message"))
    return message or plain_text.first_line(plain_text.plain(json_pieces.text(details, "trace")))


def parameters_of(fields: dict[str, object]) -> list[tuple[str, str]]:
    """Return the parameters that tell variants apart, without the values that are to be kept from readers."""
    return [
        (
            json_pieces.text(item, "name"),
            "…" if json_pieces.text(item, "mode") in {"masked", "hidden"} else _value(item),
        )
        for item in json_pieces.objects(fields, "parameters")
        if item.get("excluded") is not True
    ]


def _value(parameter: dict[str, object]) -> str:
    """Return a parameter's value; where an object lay in memory changes from run to run."""
    return _ADDRESS.sub("", json_pieces.text(parameter, "value"))


def _test(fields: dict[str, object], warnings: list[raw.ReportWarning]) -> raw.RawTest:
    start, stop = (json_pieces.number(fields, key) for key in ("start", "stop"))
    place = _PLACE.search(json_pieces.text(fields, "fullName"))
    return raw.RawTest(
        _suite(fields),
        json_pieces.text(fields, "name") or json_pieces.text(fields, "fullName"),
        status_of(fields, warnings),
        message=message_of(fields),
        started_at=times.epoch(None if start is None else start / 1000),
        duration_ms=json_pieces.duration(stop - start) if start is not None and stop is not None else None,
        tags=_tags(fields),
        source=place["source"] if place else "",
        line=int(place["line"]) or None if place else None,
        doc=json_pieces.text(fields, "description"),
        parameters=", ".join(f"{name}={value}" for name, value in parameters_of(fields)),
    )


def _suite(fields: dict[str, object]) -> tuple[str, ...]:
    """Return the suite path: of the suite labels, else the title path, else the class or package."""
    labels = [_label(fields, name) for name in _SUITES]
    path = [label for label in labels if label] or list(json_pieces.texts(fields, "titlePath"))
    if path:
        return tuple(path)
    place = _label(fields, "testClass") or _label(fields, "package")
    return (place,) if place else ()


def _label(fields: dict[str, object], name: str) -> str:
    found = (json_pieces.text(label, "value") for label in json_pieces.objects(fields, "labels") if _is(label, name))
    return next(found, "")


def _is(label: dict[str, object], name: str) -> bool:
    return label.get("name") == name


def _tags(fields: dict[str, object]) -> tuple[str, ...]:
    """Return the tags, and as `name:value` every other label that says something of the test itself."""
    tags: dict[str, None] = {}
    for label in json_pieces.objects(fields, "labels"):
        name, value = json_pieces.text(label, "name"), json_pieces.text(label, "value")
        if value and name not in _NO_TAGS:
            tags[value if name == "tag" else f"{name}:{value}"] = None
    return tuple(tags)


def _failed_fixtures(container: dict[str, object]) -> Iterator[raw.RawLogMessage]:
    """Yield what went wrong in a container's fixtures: the results of its tests may not tell."""
    for key in ("befores", "afters"):
        for fixture in json_pieces.objects(container, key):
            if json_pieces.text(fixture, "status") in {"failed", "broken"}:
                start = json_pieces.number(fixture, "start")
                yield raw.RawLogMessage(
                    "ERROR",
                    f"{json_pieces.text(fixture, 'name')}: {message_of(fixture)}",
                    times.epoch(None if start is None else start / 1000),
                )


def _numbered(group: list[_Seen]) -> Iterator[raw.RawTest]:
    """Yield the attempts of one test, all named as the last one is; only that one can be opened."""
    last = group[-1].test
    for number, (_, _, test) in enumerate(group, start=1):
        test.attempt = number
        test.suite, test.name, test.parameters = last.suite, last.name, last.parameters
        yield test


def _between(start: datetime | None, stop: datetime | None) -> float | None:
    if start is None or stop is None:
        return None
    return json_pieces.duration((stop - start).total_seconds() * 1000)
