"""What the queue's jobs do. A job may run twice: each task is written so that the second time changes nothing."""

from __future__ import annotations

import asyncio
from datetime import date

import procrastinate
import structlog

from testflux import pipeline
from testflux.kit import errors, inflate
from testflux.kit.settings import Settings
from testflux.store import deliveries, jobs, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database
from testflux.work import deliver

ATTEMPTS = 5
"""How often processing an upload is begun before it is given up as our fault."""

_AGAIN = procrastinate.RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3)  # after 3, 9, 27, 81 seconds
_AWAY_S = 2.0

log = structlog.get_logger("testflux.work")


def register(app: procrastinate.App, database: Database, blobs: Blobs, settings: Settings) -> None:
    """Put the tasks on a worker's queue."""
    limits = inflate.Limits(max_bytes=settings.upload_limit_bytes)

    @app.task(name=jobs.PROCESS_UPLOAD, queue=jobs.UPLOADS, retry=_AGAIN, pass_context=True)
    async def process_upload(
        context: procrastinate.JobContext, project_id: int, upload_id: int, request_id: str
    ) -> None:
        with structlog.contextvars.bound_contextvars(request_id=request_id, upload=f"{project_id}-{upload_id}"):
            await process(database, blobs, (project_id, upload_id), limits, attempts=context.job.attempts)

    @app.task(name=jobs.DELIVER, queue=jobs.DELIVERIES)
    async def send(project_id: int, run_day: str, delivery_id: int) -> None:
        await deliver.deliver(database, settings, deliveries.Key(project_id, date.fromisoformat(run_day), delivery_id))

    @app.task(name=jobs.COUNT_KEYWORDS, queue=jobs.KEYWORDS, retry=_AGAIN)
    async def count_keywords(project_id: int, run_id: int, request_id: str) -> None:
        with structlog.contextvars.bound_contextvars(request_id=request_id, run=f"{project_id}-{run_id}"):
            await count(database, blobs, (project_id, run_id), limits)

    del process_upload, send, count_keywords  # the queue knows them by name


async def process(
    database: Database, blobs: Blobs, key: tuple[int, int], limits: inflate.Limits, *, attempts: int
) -> None:
    """Process an upload (project id, upload id); one that failed ATTEMPTS times is rejected as our fault.

    `attempts` counts those before. While the database is away it waits: that is no attempt.
    """
    while True:
        try:
            if attempts >= ATTEMPTS:  # the worker itself died of it each time
                await _give_up(database, blobs, key)
            else:
                await pipeline.process(database, blobs, *key, limits)
        except errors.UnavailableError as error:
            log.warning("waiting", reason=error.message)
            await asyncio.sleep(_AWAY_S)
            continue
        except errors.NotFoundError:
            log.info("upload was removed")
        except Exception:
            log.exception("upload not processed", attempt=attempts + 1)
            if attempts + 1 < ATTEMPTS:
                raise
            await _give_up(database, blobs, key)
        return


async def count(database: Database, blobs: Blobs, key: tuple[int, int], limits: inflate.Limits) -> None:
    """Count the keywords of a run (project id, run id). What its report cannot tell stays uncounted."""
    try:
        await pipeline.count_keywords(database, blobs, *key, limits)
    except (errors.ReportError, errors.TooLargeError, errors.NotFoundError) as error:
        log.info("keywords not counted", reason=error.message)


async def _give_up(database: Database, blobs: Blobs, key: tuple[int, int]) -> None:
    async with database.read() as reader:
        upload = await uploads.get_upload(reader, *key)
    error = errors.TestFluxError(
        "Something in TestFlux failed while it read this file; the file itself may be fine.",
        code="internal",
        hint=f"Tell an administrator: the server's log says more under request {upload['request_id']}.",
    )
    await pipeline.reject(database, blobs, upload, error, is_kept=True)
