"""The worker: processes uploads, delivers messages and keeps house, in the server's process or in one of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import procrastinate
import structlog
from procrastinate import exceptions

from testflux.kit import inflate
from testflux.kit.settings import Settings
from testflux.store import jobs
from testflux.store.blobs import Blobs
from testflux.store.database import Database
from testflux.work import alive, orders, processes, schedule, stream_audit, tasks

_DELIVERING = 4  # a slow receiver keeps nobody waiting
_HEARTBEAT_S = 2
_STOPPING_S = 8  # of the ten seconds that a container is usually given
_PAUSE_S = 2

log = structlog.get_logger("testflux.work")


async def run(database: Database, blobs: Blobs, settings: Settings) -> None:
    """Work until cancelled; then finish what is begun (for eight seconds) and return what is left to the queue.

    A worker that dies instead is noticed by its missing heartbeat, and another one does its jobs again.
    """
    app = jobs.queue(database)
    aside = _processes(database, blobs, settings)
    bench = tasks.Bench(database, blobs, inflate.Limits(max_bytes=settings.upload_limit_bytes), aside)
    tasks.register(app, bench, settings)
    schedule.register(app, database, blobs, settings)
    try:
        async with jobs.open_queue(database, app), asyncio.TaskGroup() as group:
            group.create_task(_hurry_at_the_end(app))
            group.create_task(alive.say_so(database))
            group.create_task(stream_audit.run(database, settings))
            group.create_task(_work(app, [jobs.UPLOADS], settings.worker_concurrency))
            group.create_task(_work(app, [jobs.KEYWORDS], 1))  # whoever waits for a report comes first
            group.create_task(_work(app, [jobs.DELIVERIES, jobs.MAINTENANCE], _DELIVERING))
    finally:
        if aside is not None:
            await aside.close()


def _processes(database: Database, blobs: Blobs, settings: Settings) -> processes.Processes | None:
    if not settings.worker_processes:
        return None
    start = orders.Start(
        database_url=database.url,
        direct_url=database.direct_url if database.is_pooled else None,
        blobs=str(blobs.place),
        limits=inflate.Limits(max_bytes=settings.upload_limit_bytes),
        log_level=settings.log_level,
        log_format=settings.log_format,
    )
    return processes.Processes(start, settings.worker_processes)


def _is_to_end() -> bool:
    """Whether somebody cancelled the task that asks."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _hurry_at_the_end(app: procrastinate.App) -> None:
    """Wait until the worker is to end; from then on the queue waits for no database that is away."""
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        jobs.hurry(app, _STOPPING_S + tasks.HANDING_BACK_S)


async def _work(app: procrastinate.App, queues: Iterable[str], concurrency: int) -> None:
    """Run a worker on some queues; one that gives up (the database was away too long) is followed by a new one."""
    while True:
        try:
            await app.run_worker_async(
                queues=queues,
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                update_heartbeat_interval=_HEARTBEAT_S,
                stalled_worker_timeout=schedule.STALLED_S,
                shutdown_graceful_timeout=_STOPPING_S,
            )
        except exceptions.ProcrastinateException as error:
            log.warning("worker stopped", reason=str(error))
            if _is_to_end():
                raise asyncio.CancelledError from error  # the queue's own error came instead of it
        await asyncio.sleep(_PAUSE_S)
