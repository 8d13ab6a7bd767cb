"""`testflux upload --historical`: archived reports in their own time, each sent once however often it is begun."""

from __future__ import annotations

import argparse
import collections
import hashlib
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from testflux.cli import delivery, outcome, pick
from testflux.cli.client import Client
from testflux.cli.progress import Progress
from testflux.kit import errors
from testflux.model.run import Metadata

FIELDS: Final = ("name", "environment", "type", "branch", "commit", "pull_request", "build_key", "_")
_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst")
_AT_ONCE: Final = 500
_BLOCK: Final = 1024 * 1024
_THERE: Final = "the server has it"


class Found(msgspec.Struct, frozen=True):
    """Something of the past to send: when it was written, and what its place in the folder says about it."""

    picked: pick.Picked
    written_at: datetime
    said: dict[str, str]

    def digest(self) -> str:
        """Return the SHA-256 of a file in hex, "" for several that are sent as one."""
        if self.picked.members:
            return ""
        with self.picked.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


class Known(msgspec.Struct, frozen=True):
    """The server's answer: the SHA-256 of files that it has."""

    digests: frozenset[str] = frozenset()


def find(folders: Sequence[Path], layout: str) -> tuple[list[Found], list[pick.Skipped]]:
    """Return what there is to send, oldest first, and what is left out and why.

    With a layout, e.g. `{branch}/{build_key}`, what lies at that depth is sent as `upload` sends it, and its path says
    the branch and the build. Without one, every report is sent by itself.
    """
    pattern = _pattern(layout)
    found: list[Found] = []
    skipped: list[pick.Skipped] = []
    for folder in folders:
        if not folder.is_dir():
            hint = "Name the folder that holds the archived reports."
            raise errors.InvalidError(f"{folder} is no folder.", field="PATH", hint=hint)
        for place in sorted(folder.glob("/".join("*" * (layout.count("/") + 1)) if layout else "**/*")):
            name = place.relative_to(folder).as_posix()
            match = pattern.fullmatch(name)
            if match is None:
                skipped.append(pick.Skipped(place, f"does not fit --layout {layout}"))
                continue
            said = {field: text for field, text in match.groupdict().items() if text}
            picked, left = _look(place, name, is_whole=bool(layout))
            found += [Found(item, _written_at(item), said) for item in picked]
            skipped += left
    return sorted(found, key=lambda item: (item.written_at, item.picked.path)), skipped


def run(options: argparse.Namespace, client: Client, said: Metadata, to_query: delivery.ToQuery) -> int:
    """Send what the server does not have yet, wait until all is read, and tell what became of it."""
    found, skipped = find(options.paths, options.layout)
    with Progress() as progress:
        way = delivery.Delivery(client, progress, options.project, ())
        missing, there = _divide(way, found)
        skipped += [pick.Skipped(item.picked.path, _THERE) for item in there]
        sent = _send(way, missing, said, to_query)
        if options.wait:
            sent = list(way.follow(sent, options.timeout))
    told = outcome.Told(tuple(sent), tuple(skipped), options.project, client.url, gate=False)
    sys.stdout.write(outcome.as_json(told) if options.json else as_text(told))
    return outcome.code(told)


def as_text(told: outcome.Told) -> str:
    """Return what to print for people: what went wrong and what was left out by name, the rest as figures."""
    bad = tuple(result for result in told.results if result.problem or any(upload.error for upload in result.uploads))
    left = tuple(skip for skip in told.skipped if skip.reason != _THERE)
    lines = outcome.as_text(msgspec.structs.replace(told, results=bad, skipped=left)).strip("\n")
    statuses = collections.Counter(upload.status for result in told.results for upload in result.uploads)
    figures = {
        **{status: statuses[status] for status in sorted(statuses)},
        "not sent": sum(not result.uploads for result in told.results),
        "sent before": len(told.skipped) - len(left),
        "skipped": len(left),
    }
    table = "\n".join(f"{count:>8,}  {what}" for what, count in figures.items() if count)
    return "\n".join(filter(None, (lines, table or "There is nothing to send."))) + "\n"


def _pattern(layout: str) -> re.Pattern[str]:
    if not layout:
        return re.compile(r".*", re.DOTALL)
    parts = re.split(r"\{(\w+)\}", layout.strip("/"))
    unknown = [field for field in parts[1::2] if field not in FIELDS]
    if unknown or len(set(parts[1::2]) - {"_"}) < len([field for field in parts[1::2] if field != "_"]):
        hint = (
            f"It is made of {', '.join(f'{{{field}}}' for field in FIELDS)}, each once, e.g. {{branch}}/{{build_key}}."
        )
        raise errors.InvalidError(f"{layout!r} is no layout.", field="--layout", hint=hint)
    texts = [re.escape(part) for part in parts]
    for place, field in enumerate(parts):
        if place % 2:
            texts[place] = "[^/]+" if field == "_" else f"(?P<{field}>[^/]+)"
    return re.compile("".join(texts))


def _look(place: Path, name: str, *, is_whole: bool) -> tuple[list[pick.Picked], list[pick.Skipped]]:
    if place.is_dir():
        return pick.pick([place]) if is_whole else ([], [])
    if place.name.lower().endswith(_ARCHIVES):
        return [pick.Picked(place, name)], []
    return pick.judge(place, name)


def _written_at(picked: pick.Picked) -> datetime:
    files = [path for path, _ in picked.members] or [picked.path]
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)


def _divide(way: delivery.Delivery, found: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """Return what the server does not have, and what it has.

    Files that are sent as one are always sent: it knows their reports again itself.
    """
    digests: list[str] = []
    with way.progress.work("comparing") as told:
        for count, item in enumerate(found):
            told(f"{count} of {len(found)}", 100 * count // len(found))
            digests.append(item.digest())
    known: set[str] = set()
    for start in range(0, len(digests), _AT_ONCE):
        asked = {"digests": [digest for digest in digests[start : start + _AT_ONCE] if digest]}
        known |= way.client.ask(f"/projects/{way.project}/uploads/known", asked, Known).digests
    pairs = list(zip(found, digests, strict=True))
    return [item for item, digest in pairs if digest not in known], [item for item, digest in pairs if digest in known]


def _send(
    way: delivery.Delivery, found: Sequence[Found], said: Metadata, to_query: delivery.ToQuery
) -> list[outcome.Result]:
    results: list[outcome.Result] = []
    with way.progress.work("sending") as told:
        for count, item in enumerate(found):
            told(f"{count} of {len(found)}", 100 * count // len(found))
            query = (*to_query(msgspec.structs.replace(said, **item.said)), ("file_time", item.written_at.isoformat()))
            results += msgspec.structs.replace(way, query=query).deliver([item.picked])
            if results[-1].is_undelivered:
                break
    left = [item.picked for item in found[len(results) :]]
    return results + [outcome.Result(picked.path, picked.name, problem=results[-1].problem) for picked in left]
