"""Whether the database and its queue are well."""

from __future__ import annotations

import msgspec

from testflux.store import queries
from testflux.store.database import Reader

_SQL = queries.load("health")


class Queue(msgspec.Struct, frozen=True):
    """The job queue: jobs that are due and wait, that run, that failed for good; and how long the oldest waits."""

    waiting: int
    running: int
    failed: int
    oldest_s: float


async def get_server_version(reader: Reader) -> str:
    """Return PostgreSQL's version, e.g. `18.1`."""
    return (await reader.one(_SQL["get_server_version"]))["version"]


async def get_queue(reader: Reader) -> Queue:
    """Return the state of the job queue."""
    return Queue(**await reader.one(_SQL["get_queue"]))
