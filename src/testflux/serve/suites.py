"""The suite tree of a run, from the suites that hold tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from testflux.serve.shapes.results import SuiteItem
from testflux.store import database

_COUNTS: Final = ("total", "passed", "failed", "broken", "skipped", "flaky", "duration_ms")
Path = tuple[str, ...]


def build(rows: Sequence[database.Row]) -> list[SuiteItem]:
    """Add suites up into their parents; the answer is depth first, siblings in the order they first appear."""
    sums: dict[Path, dict[str, int]] = {}
    children: dict[Path, dict[Path, None]] = {}
    for row in rows:
        path: Path = tuple(row["suite"])
        for depth in range(1, len(path) + 1):
            here = path[:depth]
            children.setdefault(path[: depth - 1], {})[here] = None
            counts = sums.setdefault(here, dict.fromkeys(_COUNTS, 0))
            for name in _COUNTS:
                counts[name] += row[name]
    items: list[SuiteItem] = []
    waiting = list(reversed(children.get((), {})))
    while waiting:
        path = waiting.pop()
        items.append(SuiteItem(path=list(path), name=path[-1], depth=len(path) - 1, **sums[path]))
        waiting.extend(reversed(children.get(path, {})))
    return items
