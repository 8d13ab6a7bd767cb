"""Which of the named files and folders to send."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from testflux.kit import errors
from testflux.parse import registry, sniff

_SUFFIXES: Final = {".xml", ".json"}
_PACKED: Final = {".gz", ".zst"}
_LEFT_OUT: Final = {"node_modules", "__pycache__"}


class Picked(msgspec.Struct, frozen=True):
    """A file to send; `name` is what the server is told it is called."""

    path: Path
    name: str


class Skipped(msgspec.Struct, frozen=True):
    """A file that stays here, and why."""

    path: Path
    reason: str


def pick(paths: list[Path]) -> tuple[list[Picked], list[Skipped]]:
    """Return what to send and what not. A file named by itself is always sent: the server judges it.

    In folders only XML and JSON that looks like a report is picked, also packed with gzip or zstd.
    """
    picked: list[Picked] = []
    skipped: list[Skipped] = []
    for path in paths:
        if not path.exists():
            raise errors.InvalidError(f"There is no {path}.", field="PATH", hint="Check the path.")
        if not path.is_dir():
            picked.append(Picked(path, path.name))
            continue
        for file in _walk(path):
            if reason := _reason_against(file):
                skipped.append(Skipped(file, reason))
            else:
                picked.append(Picked(file, file.relative_to(path).as_posix()))
    return picked, skipped


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
        yield from (Path(where, name) for name in sorted(files))


def _reason_against(file: Path) -> str:
    """Return why a file in a folder is not sent; empty when it is."""
    suffixes = file.suffixes
    if suffixes and suffixes[-1] in _PACKED:
        return "" if suffixes[-2:-1] and suffixes[-2] in _SUFFIXES else "not a packed .xml or .json file"
    if file.suffix not in _SUFFIXES:
        return "neither .xml nor .json"
    try:
        with file.open("rb") as stream:
            found = registry.detect(stream.read(sniff.SIZE))
    except errors.ReportError as error:
        return error.message
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if found in registry.FORMATS else f"no report that can be read ({found})"
