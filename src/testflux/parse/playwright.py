"""Playwright Test's JSON report."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import blocks, json_document, json_pieces, plain_text, times

_ENDS = {"passed", "failed", "timedOut", "skipped", "interrupted"}
OUTSIDE = "Error outside any test"
"""The name of a test that stands for what broke while no test ran, so that such a run is never green."""


class _Spec(msgspec.Struct):
    title: str = ""
    tags: list[str] = []
    tests: list[msgspec.Raw] = []
    file: str = ""
    line: float | None = None


class _Suite(msgspec.Struct):
    title: str = ""
    specs: list[_Spec] = []
    suites: list[_Suite] = []


class _Frame(msgspec.Struct):
    config: dict[str, object] = {}
    suites: list[_Suite] = []
    errors: list[dict[str, object]] = []
    stats: dict[str, object] = {}


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a report of the json reporter. Raises ReportError when it is not well-formed or breaks off."""
    warnings: list[raw.ReportWarning] = []
    frame, places = json_pieces.read(blocks.everything(stream), _Frame, warnings)
    version = json_document.clean_text(json_pieces.text(frame.config, "version"))
    report = raw.RawReport(
        "playwright-json",
        Kind.FUNCTIONAL,
        raw.Tool("Playwright", version),
        started_at=times.iso(json_pieces.text(frame.stats, "startTime")),
        duration_ms=json_pieces.duration(json_pieces.number(frame.stats, "duration")),
    )
    for suite in frame.suites:
        for path, spec in _specs(suite, ()):
            for part in spec.tests:
                tests = _tests(path, spec, bytes(part), warnings)
                tests[-1].byte_start, tests[-1].byte_end = places.find(bytes(part))
                report.tests.extend(tests)
    report.tests.extend(_outside(error) for error in frame.errors)
    report.warnings = json_pieces.distinct(warnings)
    return report


def status_of(result: dict[str, object], expected: str, warnings: list[raw.ReportWarning]) -> Status:
    """Return how one result is judged: what ended as expected passed, also a test that is to fail and does."""
    ended = json_pieces.text(result, "status")
    if ended not in _ENDS:
        words = f'The status "{ended[:80]}" is not known: taken as broken.'
        warnings.append(raw.ReportWarning("unknown-status", words))
        return Status.BROKEN
    if ended == "skipped":
        return Status.SKIPPED
    if ended == "interrupted":
        return Status.BROKEN
    return Status.PASSED if ended == expected else Status.FAILED


def message_of(result: dict[str, object], status: Status, expected: str) -> str:
    """Return why a result is bad, in Playwright's words or, for a test that was to fail and passed, in ours."""
    if not status.is_bad:
        return ""
    first = json_pieces.objects(result, "errors")[:1]
    for error in (json_pieces.members(result, "error"), *first):
        message = json_pieces.text(error, "message") or json_pieces.text(error, "value")
        if message:
            return plain_text.plain(message)
    if expected == "failed" and json_pieces.text(result, "status") == "passed":
        return "Expected to fail, but passed."
    return "Interrupted." if status is Status.BROKEN else ""


def _specs(suite: _Suite, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], _Spec]]:
    """Yield the specs of a suite and its suites in the order of the file, each with the path of its suites."""
    if len(above) > json_pieces.DEEPEST:
        raise errors.ReportError(
            f"The file nests suites more than {json_pieces.DEEPEST} deep.",
            code="report-too-deep",
            hint="Playwright writes no such file; was it made by hand?",
        )
    path = (*above, json_document.clean_text(suite.title)) if suite.title else above
    for spec in suite.specs:
        yield path, spec
    for inner in suite.suites:
        yield from _specs(inner, path)


def _tests(path: tuple[str, ...], spec: _Spec, piece: bytes, warnings: list[raw.ReportWarning]) -> list[raw.RawTest]:
    """Return the attempts of one spec in one project."""
    test = json_pieces.piece(piece, warnings)
    expected = json_pieces.text(test, "expectedStatus") or "passed"
    results = json_pieces.objects(test, "results") or [{"status": "skipped"}]
    statuses = [status_of(result, expected, warnings) for result in results]
    return [
        raw.RawTest(
            path,
            json_document.clean_text(spec.title),
            status,
            message=message_of(result, status, expected) or (_reason(test) if status is Status.SKIPPED else ""),
            started_at=times.iso(json_pieces.text(result, "startTime")),
            duration_ms=json_pieces.duration(json_pieces.number(result, "duration")),
            tags=tuple(dict.fromkeys(json_document.clean_text(tag).removeprefix("@") for tag in spec.tags)),
            source=json_document.clean_text(spec.file),
            line=json_pieces.whole({"line": spec.line}, "line"),
            attempt=attempt,
            parameters=json_pieces.text(test, "projectName"),
        )
        for attempt, (result, status) in enumerate(zip(results, statuses, strict=True), start=1)
    ]


def _reason(test: dict[str, object]) -> str:
    """Return why a test was skipped, from the annotation that skipped it."""
    annotations = json_pieces.objects(test, "annotations")
    words = (
        json_pieces.text(item, "description")
        for item in annotations
        if json_pieces.text(item, "type") in {"skip", "fixme"}
    )
    return next((word for word in words if word), "")


def _outside(error: dict[str, object]) -> raw.RawTest:
    place = json_pieces.members(error, "location")
    message = json_pieces.text(error, "message") or json_pieces.text(error, "value")
    return raw.RawTest(
        (),
        OUTSIDE,
        Status.BROKEN,
        message=json_document.clean_text(plain_text.plain(message)),
        source=json_document.clean_text(json_pieces.text(place, "file")),
        line=json_pieces.whole(place, "line"),
    )
