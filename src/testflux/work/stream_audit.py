"""Sending the audit log to where organisations want it: in order, each event at least once."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Final

import structlog

from testflux.kit import errors
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.model.audit import Event
from testflux.notify import audit_stream, backoff
from testflux.store import streams
from testflux.store.database import Database, Row

_EVERY_S: Final = 2.0
_LONGEST: Final = timedelta(minutes=10)

log = structlog.get_logger("testflux.work")


async def run(database: Database, settings: Settings, every_s: float = _EVERY_S) -> None:
    """Send what is due, every few seconds, until cancelled; while the database is away there is nothing to send."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  (this is called inside one)
    while not task.cancelling():
        with contextlib.suppress(errors.UnavailableError):
            while await send_next(database, settings):
                pass
        await asyncio.sleep(every_s)


async def send_next(database: Database, settings: Settings) -> bool:
    """Send the next events of one stream that is due, in a transaction that holds its lock; False: none is due.

    Two workers never send for the same stream. One that is killed between the answer and the commit has sent the same
    events, under the same id, that its follower sends.
    """
    async with database.write(EVERYBODY) as writer:
        stream = await streams.find_due(writer)
        if stream is None:
            return False
        events = await streams.list_next(writer, stream, audit_stream.AT_ONCE)
        if not events:
            return False
        error = await _send(settings, stream, events)
        if error:
            retry_after = min(backoff.delay_after(stream["attempts"] + 1) or _LONGEST, _LONGEST)
            await streams.save_failed(writer, stream, error, retry_after)
            log.warning("audit log not sent", stream=stream["stream_id"], reason=error, retry_after=str(retry_after))
        else:
            await streams.save_sent(writer, stream, events[-1][0])
    return not error


async def _send(settings: Settings, stream: Row, events: list[tuple[Event, bytes]]) -> str:
    try:
        return await audit_stream.send(settings, audit_stream.place_of(settings, stream), events)
    except errors.TestFluxError as error:
        return error.message
