"""CTRF, the Common Test Report Format: one JSON document, of the versions before and after 1.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import blocks, json_document, json_pieces, plain_text, times

STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "skipped": Status.SKIPPED,
    "pending": Status.SKIPPED,
    "other": Status.BROKEN,
}
_BROKEN = {"broken", "error", "errored", "setup_failed", "teardown_failed", "interrupted", "crashed", "aborted"}
_EARLIEST_MILLISECONDS = 10**11  # some reporters write seconds; as milliseconds those would lie before 1973
_VERSION = re.compile(r"[\s/]+v?\d[\d.]*$")


class _Results(msgspec.Struct):
    tool: dict[str, object] = {}
    summary: dict[str, object] = {}
    tests: list[msgspec.Raw] = []


class _Frame(msgspec.Struct):
    results: _Results


class Attempt(NamedTuple):
    """One attempt of a test: the last one is the test itself."""

    status: Status
    fields: Mapping[str, object]


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a CTRF report. Raises ReportError when it is not well-formed, breaks off or has no results."""
    warnings: list[raw.ReportWarning] = []
    frame, places = json_pieces.read(blocks.everything(stream), _Frame, warnings)
    tool, summary = frame.results.tool, frame.results.summary
    start, stop = json_pieces.number(summary, "start"), json_pieces.number(summary, "stop")
    report = raw.RawReport(
        "ctrf",
        Kind.FUNCTIONAL,
        raw.Tool(_clean(tool, "name") or "CTRF", _clean(tool, "version")),
        started_at=moment(start),
        duration_ms=json_pieces.duration(stop - start) if start and stop else json_pieces.number(summary, "duration"),
    )
    for part in frame.results.tests:
        piece = bytes(part)
        byte_start, byte_end = places.find(piece)
        tests = _tests(json_pieces.piece(piece, warnings), warnings)
        tests[-1].byte_start, tests[-1].byte_end = byte_start, byte_end
        report.tests.extend(tests)
    report.warnings = json_pieces.distinct(warnings)
    return report


def moment(milliseconds: float | None) -> times.datetime | None:
    """Return the moment of a CTRF time: milliseconds since 1970, or seconds where a reporter is mistaken."""
    if milliseconds is None:
        return None
    return times.epoch(milliseconds / 1000 if abs(milliseconds) >= _EARLIEST_MILLISECONDS else milliseconds)


def attempts(test: dict[str, object], warnings: list[raw.ReportWarning]) -> list[Attempt]:
    """Return the attempts of a test, the one that decided last.

    Reporters list the attempts before the last one; where there is one more than retries, the list has the last too.
    """
    listed = json_pieces.objects(test, "retryAttempts")
    retries = json_pieces.whole(test, "retries") or 0
    earlier = listed[:-1] if retries and len(listed) == retries + 1 else listed
    found = [Attempt(status_of(attempt, warnings), attempt) for attempt in earlier]
    status = status_of(test, warnings)
    if test.get("flaky") is True and status is Status.PASSED and not any(item.status.is_bad for item in found):
        status = Status.FLAKY
    return [*found, Attempt(status, test)]


def status_of(fields: Mapping[str, object], warnings: list[raw.ReportWarning]) -> Status:
    """Return what a status stands for; the tool's own one tells what could not judge from what failed."""
    word = json_document.as_text(fields.get("status"))
    status = STATUSES.get(word)
    if status is None:
        warnings.append(raw.ReportWarning("unknown-status", f'The status "{word[:80]}" is not known: taken as broken.'))
        return Status.BROKEN
    is_broken = json_document.as_text(fields.get("rawStatus")).lower() in _BROKEN
    return Status.BROKEN if is_broken and status is Status.FAILED else status


def message_of(fields: Mapping[str, object]) -> str:
    """Return why an attempt ended so: its message, else the first line of its trace."""
    message = plain_text.plain(json_document.as_text(fields.get("message")))
    return message or plain_text.first_line(plain_text.plain(json_document.as_text(fields.get("trace"))))


def _tests(test: dict[str, object], warnings: list[raw.ReportWarning]) -> list[raw.RawTest]:
    suite = _suite(test)
    name = _name(json_pieces.text(test, "name"), suite)
    return [
        raw.RawTest(
            suite,
            name,
            status,
            message=message_of(fields),
            started_at=moment(json_document.as_number(fields.get("start"))),
            duration_ms=json_pieces.duration(json_document.as_number(fields.get("duration"))),
            tags=_tags(test),
            source=json_pieces.text(test, "filePath"),
            line=json_pieces.whole(test, "line"),
            attempt=attempt,
            parameters=_parameters(test),
        )
        for attempt, (status, fields) in enumerate(attempts(test, warnings), start=1)
    ]


def _suite(test: dict[str, object]) -> tuple[str, ...]:
    """Return the suite path: a list since 1.0, before that a text with arrows."""
    value = test.get("suite")
    parts = value.split(" > ") if isinstance(value, str) else list(json_pieces.texts(test, "suite"))
    return tuple(part.strip() for part in parts if part.strip()) or tuple(_file(test))


def _file(test: dict[str, object]) -> list[str]:
    path = json_pieces.text(test, "filePath")
    return [path] if path else []


def _name(name: str, suite: tuple[str, ...]) -> str:
    """Return a test's own name: pytest's has its suites in front."""
    return name.removeprefix("::".join((*suite, ""))) or name


def _tags(test: dict[str, object]) -> tuple[str, ...]:
    tags = [tag.removeprefix("@") for tag in json_pieces.texts(test, "tags")]
    labels = [f"{name}:{value}" for name, value in json_pieces.pairs(test, "labels")]
    return tuple(dict.fromkeys(tag for tag in (*tags, *labels) if tag))


def _parameters(test: dict[str, object]) -> str:
    """Return what tells variants apart. A browser's version is left out, for it changes while the test stays."""
    own = [f"{name}={value}" for name, value in json_pieces.pairs(test, "parameters")]
    browser = _VERSION.sub("", json_pieces.text(test, "browser"))
    return ", ".join(part for part in (*own, browser, json_pieces.text(test, "device")) if part)


def _clean(holder: dict[str, object], key: str) -> str:
    return json_document.clean_text(json_pieces.text(holder, key))
