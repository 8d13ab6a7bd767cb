"""One test of a Playwright report, opened: every attempt with its steps, errors, output and files."""

from __future__ import annotations

from testflux.model import raw, steps
from testflux.parse import json_pieces, plain_steps, plain_text, playwright, times


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test's object. Raises ReportError when it is not well-formed."""
    warnings: list[raw.ReportWarning] = []
    test = json_pieces.piece(piece, warnings)
    results = json_pieces.objects(test, "results")
    return steps.Evidence(
        steps=_attempts(test, results, warnings) if len(results) > 1 else _happened(results[0]) if results else (),
        properties=_properties(test),
        files=tuple(file for result in results for file in _files(result)),
        warnings=tuple(json_pieces.distinct(warnings)),
    )


def _attempts(
    test: dict[str, object], results: list[dict[str, object]], warnings: list[raw.ReportWarning]
) -> tuple[steps.Step, ...]:
    expected = json_pieces.text(test, "expectedStatus") or "passed"
    groups: list[steps.Step] = []
    for number, result in enumerate(results, start=1):
        status = playwright.status_of(result, expected, warnings)
        message = playwright.message_of(result, status, expected)
        duration = json_pieces.duration(json_pieces.number(result, "duration"))
        groups.append(plain_steps.attempt(number, status, message, duration, _happened(result)))
    return tuple(groups)


def _happened(result: dict[str, object]) -> tuple[steps.Step, ...]:
    """Return the steps of one attempt, where it failed, and what it wrote."""
    return (
        *_steps(result, 0),
        *(step for error in _errors(result) for step in plain_steps.trace(error)),
        *plain_steps.output("stdout", _written(result, "stdout")),
        *plain_steps.output("stderr", _written(result, "stderr")),
    )


def _steps(holder: dict[str, object], depth: int) -> tuple[steps.Step, ...]:
    if depth > json_pieces.DEEPEST:
        return ()
    return tuple(_step(step, depth) for step in json_pieces.objects(holder, "steps"))


def _step(step: dict[str, object], depth: int) -> steps.Step:
    error = json_pieces.members(step, "error")
    return steps.Step(
        kind="step",
        name=json_pieces.text(step, "title"),
        status="failed" if error else "passed",
        started_at=times.iso(json_pieces.text(step, "startTime")),
        duration_ms=json_pieces.duration(json_pieces.number(step, "duration")),
        message=plain_text.plain(json_pieces.text(error, "message")),
        children=_steps(step, depth + 1),
    )


def _errors(result: dict[str, object]) -> list[str]:
    """Return the traces of a result with the code around each; the first error stands twice in the file."""
    first = json_pieces.members(result, "error")
    errors = [first, *json_pieces.objects(result, "errors")[1:]] if first else json_pieces.objects(result, "errors")
    return [
        "\n\n".join(
            part
            for part in (
                json_pieces.text(error, "stack") or json_pieces.text(error, "message"),
                json_pieces.text(error, "snippet"),
            )
            if part
        )
        for error in errors
    ]


def _written(result: dict[str, object], key: str) -> str:
    """Return what a test wrote; bytes that are no text come in base64."""
    parts = [
        json_pieces.text(part, "text")
        or (plain_steps.decoded(json_pieces.text(part, "buffer")) or b"").decode("utf-8", "replace")
        for part in json_pieces.objects(result, key)
    ]
    return "".join(parts).replace("\x00", "")


def _properties(test: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (json_pieces.text(item, "type"), json_pieces.text(item, "description"))
        for item in json_pieces.objects(test, "annotations")
    )


def _files(result: dict[str, object]) -> list[steps.NamedFile]:
    return [
        steps.NamedFile(
            json_pieces.text(file, "path"),
            json_pieces.text(file, "name"),
            json_pieces.text(file, "contentType"),
            plain_steps.decoded(json_pieces.text(file, "body")) if "body" in file else None,
        )
        for file in json_pieces.objects(result, "attachments")
    ]
