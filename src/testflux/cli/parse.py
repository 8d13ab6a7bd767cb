"""`testflux parse`: read reports here and print what is in them. Needs no server and no database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from testflux.cli import exits, words
from testflux.ingest import archive, bundle, unpack
from testflux.kit import errors, inflate
from testflux.model import raw
from testflux.model.report import Report
from testflux.model.status import Kind
from testflux.normalise import report, summary
from testflux.parse import registry, together

_Outcome = Report | errors.TestFluxError
_WARNINGS_SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="report files, packed ones, archives and folders too"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each report")


def run(options: argparse.Namespace) -> int:
    """Read all files; one that cannot be read does not keep the others from being read."""
    code = exits.FINE
    for file in options.files:
        for name, outcome in _read(file):
            if isinstance(outcome, errors.TestFluxError):
                code = exits.REJECTED
            sys.stdout.write(f"{json.dumps(_entry(name, outcome))}\n" if options.json else _text(name, outcome))
    return code


def _read(path: Path) -> Iterator[tuple[str, _Outcome]]:
    """Return each report in a file or folder, or why it cannot be read; those of several are named below it."""
    held: list[bundle.File[raw.RawReport]] = []
    try:
        for part in _parts(path):
            name = part.name if part.name == str(path) else f"{path}/{part.name}"
            seen = _parse(part)
            if isinstance(seen, errors.TestFluxError):
                yield name, seen
            elif seen.kind is Kind.LOAD:  # perhaps one of two files of one run
                held.append(bundle.File(name, seen, seen.format))
            else:
                yield name, report.build(seen)
    except (errors.ReportError, errors.TooLargeError) as error:
        yield str(path), error
    for found in bundle.plan(held):
        beside = [file.content for file in found.companions]
        joined = together.join(found.report.content, beside, None)
        joined.warnings = [*found.warnings, *joined.warnings]
        yield found.report.name, report.build(joined)


def _parts(path: Path) -> Iterator[unpack.Part]:
    try:
        if path.is_dir():
            yield from _reports(unpack.sort(archive.folder(path, inflate.Limits())))
            return
        with path.open("rb") as stream:
            yield from _reports(unpack.open_report(stream, str(path), inflate.Limits()))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise errors.InvalidError(message, field="FILE", hint="Check the path.") from error


def _reports(parts: Iterator[unpack.Part]) -> Iterator[unpack.Part]:
    return (part for part in parts if not part.media_type)


def _parse(part: unpack.Part) -> raw.RawReport | errors.TestFluxError:
    if part.error:
        return part.error
    try:
        return registry.parse(inflate.inflate_stream(part.stream, inflate.Limits()))
    except (errors.ReportError, errors.TooLargeError) as error:
        return error


def _entry(name: str, outcome: _Outcome) -> dict[str, Any]:
    if isinstance(outcome, Report):
        return summary.describe(outcome, name)
    return {"file": name, "error": exits.describe(outcome)}


def _text(name: str, outcome: _Outcome) -> str:
    if isinstance(outcome, errors.TestFluxError):
        hint = f"  {outcome.hint}\n" if outcome.hint else ""
        return f"✕ {name}: {outcome.message}{exits.where(outcome)}\n{hint}"
    tool = f"{outcome.tool.name} {outcome.tool.version}".strip()
    lines = [
        f"{name}",
        f"  {tool}, {outcome.kind.value} ({outcome.format})",
        f"  {words.totals(outcome.kind.value, outcome.totals)}",
        *_when(outcome),
        *(f"  ! {warning.message}" for warning in outcome.warnings[:_WARNINGS_SHOWN]),
    ]
    if len(outcome.warnings) > _WARNINGS_SHOWN:
        lines.append(f"  ! and {len(outcome.warnings) - _WARNINGS_SHOWN} more warnings")
    if not outcome.is_complete:
        lines.append("  ! the report breaks off: what follows is missing")
    return "\n".join(lines) + "\n"


def _when(read: Report) -> Iterator[str]:
    """Say when and how long, as far as the file does."""
    zone = "local time of the machine it ran on" if read.local_times else "UTC"
    began = f"{read.started_at:%Y-%m-%d %H:%M:%S} ({zone})" if read.started_at is not None else ""
    took = f"took {words.duration(read.duration_ms)}" if read.duration_ms else ""
    if began or took:
        yield f"  {', '.join(filter(None, (began, took)))}"
