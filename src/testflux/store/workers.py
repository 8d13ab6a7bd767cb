"""Which processes work on the queue, by what they say themselves every few seconds."""

from __future__ import annotations

import os
import socket

from testflux.model.health import WorkerFigures
from testflux.store import queries
from testflux.store.database import Reader, Writer

_SQL = queries.load("workers")


async def add_worker(writer: Writer, version: str) -> int:
    """Say that this process works; return its number. Those of which nothing was heard for a day are forgotten."""
    await writer.run(_SQL["drop_old"])
    row = await writer.one(_SQL["add_worker"], host=socket.gethostname(), pid=os.getpid(), version=version)
    return row["worker_id"]


async def save_seen(writer: Writer, worker_id: int) -> bool:
    """Say that it still works. False: it was taken for dead and forgotten."""
    return await writer.run(_SQL["save_seen"], worker_id=worker_id) == 1


async def list_workers(reader: Reader) -> list[WorkerFigures]:
    """Return the workers of the last day, the last heard of first."""
    return [WorkerFigures(**row) for row in await reader.all(_SQL["list_workers"])]
