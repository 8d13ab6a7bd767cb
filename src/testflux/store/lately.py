"""Reading the results of a project's newest runs, for numpy to rank their tests.

Eight runs travel as one row: their chunks, one behind the other. A hundred kilobytes stay in the caches of whoever
packs and unpacks them: all runs in a few large rows took PostgreSQL twice as long, and of a row a run each would wake
the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Final

import numpy as np

from testflux.model.lately import Block, Lately
from testflux.store import arrays, queries
from testflux.store.database import Reader, Row

_SQL: Final = queries.load("lately")["list_lately"]
_STATUSES: Final = _SQL.replace("PACKED", "c.status").replace("SIZE", "0")
_WITH_DURATIONS: Final = _SQL.replace("PACKED", "c.status || c.durations").replace("SIZE", "length(c.durations)")
_AT_ONCE: Final = 8
_OF_CHUNKS: Final = ("runs", "buckets", "counts", "sizes")


async def list_lately(
    reader: Reader, project_id: int, branches: Sequence[str], since: date, limit: int, *, with_durations: bool
) -> Lately:
    """Return the results of the newest functional runs of some branches since a day, at most `limit` runs."""
    values = {"project_id": project_id, "branches": list(branches), "since": since, "limit": limit, "at_once": _AT_ONCE}
    rows = await reader.planned_once.all(_WITH_DURATIONS if with_durations else _STATUSES, **values)
    rows.sort(key=itemgetter("first"))
    lanes = np.array([lane for row in rows for lane in row["lanes"]], np.int64)
    return Lately(lanes, list(_blocks([row for row in rows if row["packed"] is not None])))


def _blocks(rows: Sequence[Row]) -> Iterator[Block]:
    """Put chunks together that hold the same tests and as many bytes of durations."""
    alike: defaultdict[tuple[int, int, int, bytes | None], tuple[list[int], list[bytes]]]
    alike = defaultdict(lambda: ([], []))
    for row in rows:
        begin = named = 0
        for run, bucket, count, size in zip(
            *(arrays.read_ints(row[name]).tolist() for name in _OF_CHUNKS), strict=True
        ):
            slots = None
            if count < 0:
                slots = row["slots"][named : named + arrays.size_of_shorts(-count)]
                named += len(slots)
            end = begin + abs(count) + size
            runs, packed = alike[bucket, abs(count), size, slots]
            runs.append(row["first"] + run)
            packed.append(row["packed"][begin:end])
            begin = end
    for (bucket, tests, size, slots), (runs, packed) in alike.items():
        matrix = np.frombuffer(b"".join(packed), np.uint8).reshape(len(runs), -1)
        yield Block(
            bucket,
            None if slots is None else arrays.read_shorts(slots).astype(np.int64),
            np.array(runs),
            matrix[:, :tests],
            matrix[:, tests:].reshape(len(runs), size // tests, tests),
        )
