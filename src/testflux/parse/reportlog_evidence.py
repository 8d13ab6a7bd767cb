"""One test of a pytest log, opened: its phases, its output and its properties.

The bytes of a test go from its setup's line to its teardown's; other workers' lines may stand between them.
"""

from __future__ import annotations

import io

from testflux.model import raw, steps
from testflux.parse import json_document, json_lines, json_pieces, plain_steps, reportlog, reportlog_failure, times

_KINDS = {"setup": "setup", "teardown": "teardown"}


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test's lines. Raises ReportError when one of them is not well-formed."""
    warnings: list[raw.ReportWarning] = []
    everybody = [json_pieces.piece(line.data, warnings) for line in json_lines.lines(io.BytesIO(piece))]
    phases = [fields for fields in everybody if _is_same(fields, everybody[0])]
    return steps.Evidence(
        steps=(*(_step(phase) for phase in phases), *_output(phases)),
        properties=_properties(phases),
        warnings=tuple(json_pieces.distinct(warnings)),
    )


def _is_same(fields: dict[str, object], first: dict[str, object]) -> bool:
    is_phase = fields.get("$report_type") in (first.get("$report_type"), reportlog.SUBTEST)
    return is_phase and all(fields.get(key) == first.get(key) for key in ("nodeid", "worker_id"))


def _step(phase: dict[str, object]) -> steps.Step:
    when = json_pieces.text(phase, "when") or "collect"
    failure = reportlog_failure.read(phase.get("longrepr"))
    seconds = json_pieces.number(phase, "duration")
    return steps.Step(
        kind=_KINDS.get(when, "step"),
        name=_subtest(phase) or when,
        status=plain_steps.word(reportlog.status_of(phase)),
        started_at=times.epoch(json_pieces.number(phase, "start")),
        duration_ms=None if seconds is None else json_pieces.duration(seconds * 1000),
        message=json_pieces.text(phase, "wasxfail") or failure.message,
        children=plain_steps.trace(failure.trace),
    )


def _subtest(phase: dict[str, object]) -> str:
    """Return the name of a part of a test, with what tells it from the others."""
    context = json_pieces.members(phase, "_subtest.context")
    values = [f"{name}={value}" for name, value in json_pieces.pairs(context, "kwargs")]
    return " ".join(part for part in (json_pieces.text(context, "msg"), *values) if part)


def _output(phases: list[dict[str, object]]) -> tuple[steps.Step, ...]:
    """Return what was captured, each block once: a phase repeats those of the phases before it."""
    found: dict[tuple[str, str], None] = {}
    for phase in phases:
        for section in json_document.as_list(phase.get("sections")):
            title, *texts = [json_document.as_text(part) for part in json_document.as_list(section)] or [""]
            found[(title, "".join(texts))] = None
    return tuple(
        step
        for title, text in found
        for step in plain_steps.output("stdout" if "stdout" in title else "stderr", text, title)
    )


def _properties(phases: list[dict[str, object]]) -> tuple[tuple[str, str], ...]:
    """Return the properties that the test recorded; each phase repeats those before it."""
    found: dict[tuple[str, str], None] = {}
    for phase in phases:
        for pair in json_document.as_list(phase.get("user_properties")):
            name, *values = [json_document.as_text(part) for part in json_document.as_list(pair)] or [""]
            found[(name, " ".join(values))] = None
    return tuple(found)
