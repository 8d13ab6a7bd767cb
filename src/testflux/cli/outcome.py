"""What became of the files that were sent: in words, as JSON, and as an exit code."""

from __future__ import annotations

import collections
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from testflux.cli import answers, exits, pick, words
from testflux.kit import errors

_SKIPPED_SHOWN: Final = 8
_DOUBTS_SHOWN: Final = 3


class Judged(msgspec.Struct, frozen=True):
    """A run, and how many of its tests fail as before."""

    run: answers.Run
    still_failing: int


class Result(msgspec.Struct, frozen=True):
    """One file that was sent: its uploads and runs, or the problem that stood in the way."""

    path: Path
    name: str
    uploads: tuple[answers.Upload, ...] = ()
    runs: tuple[Judged, ...] = ()
    problem: errors.TestFluxError | None = None

    @property
    def is_undelivered(self) -> bool:
        """True when the server does not have the file and it is not the file's fault."""
        return not self.uploads and self.problem is not None and exits.code_of(self.problem) == exits.REFUSED


class Told(msgspec.Struct, frozen=True):
    """Everything one call of `upload` has to tell."""

    results: tuple[Result, ...]
    skipped: tuple[pick.Skipped, ...]
    project: str
    url: str
    gate: bool


def code(told: Told) -> int:
    """Return the exit code: trouble with the server first, then with a report, then the gate."""
    codes = {exits.code_of(result.problem) for result in told.results if result.problem is not None}
    if exits.REFUSED in codes:
        return exits.REFUSED
    if codes or any(upload.error is not None for result in told.results for upload in result.uploads):
        return exits.REJECTED
    return exits.GATE if told.gate and _has_failed(told) else exits.FINE


def _has_failed(told: Told) -> bool:
    return any(judged.run.verdict == "failed" for result in told.results for judged in result.runs)


def as_text(told: Told) -> str:
    """Return what to print for people."""
    lines = [line for result in told.results for line in _lines(result, told)]
    return "\n".join([*lines, *_skipped_lines(told.skipped)]) + "\n"


def as_json(told: Told) -> str:
    """Return what to print for machines: one object, documented in docs/reference/cli.md."""
    document = {
        "uploads": [entry for result in told.results for entry in _entries(result, told)],
        "skipped": [{"file": str(skip.path), "reason": skip.reason} for skip in told.skipped],
        "gate": ("failed" if _has_failed(told) else "passed") if told.gate else None,
        "exit_code": code(told),
    }
    return json.dumps(document, indent=2) + "\n"


def print_skipped(skipped: Sequence[pick.Skipped]) -> None:
    """Say on standard error what was not sent."""
    for line in _skipped_lines(skipped):
        sys.stderr.write(line + "\n")


def _lines(result: Result, told: Told) -> Iterator[str]:
    if result.problem is not None:
        yield from _bad_lines(result.name, result.problem)
    for upload in result.uploads:
        name = _name(result.name, result, upload)
        if upload.error is not None:
            yield from _bad_lines(f"{name}: rejected", _as_error(upload.error))
        elif not result.runs:
            yield f"  {name}: received ({upload.status})  {told.url}/p/{told.project}/uploads"
        for judged in _runs_of(result, upload):
            yield from _run_lines(name, judged, told.url, again=" (sent before)" if upload.duplicate else "")
        yield from (f"  ! {doubt.message}" for doubt in upload.warnings[:_DOUBTS_SHOWN])
        if len(upload.warnings) > _DOUBTS_SHOWN:
            yield f"  ! and {len(upload.warnings) - _DOUBTS_SHOWN} more warnings"


def _bad_lines(what: str, error: errors.TestFluxError) -> Iterator[str]:
    yield f"✕ {what}: {error.message}{exits.where(error)}"
    if error.hint:
        yield f"  {error.hint}"


def _run_lines(name: str, judged: Judged, url: str, *, again: str) -> Iterator[str]:
    run = judged.run
    mark = {"passed": "✓", "failed": "✕"}.get(run.verdict, "!")
    yield f"{mark} {name}: {run.verdict}, run #{run.number}{again}"
    yield f"  {words.totals(run.kind, run.totals)}"
    if run.baseline is None:
        yield "  no earlier run to compare with"
    else:
        changes = f"{run.new_failures} new, {run.fixed} fixed, {judged.still_failing} still failing"
        yield f"  since #{run.baseline.number}: {changes}"
    yield f"  {url}{run.url}"


def _skipped_lines(skipped: Sequence[pick.Skipped]) -> Iterator[str]:
    """Name the first files of each reason and count the others."""
    by_reason: dict[str, list[pick.Skipped]] = collections.defaultdict(list)
    for skip in skipped:
        by_reason[skip.reason].append(skip)
    for reason, found in by_reason.items():
        names = ", ".join(str(skip.path) for skip in found[:_SKIPPED_SHOWN])
        more = f" and {len(found) - _SKIPPED_SHOWN} more" if len(found) > _SKIPPED_SHOWN else ""
        yield f"  skipped, {reason}: {names}{more}"


def _entries(result: Result, told: Told) -> Iterator[dict[str, object]]:
    problem = exits.describe(result.problem) if result.problem is not None else None
    file = str(result.path)
    if not result.uploads:
        yield {
            "file": file,
            "id": None,
            "status": None,
            "duplicate": False,
            "runs": [],
            "warnings": [],
            "error": problem,
        }
    for upload in result.uploads:
        rejection = exits.describe(_as_error(upload.error)) if upload.error is not None else None
        yield {
            "file": _name(file, result, upload),
            "id": upload.id,
            "status": upload.status,
            "duplicate": upload.duplicate,
            "runs": [_run(judged, told.url) for judged in _runs_of(result, upload)],
            "warnings": [{"code": doubt.code, "message": doubt.message} for doubt in upload.warnings],
            "error": rejection or problem,
        }


def _name(name: str, result: Result, upload: answers.Upload) -> str:
    """Return what to call an upload: its file, or its place in the archive that was sent."""
    return f"{name}/{upload.file_name}" if len(result.uploads) > 1 else name


def _runs_of(result: Result, upload: answers.Upload) -> list[Judged]:
    mine = {link.id for link in upload.runs}
    return [judged for judged in result.runs if judged.run.id in mine]


def _run(judged: Judged, url: str) -> dict[str, object]:
    run = judged.run
    return {
        "id": run.id,
        "number": run.number,
        "kind": run.kind,
        "verdict": run.verdict,
        "headline": run.headline,
        "totals": run.totals,
        "baseline": run.baseline and run.baseline.number,
        "new_failures": run.new_failures,
        "fixed": run.fixed,
        "still_failing": judged.still_failing,
        "url": url + run.url,
    }


def _as_error(rejection: answers.Rejection) -> errors.ReportError:
    return errors.ReportError(
        rejection.message,
        code=rejection.code,
        hint=rejection.hint,
        line=rejection.line,
        column=rejection.column,
        byte=rejection.byte,
    )
