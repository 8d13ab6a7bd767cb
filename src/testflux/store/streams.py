"""Where an organisation's audit log is sent as it grows, and how far it has come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from testflux.kit import errors
from testflux.model.audit import Event
from testflux.store import audit_chain, queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("streams")
_EARLIEST: Final = date(1970, 1, 1)


async def list_streams(reader: Reader, org_id: int) -> list[Row]:
    """Return an organisation's streams by name, each with how many events are `waiting`."""
    return await reader.all(_SQL["list_streams"], org_id=org_id)


async def get_stream(reader: Reader, org_id: int, stream_id: int) -> Row:
    """Return a stream; NotFoundError for another organisation's, too."""
    row = await reader.find(_SQL["get_stream"], org_id=org_id, stream_id=stream_id)
    if row is None:
        raise errors.NotFoundError("There is no such stream.", hint="It may have been removed; list the streams.")
    return row


async def add_stream(
    writer: Writer,
    org_id: int,
    *,
    kind: str,
    name: str,
    config: dict[str, Any],
    secret: bytes | None,
    is_from_start: bool,
) -> Row:
    """Add a stream that begins with what happens next, or with everything that is kept. `secret` is sealed."""
    row = await writer.one(
        _SQL["add_stream"],
        org_id=org_id,
        kind=kind,
        name=name,
        config=Jsonb(config),
        secret=secret,
        is_from_start=is_from_start,
    )
    return await get_stream(writer, org_id, row["stream_id"])


async def save_stream(
    writer: Writer,
    org_id: int,
    stream_id: int,
    *,
    name: str | None,
    config: dict[str, Any] | None,
    enabled: bool | None,
) -> Row:
    """Change what is given of a stream; it is tried again at once."""
    await writer.run(
        _SQL["save_stream"],
        org_id=org_id,
        stream_id=stream_id,
        name=name,
        config=None if config is None else Jsonb(config),
        is_enabled=enabled,
    )
    return await get_stream(writer, org_id, stream_id)


async def drop_stream(writer: Writer, org_id: int, stream_id: int) -> None:
    """Remove a stream; what it was still to be sent is not sent."""
    await writer.run(_SQL["drop_stream"], org_id=org_id, stream_id=stream_id)


async def find_due(writer: Writer) -> Row | None:
    """Return a stream that has something to send and may be tried now, and lock it; None when there is none."""
    return await writer.find(_SQL["find_due"])


async def list_next(reader: Reader, stream: Row, limit: int) -> list[tuple[Event, bytes]]:
    """Return the next events of a stream in order, each with its digest."""
    rows = await reader.all(
        _SQL["list_next"],
        org_id=stream["org_id"],
        since=stream["sent_day"] or _EARLIEST,
        after=stream["sent_number"],
        limit=limit,
    )
    return [(audit_chain.event_of(row), row["digest"]) for row in rows]


async def save_sent(writer: Writer, stream: Row, last: Event) -> None:
    """Note that everything up to an event has arrived."""
    await writer.run(_SQL["save_sent"], stream_id=stream["stream_id"], number=last.number, day=last.happened_at.date())


async def save_failed(writer: Writer, stream: Row, error: str, retry_after: timedelta) -> None:
    """Note that nothing arrived, why, and when to try again."""
    await writer.run(_SQL["save_failed"], stream_id=stream["stream_id"], error=error, retry_after=retry_after)
