"""Housekeeping by the clock: each task once at a time over all workers; missed or repeated, it does no harm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import procrastinate
import structlog

from testflux.analyse import tally
from testflux.kit import clock
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import (
    chores,
    events,
    flows,
    histograms,
    jobs,
    partitions,
    reruns,
    resets,
    runs,
    sessions,
    sign_in_waits,
    totals,
    uploads,
)
from testflux.store.blobs import Blobs
from testflux.store.database import Database
from testflux.work import back_up, check_audit, deliver, retain, tasks

STALLED_S = 10
"""A worker whose heartbeat is this old is dead."""

_KEPT_HOURS = 72  # jobs that failed, for whoever looks
_UNUSED_S = 24 * 3600.0  # a file that young may be of an upload that is just being written down
_WAITS_KEPT = timedelta(days=2)
_RECOUNTED = timedelta(days=40)
_RECOUNTED_WHOLE = timedelta(days=1)

log = structlog.get_logger("testflux.work")


def register(app: procrastinate.App, database: Database, blobs: Blobs, settings: Settings) -> None:
    """Put the periodic tasks on a worker's queue."""

    async def backup() -> None:
        await back_up.back_up(database, blobs, settings)

    if settings.backup_dir is not None:
        _schedule(app, backup, settings.backup_cron)

    async def rescue() -> None:
        await rescue_stalled(app)

    async def minute() -> None:
        await sweep(database)

    async def hour() -> None:
        await chores.note(database, chores.PARTITIONS, prepare(database))
        await check_audit.seal(database, settings)

    async def night() -> None:
        today = clock.now().date()
        await chores.note(database, chores.RECOUNT, check_totals(database))
        await chores.note(database, chores.RETENTION, _clean(database, blobs, settings, today))
        await chores.note(database, chores.AUDIT, check_audit.check(database, settings))
        await chores.note(database, chores.FILES, retain.recount(database, today))
        await drop_unused_files(database, blobs)
        await app.job_manager.delete_old_jobs(
            _KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    for task, cron in ((rescue, "* * * * * */5"), (minute, "* * * * *"), (hour, "7 * * * *"), (night, "17 3 * * *")):
        _schedule(app, task, cron)


def _schedule(app: procrastinate.App, task: Callable[[], Awaitable[None]], cron: str) -> None:
    async def run(timestamp: int) -> None:
        del timestamp
        await task()

    # A queueing lock only: a lock would stay with a job that died, and nothing would ever run again.
    name = f"housekeeping.{task.__name__}"
    again = tasks.WHEN_AWAY  # a restart of the database costs no night's work
    app.periodic(cron=cron)(app.task(name=name, queue=jobs.MAINTENANCE, queueing_lock=name, retry=again)(run))


async def _clean(database: Database, blobs: Blobs, settings: Settings, today: date) -> int:
    await retain.retain(database, blobs, today)
    await check_audit.drop_old(database, settings, today)
    return 0


async def rescue_stalled(app: procrastinate.App) -> int:
    """Give the jobs of dead workers back to the queue; return how many."""
    await app.job_manager.prune_stalled_workers(STALLED_S)
    rescued = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        log.warning("job of a dead worker", task=job.task_name, arguments=job.task_kwargs)
        await app.job_manager.retry_job(job)
        rescued += 1
    return rescued


async def sweep(database: Database) -> None:
    """Forget old events and sessions, and queue again what lost its job."""
    async with database.write(EVERYBODY) as writer:
        await events.drop_old(writer)
        await sessions.drop_expired(writer, clock.now())
        await sign_in_waits.drop_old(writer, clock.now() - _WAITS_KEPT)
        await resets.drop_old(writer, clock.now())
        await flows.drop_expired(writer, clock.now())
        lost = await uploads.add_lost_again(writer)
    if lost:
        log.error("uploads had lost their jobs", uploads=lost)
    await deliver.requeue(database)


async def prepare(database: Database) -> int:
    """Make the partitions of the months ahead; return how many of this month's were missing.

    One missing for this month by now would have refused runs: an alert.
    """
    today = clock.now().date()
    async with database.write(EVERYBODY) as writer:
        missing = await partitions.find_missing(writer, [today.replace(day=1)])
        if missing:
            log.error("partitions were missing", partitions=missing)
        await partitions.ensure_ahead(writer, today)
    return len(missing)


async def check_totals(database: Database) -> int:
    """Recount the last forty days; totals that are not what their runs add up to are an alert. Returns how many."""
    async with database.read(EVERYBODY) as reader:
        differences = await totals.list_differences(reader, (clock.now() - _RECOUNTED).date())
    for row in differences:
        log.error("a day's total is wrong", **{key: str(value) for key, value in row.items()})
    return len(differences) + await check_runs(database, (clock.now() - _RECOUNTED_WHOLE).date())


async def check_runs(database: Database, since: date) -> int:
    """Recount the results of the runs since a day; counters that are not what their chunks add up to are an alert.

    Returns how many.
    """
    wrong = 0
    async with database.read(EVERYBODY) as reader:
        rows = await reruns.list_counters(reader, since)
    for row in rows:
        async with database.read(EVERYBODY) as reader:
            chunks = await reruns.list_counted(reader, runs.key_of(row))
            kept = await reruns.find_counters(reader, row["project_id"], row["run_id"])
        found = tally.count((chunk.status, chunk.duration_ms) for chunk in chunks)
        counted = {status.label: count for status, count in found.counts.items()}
        packed = histograms.pack(found.duration_histogram)
        counted |= {"duration_sum_ms": found.duration_sum_ms, "duration_histogram": packed}
        if (
            kept is not None
            and kept["revision"] == row["revision"]
            and any(kept[key] != counted[key] for key in counted)
        ):
            log.error("a run's counters are wrong", **{key: str(value) for key, value in row.items()})
            wrong += 1
    return wrong


async def drop_unused_files(database: Database, blobs: Blobs) -> None:
    """Remove files that belong to no upload: their upload was removed, or never written down."""
    dropped = await uploads.drop_left_blobs(database, blobs)
    async for old in blobs.list_older(_UNUSED_S):
        dropped += await uploads.drop_unused_blobs(database, blobs, old)
    if dropped:
        log.info("removed unused files", files=dropped)
