"""The job queue: jobs are added in the transaction that made them needed, so neither is ever without the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, LiteralString, TypeVar

import procrastinate
import procrastinate.exceptions
import procrastinate.sql
import psycopg
import structlog

from testflux.store import database as database_room
from testflux.store import queries
from testflux.store.database import Database, Reader, Writer

PROCESS_UPLOAD = "process_upload"
DELIVER = "deliver"
COUNT_KEYWORDS = "count_keywords"
MAIL_RESET = "mail_reset"
UPLOADS = "uploads"
KEYWORDS = "keywords"
DELIVERIES = "deliveries"
MAINTENANCE = "maintenance"

_Answer = TypeVar("_Answer")
_PATIENCE_S = 120.0
_PAUSE_S = 0.5
_LOOKING_S = 0.3
_LOOK: Final = procrastinate.sql.queries["fetch_job"]
_FINISH: Final = procrastinate.sql.queries["finish_job"]
_RETRY: Final = procrastinate.sql.queries["retry_job"]
_SQL = queries.load("jobs")

# Adding needs no connection of its own: it borrows the writer's.
_adding = procrastinate.App(connector=procrastinate.PsycopgConnector())

log = structlog.get_logger("testflux.store")


async def add_process_upload(
    writer: Writer, project_id: int, upload_id: int, request_id: str, lock: str | None = None
) -> int:
    """Ask for an upload to be processed, when and only when this transaction commits.

    Jobs with the same `lock` are done one after the other, in the order in which they were added.
    """
    job = _adding.configure_task(PROCESS_UPLOAD, queue=UPLOADS, lock=lock, connection=writer.connection)
    with _unwrapped():
        return await job.defer_async(project_id=project_id, upload_id=upload_id, request_id=request_id)


async def add_count_keywords(writer: Writer, project_id: int, run_id: int, request_id: str) -> int:
    """Ask for the keywords of a run to be counted, when there is time."""
    job = _adding.configure_task(COUNT_KEYWORDS, queue=KEYWORDS, connection=writer.connection)
    with _unwrapped():
        return await job.defer_async(project_id=project_id, run_id=run_id, request_id=request_id)


async def add_delivery(
    writer: Writer, project_id: int, run_day: date, delivery_id: int, at: datetime | None = None
) -> int:
    """Ask for a message to be delivered, at once or at a time."""
    job = _adding.configure_task(DELIVER, queue=DELIVERIES, schedule_at=at, connection=writer.connection)
    with _unwrapped():
        return await job.defer_async(project_id=project_id, run_day=run_day.isoformat(), delivery_id=delivery_id)


async def add_mail_reset(writer: Writer, email: str, address: str, request_id: str) -> int:
    """Ask for a link to set a new password to be mailed, if anybody signs in with that e-mail address."""
    job = _adding.configure_task(MAIL_RESET, queue=DELIVERIES, connection=writer.connection)
    with _unwrapped():
        return await job.defer_async(email=email, address=address, request_id=request_id)


def queue(database: Database) -> procrastinate.App:
    """Return the queue for a worker: tasks are registered on it, and `open_queue` opens it."""
    return procrastinate.App(connector=_PatientConnector(conninfo=database.direct_url, min_size=1, max_size=8))


@asynccontextmanager
async def open_queue(database: Database, app: procrastinate.App) -> AsyncGenerator[None]:
    """Connect a worker's queue: through the database's own pool, unless a pooler stands before the database."""
    async with app.open_async(None if database.is_pooled else database.pool):
        yield


async def list_waiting(reader: Reader) -> dict[str, int]:
    """Count the jobs that are queued or running, by queue."""
    rows = await reader.all(_SQL["list_waiting"])
    return {row["queue_name"]: row["jobs"] for row in rows}


@contextmanager
def _unwrapped() -> Generator[None]:
    """Raise what the database said, not the queue's wrapping of it: the transaction's owner knows a lost connection."""
    try:
        yield
    except procrastinate.exceptions.ConnectorException as error:
        if isinstance(error.__cause__, psycopg.Error):
            raise error.__cause__ from None
        raise


def hurry(app: procrastinate.App, seconds: float) -> None:
    """Wait for the database no longer than this from now on: the worker ends. It looks for no more work."""
    if isinstance(app.connector, _PatientConnector):
        app.connector.hurry(seconds)


class _PatientConnector(procrastinate.PsycopgConnector):
    """Waits while the database restarts, so that a job's end is not lost and left as running for ever.

    Whose connection broke asks again, and the first time may have counted, unheard: a job that was handed out so goes
    back to the queue. A job that has ended has ended, whoever saw to that; and one that is to be done again is dropped
    when its like waits already.
    """

    _ends: float | None = None
    _looking_ends: float | None = None

    def hurry(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        # Only a queue that stopped looking begins to count the seconds that its work is given.
        self._ends, self._looking_ends = now + seconds, now + _LOOKING_S
        for limit, query in self._limits.items():
            limit.reschedule(self._end_of(query))

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        if query in {_FINISH, _RETRY}:
            await self._end(query, arguments)
        else:
            await self._patiently(query, lambda: super(_PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        if query == _LOOK:
            return await self._look(arguments)
        return await self._patiently(
            query, lambda: super(_PatientConnector, self).execute_query_one_async(query, **arguments)
        )

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        return await self._patiently(
            query, lambda: super(_PatientConnector, self).execute_query_all_async(query, **arguments)
        )

    async def _end(self, query: LiteralString, arguments: dict[str, Any]) -> None:
        job_id = arguments["job_id"]
        try:
            await self._patiently(query, lambda: super(_PatientConnector, self).execute_query_async(query, **arguments))
        except procrastinate.exceptions.UniqueViolation:
            await self._end(_FINISH, {"job_id": job_id, "status": "succeeded", "delete_job": True})
        except procrastinate.exceptions.ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.errors.RaiseException):
                raise
            log.info("job had ended already", job=job_id)
        self._handed_out.discard(job_id)

    async def _look(self, arguments: dict[str, Any]) -> dict[str, Any]:
        is_again = False

        async def ask() -> dict[str, Any]:
            nonlocal is_again
            if is_again:
                known = {"worker_id": arguments["worker_id"], "job_ids": list(self._handed_out)}
                await super(_PatientConnector, self).execute_query_async(_SQL["give_back"], **known)
            is_again = True
            return await super(_PatientConnector, self).execute_query_one_async(_LOOK, **arguments)

        job = await self._patiently(_LOOK, ask)
        if job["id"] is not None:
            self._handed_out.add(job["id"])
        return job

    @cached_property
    def _handed_out(self) -> set[int]:
        return set()

    @cached_property
    def _limits(self) -> dict[asyncio.Timeout, str]:
        return {}

    def _end_of(self, query: str) -> float | None:
        return self._looking_ends if query == _LOOK else self._ends

    async def _patiently(self, query: str, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        try:
            async with asyncio.timeout_at(self._end_of(query)) as limit:
                self._limits[limit] = query
                try:
                    return await _repeat(ask)
                finally:
                    del self._limits[limit]
        except TimeoutError:
            message = "The worker ended while the database was away."
            raise procrastinate.exceptions.ConnectorException(message) from None


async def _repeat(ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while True:
        try:
            return await ask()
        except procrastinate.exceptions.ConnectorException as error:
            if not database_room.is_away(error.__cause__) or asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(_PAUSE_S)
