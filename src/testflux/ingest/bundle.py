"""Which of the files that were sent together belong together."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from testflux.model.raw import ReportWarning

MOST_ATTACHMENTS = 2000
"""How many files may come along with the reports of one request; what belongs to several reports counts for each."""

_SUMMARIES = {"k6-summary", "k6-handle-summary", "k6-machine-summary"}
_SAMPLES, _TABLE = "k6-ndjson", "k6-csv"
Content = TypeVar("Content")


class File(msgspec.Struct, Generic[Content], frozen=True):
    """A report of some format, or an attachment of some media type; `name` is its path among the files sent."""

    name: str
    content: Content
    format: str = ""
    media_type: str = ""


class Bundle(msgspec.Struct, Generic[Content], frozen=True):
    """A report; others that are read together with it; what came along, by path as seen from the report's folder.

    `warnings` say what was left out.
    """

    report: File[Content]
    companions: tuple[File[Content], ...] = ()
    attachments: tuple[tuple[str, File[Content]], ...] = ()
    warnings: tuple[ReportWarning, ...] = ()


def plan(files: Sequence[File[Content]]) -> list[Bundle[Content]]:
    """Group files that were sent together, in the order of the reports.

    The one summary and the one file of samples that a folder holds of a load test are one report. An attachment belongs
    to every report at or above its folder; to all of them when there is none.
    """
    bundles = list(_join([file for file in files if not file.media_type]))
    return _attach(bundles, [file for file in files if file.media_type])


def _join(reports: Sequence[File[Content]]) -> Iterator[Bundle[Content]]:
    folders: dict[str, list[File[Content]]] = defaultdict(list)
    for report in reports:
        folders[posixpath.dirname(report.name)].append(report)
    for report in reports:
        beside = folders[posixpath.dirname(report.name)]
        joined = _load_test(beside)
        if joined is None or all(report is not part for part in beside if _is_k6(part)):
            yield Bundle(report)
        elif report is joined.report:
            yield joined


def _load_test(beside: Sequence[File[Content]]) -> Bundle[Content] | None:
    """Return the load test that a folder holds one summary and one file of samples of, None when it does not.

    Samples as JSON lines say more than the same as CSV.
    """
    summaries = [file for file in beside if file.format in _SUMMARIES]
    lines = [file for file in beside if file.format == _SAMPLES]
    tables = [file for file in beside if file.format == _TABLE]
    if len(summaries) != 1 or not lines + tables or len(lines) > 1 or len(tables) > 1:
        return None
    left_out = tables if lines else []
    return Bundle((lines or tables)[0], (summaries[0],), warnings=tuple(_doubled(file) for file in left_out))


def _is_k6(file: File[Content]) -> bool:
    return file.format in _SUMMARIES or file.format in {_SAMPLES, _TABLE}


def _doubled(file: File[Content]) -> ReportWarning:
    name = posixpath.basename(file.name)
    return ReportWarning("file-left-out", f"{name} was left out: the samples as JSON lines beside it say more.")


def _attach(bundles: list[Bundle[Content]], files: Sequence[File[Content]]) -> list[Bundle[Content]]:
    """Give every bundle what came along with it."""
    folders = [_parts(posixpath.dirname(bundle.report.name)) for bundle in bundles]
    attached: list[list[tuple[str, File[Content]]]] = [[] for _ in bundles]
    room, left_out = MOST_ATTACHMENTS, 0
    for file in files:
        path = _parts(file.name)
        owners = [index for index, folder in enumerate(folders) if path[: len(folder)] == folder]
        owners = owners or list(range(len(bundles)))
        room -= len(owners)
        if room < 0:
            left_out += 1
            continue
        for index in owners:
            attached[index].append((posixpath.relpath(file.name, "/".join(folders[index]) or "."), file))
    too_many = (_too_many(left_out),) if left_out else ()
    return [
        msgspec.structs.replace(bundle, attachments=tuple(own), warnings=(*bundle.warnings, *too_many))
        for bundle, own in zip(bundles, attached, strict=True)
    ]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _too_many(count: int) -> ReportWarning:
    files = "1 file was" if count == 1 else f"{count:,} files were"
    message = f"{files} left out: no more than {MOST_ATTACHMENTS:,} may come along with the reports of one upload."
    return ReportWarning("files-left-out", message)
