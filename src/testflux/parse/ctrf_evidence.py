"""One test of a CTRF report, opened."""

from __future__ import annotations

from testflux.model import raw, steps
from testflux.parse import ctrf, json_document, json_pieces, plain_steps


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test's object. Raises ReportError when it is not well-formed."""
    warnings: list[raw.ReportWarning] = []
    test = json_pieces.piece(piece, warnings)
    *earlier, last = ctrf.attempts(test, warnings)
    groups = tuple(
        plain_steps.attempt(
            number,
            attempt.status,
            ctrf.message_of(attempt.fields),
            json_pieces.duration(json_document.as_number(attempt.fields.get("duration"))),
            _happened(dict(attempt.fields)),
        )
        for number, attempt in enumerate(earlier, start=1)
    )
    return steps.Evidence(
        steps=(*groups, *_happened(dict(last.fields))),
        properties=_properties(test),
        files=(*_screenshot(test), *_files(test), *(file for item in earlier for file in _files(dict(item.fields)))),
        warnings=tuple(json_pieces.distinct(warnings)),
    )


def _happened(fields: dict[str, object]) -> tuple[steps.Step, ...]:
    """Return the steps of one attempt, where it failed, and what it wrote."""
    own = tuple(
        steps.Step(kind="step", name=json_pieces.text(step, "name"), status=_word(json_pieces.text(step, "status")))
        for step in json_pieces.objects(fields, "steps")
    )
    return (
        *own,
        *plain_steps.trace(json_pieces.text(fields, "trace")),
        *plain_steps.trace(json_pieces.text(fields, "snippet")),
        *plain_steps.output("stdout", _lines(fields, "stdout")),
        *plain_steps.output("stderr", _lines(fields, "stderr")),
    )


def _word(status: str) -> str:
    known = ctrf.STATUSES.get(status)
    return "" if known is None else plain_steps.word(known)


def _lines(fields: dict[str, object], key: str) -> str:
    """Return what was written: reporters list lines, with or without their ends."""
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in json_pieces.texts(fields, key))


def _properties(test: dict[str, object]) -> tuple[tuple[str, str], ...]:
    single = (("threadId", json_pieces.text(test, "threadId")), ("type", json_pieces.text(test, "type")))
    groups = [pair for key in ("parameters", "labels", "extra") for pair in json_pieces.pairs(test, key)]
    return tuple((name, value) for name, value in (*single, *groups) if value)


def _files(fields: dict[str, object]) -> tuple[steps.NamedFile, ...]:
    return tuple(
        steps.NamedFile(
            json_pieces.text(file, "path"), json_pieces.text(file, "name"), json_pieces.text(file, "contentType")
        )
        for file in json_pieces.objects(fields, "attachments")
        if json_pieces.text(file, "path")
    )


def _screenshot(test: dict[str, object]) -> tuple[steps.NamedFile, ...]:
    text = json_pieces.text(test, "screenshot")
    content = plain_steps.decoded(text.rpartition(",")[2]) if text else None
    if not content:
        return ()
    media_type = "image/jpeg" if content.startswith(b"\xff\xd8") else "image/png"
    return (steps.NamedFile("", "screenshot", media_type, content),)
