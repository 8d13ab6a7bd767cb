"""Which of the named files and folders to send."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from testflux.ingest import allure_folder, bundle
from testflux.kit import errors, inflate
from testflux.parse import registry, sniff

_SUFFIXES: Final = {".xml", ".json", ".jsonl", ".ndjson", ".csv", ".trx", ".sarif"}
_PACKED: Final = {".gz", ".zst"}
_LEFT_OUT: Final = {"node_modules", "__pycache__"}
_SHOWN: Final = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".mp4", ".webm"}
_READ: Final = {".txt", ".log", ".har"}
_TRACE: Final = "trace.zip"


class Picked(msgspec.Struct, frozen=True):
    """A file to send; `name` is what the server is told it is called.

    With `members` it is a folder, and these files of it, by their names in it, are sent as one archive.
    """

    path: Path
    name: str
    members: tuple[tuple[Path, str], ...] = ()


class Skipped(msgspec.Struct, frozen=True):
    """A file that stays here, and why."""

    path: Path
    reason: str


class _Seen(msgspec.Struct, frozen=True):
    """A file of a folder: the format of a report, "" when unknown, or the reason why it is none."""

    path: Path
    name: str
    format: str = ""
    reason: str = ""


def pick(paths: list[Path]) -> tuple[list[Picked], list[Skipped]]:
    """Return what to send and what not. A file named by itself is always sent: the server judges it.

    In folders what looks like a report is picked, also packed with gzip or zstd. A folder whose files belong together
    (pictures beside a report, Allure results, a load test in two files) is sent whole, as one archive.
    """
    picked: list[Picked] = []
    skipped: list[Skipped] = []
    for path in paths:
        if not path.exists():
            raise errors.InvalidError(f"There is no {path}.", field="PATH", hint="Check the path.")
        if not path.is_dir():
            picked.append(Picked(path, path.name))
            continue
        seen = [_look(file, file.relative_to(path).as_posix()) for file in _walk(path)]
        reports = [file for file in seen if not file.reason]
        beside = [file for file in seen if file.reason and _may_come_along(file)] if reports else []
        is_one = _belong_together(reports, beside)
        picked += [_whole(path, [*reports, *beside])] if is_one else [Picked(file.path, file.name) for file in reports]
        left = [file for file in seen if file.reason and not (is_one and file in beside)]
        skipped += [Skipped(file.path, file.reason) for file in left]
    return picked, skipped


def judge(file: Path, name: str) -> tuple[list[Picked], list[Skipped]]:
    """Return a file that was found, to be sent as `name`, or why it is not."""
    seen = _look(file, name)
    return ([], [Skipped(file, seen.reason)]) if seen.reason else ([Picked(file, name)], [])


def _whole(folder: Path, files: Sequence[_Seen]) -> Picked:
    members = sorted((file.path, file.name) for file in files)
    return Picked(folder, f"{folder.resolve().name or 'reports'}.tar", tuple(members))


def _may_come_along(file: _Seen) -> bool:
    return _is_shown(file) or file.path.suffix.lower() in _READ


def _is_shown(file: _Seen) -> bool:
    is_allure = allure_folder.is_attachment(file.name)
    return is_allure or file.path.suffix.lower() in _SHOWN or file.path.name == _TRACE


def _belong_together(reports: Sequence[_Seen], beside: Sequence[_Seen]) -> bool:
    if any(_is_shown(file) for file in beside):
        return True
    if any(allure_folder.is_piece(file.name, is_allure=file.format == "allure-results") for file in reports):
        return True
    return any(
        found.companions for found in bundle.plan([bundle.File(item.name, None, item.format) for item in reports])
    )


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
        yield from (Path(where, name) for name in sorted(files))


def _look(file: Path, name: str) -> _Seen:
    is_packed = file.suffix in _PACKED
    if (file.with_suffix("") if is_packed else file).suffix not in _SUFFIXES:
        return _Seen(file, name, reason="not named like a report")
    try:
        with file.open("rb") as stream:
            found = registry.detect(inflate.begin(stream.read(sniff.SIZE), sniff.SIZE))
    except errors.ReportError as error:
        return _Seen(file, name, reason="" if is_packed else error.message)  # the server sees more of a packed file
    except OSError as error:
        return _Seen(file, name, reason=f"cannot be read: {error.strerror}")
    is_report = found in registry.FORMATS
    return _Seen(file, name, found, "" if is_report or is_packed else f"no report that can be read ({found})")
