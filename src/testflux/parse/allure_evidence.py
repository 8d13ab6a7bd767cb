"""One Allure result, opened: its steps, files, links and labels.

Fixtures stand in containers, on other lines than the result that is opened: they are not shown here.
"""

from __future__ import annotations

from collections.abc import Iterator

from testflux.model import raw, steps
from testflux.parse import allure, json_pieces, plain_steps, times


def open_test(piece: bytes) -> steps.Evidence:
    """Read one result. Raises ReportError when it is not well-formed."""
    warnings: list[raw.ReportWarning] = []
    fields = json_pieces.piece(piece, warnings)
    details = json_pieces.members(fields, "statusDetails")
    return steps.Evidence(
        steps=(*_steps(fields, 0), *plain_steps.trace(json_pieces.text(details, "trace"))),
        properties=tuple(_properties(fields)),
        files=tuple(_files(fields, 0)),
        warnings=tuple(json_pieces.distinct(warnings)),
    )


def _steps(holder: dict[str, object], depth: int) -> tuple[steps.Step, ...]:
    if depth > json_pieces.DEEPEST:
        return ()
    return tuple(_step(step, depth) for step in json_pieces.objects(holder, "steps"))


def _step(step: dict[str, object], depth: int) -> steps.Step:
    start, stop = (json_pieces.number(step, key) for key in ("start", "stop"))
    status = allure.STATUSES.get(json_pieces.text(step, "status"))
    details = json_pieces.members(step, "statusDetails")
    return steps.Step(
        kind="step",
        name=json_pieces.text(step, "name"),
        status="" if status is None else plain_steps.word(status),
        started_at=times.epoch(None if start is None else start / 1000),
        duration_ms=json_pieces.duration(stop - start) if start is not None and stop is not None else None,
        arguments=tuple(f"{name}={value}" for name, value in allure.parameters_of(step)),
        message=allure.message_of(step),
        children=(*_steps(step, depth + 1), *plain_steps.trace(json_pieces.text(details, "trace"))),
    )


def _files(holder: dict[str, object], depth: int) -> Iterator[steps.NamedFile]:
    """Yield the files of a result and of all its steps; `source` is the file's name in the folder."""
    if depth > json_pieces.DEEPEST:
        return
    for file in json_pieces.objects(holder, "attachments"):
        yield steps.NamedFile(
            json_pieces.text(file, "source"), json_pieces.text(file, "name"), json_pieces.text(file, "type")
        )
    for step in json_pieces.objects(holder, "steps"):
        yield from _files(step, depth + 1)


def _properties(fields: dict[str, object]) -> Iterator[tuple[str, str]]:
    yield from allure.parameters_of(fields)
    for link in json_pieces.objects(fields, "links"):
        yield json_pieces.text(link, "type") or "link", json_pieces.text(link, "url") or json_pieces.text(link, "name")
    for label in json_pieces.objects(fields, "labels"):
        yield json_pieces.text(label, "name"), json_pieces.text(label, "value")
