"""The job queue as somebody who looks after it sees it."""

from __future__ import annotations

import msgspec

from testflux.model.health import QueueFigures
from testflux.store import queries
from testflux.store.database import Reader

_SQL = queries.load("queue")


class Queue(msgspec.Struct, frozen=True):
    """Jobs that are due and wait, that run, that failed for good; and how many seconds the oldest has waited."""

    waiting: int
    running: int
    failed: int
    oldest_s: float


async def get_queue(reader: Reader) -> Queue:
    """Return the state of the job queue."""
    return Queue(**await reader.one(_SQL["get_queue"]))


async def list_queues(reader: Reader) -> list[QueueFigures]:
    """Return the state of each queue that has jobs."""
    return [QueueFigures(**row) for row in await reader.all(_SQL["list_queues"])]
