"""What the queue's jobs do. A job may run twice: each task is written so that the second time changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import date

import msgspec
import procrastinate
import structlog

from testflux import pipeline
from testflux.kit import errors, inflate
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import attachments, deliveries, jobs, runs, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Writer
from testflux.work import deliver, mail_reset
from testflux.work.orders import Order, Work
from testflux.work.processes import Processes

ATTEMPTS = 5
"""How often processing an upload is begun before it is given up as our fault."""

SMALL_BYTES = 256 * 1024
"""A report up to this size is read here: the others' way into a process takes longer than reading it."""

_AGAIN = procrastinate.RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3)  # after 3, 9, 27, 81 seconds

WHEN_AWAY = procrastinate.RetryStrategy(
    max_attempts=ATTEMPTS, exponential_wait=3, retry_exceptions=(errors.UnavailableError,)
)
"""For what must not be done again unless the database was away."""

_AWAY_S = 2.0

HANDING_BACK_S = 1.5
"""How long a worker that ends tries to put a job back into the queue."""

log = structlog.get_logger("testflux.work")


class Bench(msgspec.Struct, frozen=True):
    """What the tasks work with. Without `aside` everything is done in this process."""

    database: Database
    blobs: Blobs
    limits: inflate.Limits
    aside: Processes | None = None


def register(app: procrastinate.App, bench: Bench, settings: Settings) -> None:
    """Put the tasks on a worker's queue."""

    @app.task(name=jobs.PROCESS_UPLOAD, queue=jobs.UPLOADS, retry=_AGAIN, pass_context=True)
    async def process_upload(
        context: procrastinate.JobContext, project_id: int, upload_id: int, request_id: str
    ) -> None:
        with structlog.contextvars.bound_contextvars(request_id=request_id, upload=f"{project_id}-{upload_id}"):
            order = Order(Work.PROCESS, (project_id, upload_id), request_id)
            await _or_hand_back(bench, order, process(bench, order, attempts=context.job.attempts))

    @app.task(name=jobs.DELIVER, queue=jobs.DELIVERIES, retry=WHEN_AWAY)
    async def send(project_id: int, run_day: str, delivery_id: int) -> None:
        key = deliveries.Key(project_id, date.fromisoformat(run_day), delivery_id)
        await deliver.deliver(bench.database, settings, key)

    @app.task(name=jobs.COUNT_KEYWORDS, queue=jobs.KEYWORDS, retry=_AGAIN)
    async def count_keywords(project_id: int, run_id: int, request_id: str) -> None:
        with structlog.contextvars.bound_contextvars(request_id=request_id, run=f"{project_id}-{run_id}"):
            order = Order(Work.COUNT, (project_id, run_id), request_id)
            await _or_hand_back(bench, order, count(bench, order))

    @app.task(name=jobs.MAIL_RESET, queue=jobs.DELIVERIES, retry=_AGAIN)
    async def send_reset(email: str, address: str, request_id: str) -> None:
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await mail_reset.mail_reset(bench.database, settings, email, address, request_id)

    del process_upload, send, count_keywords, send_reset  # the queue knows them by name


async def process(bench: Bench, order: Order, *, attempts: int) -> None:
    """Process an upload; one that failed ATTEMPTS times is set aside: rejected as our fault, its file kept.

    `attempts` counts those before. While the database is away it waits: that is no attempt.
    """
    while True:
        try:
            if attempts >= ATTEMPTS:  # the worker itself died of it each time
                await _give_up(bench, order)
            else:
                await _do(bench, order, await _is_large_upload(bench, order.key))
                log.info("upload processed")
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
            await _give_up(bench, order)
        return


async def count(bench: Bench, order: Order) -> None:
    """Count the keywords of a run. What its report cannot tell stays uncounted."""
    try:
        async with bench.database.read(EVERYBODY) as reader:
            source = await runs.find_file(reader, *order.key)
        await _do(bench, order, source is not None and source["size_bytes"] > SMALL_BYTES)
    except (errors.ReportError, errors.TooLargeError, errors.NotFoundError) as error:
        log.info("keywords not counted", reason=error.message)


async def _do(bench: Bench, order: Order, is_large: bool) -> None:  # noqa: FBT001  (the one thing it depends on)
    if is_large and bench.aside is not None:
        await bench.aside.run(order)
    elif order.work is Work.PROCESS:
        await pipeline.process(bench.database, bench.blobs, *order.key, bench.limits)
    else:
        await pipeline.count_keywords(bench.database, bench.blobs, *order.key, bench.limits)


async def _is_large_upload(bench: Bench, key: tuple[int, int]) -> bool:
    """Whether an upload takes long to read: it is large, or compressed, so that nobody knows how large it is."""
    async with bench.database.read(EVERYBODY) as reader:
        upload = await uploads.get_upload(reader, *key)
        companions = await attachments.list_companions(reader, *key)
    if sum(row["size_bytes"] for row in (upload, *companions)) > SMALL_BYTES:
        return True
    try:
        return inflate.is_compressed(await bench.blobs.read_range(upload["blob_digest"], 0, 4))
    except errors.NotFoundError:
        return False  # the pipeline says so


async def _or_hand_back(bench: Bench, order: Order, doing: Awaitable[None]) -> None:
    """Do it; when the worker ends meanwhile, put it back into the queue at once, for another one to begin afresh."""
    try:
        await doing
    except asyncio.CancelledError:
        try:
            async with asyncio.timeout(HANDING_BACK_S), bench.database.write(EVERYBODY) as writer:
                await _queue(writer, order)
        except (TimeoutError, errors.UnavailableError):
            log.warning("not handed back: the database is away", work=order.work)  # it is missed, and begun afresh
            raise asyncio.CancelledError from None
        log.info("handed back", work=order.work)


async def _queue(writer: Writer, order: Order) -> None:
    add = jobs.add_process_upload if order.work is Work.PROCESS else jobs.add_count_keywords
    await add(writer, *order.key, order.request_id)


async def _give_up(bench: Bench, order: Order) -> None:
    async with bench.database.read(EVERYBODY) as reader:
        upload = await uploads.get_upload(reader, *order.key)
    error = errors.TestFluxError(
        "Something in TestFlux failed while it read this file; the file itself may be fine.",
        code="internal",
        hint=f"Tell an administrator: the server's log says more under request {upload['request_id']}.",
    )
    await pipeline.reject(bench.database, bench.blobs, upload, error, is_kept=True)
