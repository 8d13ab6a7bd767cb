"""A worker says that it is there."""

from __future__ import annotations

import asyncio
import contextlib

from testflux import __version__
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import workers
from testflux.store.database import Database

_EVERY_S = 10


async def say_so(database: Database, every_s: float = _EVERY_S) -> None:
    """Write down every few seconds that this worker is there; while the database is away nobody could read it."""
    number: int | None = None
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  (this is called inside one)
    while not task.cancelling():  # a connection that breaks at that moment hides the cancellation
        with contextlib.suppress(errors.UnavailableError):
            async with database.write(EVERYBODY) as writer:
                if number is None or not await workers.save_seen(writer, number):
                    number = await workers.add_worker(writer, __version__)
        await asyncio.sleep(every_s)
