"""Reading an organisation's audit log: newest first, by filters."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from testflux.model.audit import Event, Link
from testflux.store import audit_chain, queries
from testflux.store.database import Reader, Row

_SQL = queries.load("audit_log")
_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(9999, 12, 30)
_AT_ONCE: Final = 1000
_ESCAPED: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted; None or empty: all. `first` and `last` are UTC days, both included.

    `acts` are acts or nouns (`channel` for everything about channels). `text` is looked for in names, targets and what
    changed.
    """

    first: date | None = None
    last: date | None = None
    acts: tuple[str, ...] = ()
    actor: str = ""
    target: str = ""
    address: str = ""
    project_id: int | None = None
    is_refused: bool | None = None
    text: str = ""


async def list_events(
    reader: Reader, org_id: int, wanted: Filter, *, before: tuple[date, int] | None, limit: int
) -> list[Row]:
    """Return events with their project_slug, newest first; `before` is the day and number of the last one seen."""
    day, number = before or (_LAST_DAY, 2**62)
    return await reader.all(
        _SQL["list_events"], **_values(org_id, wanted), before_day=day, before_number=number, limit=limit
    )


async def walk(reader: Reader, org_id: int, wanted: Filter) -> AsyncGenerator[tuple[Event, bytes]]:
    """Yield every wanted event with its digest, oldest first, read from the server a thousand at a time."""
    async with reader.connection.cursor(name="audit_log", binary=True) as cursor:
        cursor.itersize = _AT_ONCE
        await cursor.execute(_SQL["walk_events"].encode(), _values(org_id, wanted))
        async for row in cursor:
            yield audit_chain.event_of(row), row["digest"]


async def find_place(reader: Reader, org_id: int, before: date) -> Link:
    """Return the place of the last event from before a day: of what is still there, or of what retention removed."""
    row = await reader.find(_SQL["find_place"], org_id=org_id, before=before, since=_FIRST_DAY)
    if row is not None:
        return Link(row["number"], row["digest"])
    place, _ = await audit_chain.find_start(reader, org_id)
    return place


async def find_end(reader: Reader, org_id: int, last: date) -> Link:
    """Return the place of the last event up to a day, the day included."""
    return await find_place(reader, org_id, last + timedelta(days=1))


async def count_events(reader: Reader, org_id: int, first: date, last: date) -> dict[str, dict[bool, int]]:
    """Count the events of some days by act, and by whether they were refused."""
    counts: dict[str, dict[bool, int]] = {}
    for row in await reader.all(_SQL["count_events"], org_id=org_id, first=first, last=last):
        counts.setdefault(row["act"], {})[row["is_refused"]] = row["count"]
    return counts


def _values(org_id: int, wanted: Filter) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "first": wanted.first or _FIRST_DAY,
        "last": wanted.last or _LAST_DAY,
        "acts": list(wanted.acts) or None,
        "actor": _pattern(wanted.actor),
        "target": _pattern(wanted.target),
        "address": wanted.address or None,
        "project_id": wanted.project_id,
        "is_refused": wanted.is_refused,
        "text": _pattern(wanted.text),
    }


def _pattern(text: str) -> str | None:
    return f"%{text.translate(_ESCAPED)}%" if text else None
