"""What the figures of an installation mean: what is fine, what to look at, what to do now, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from testflux.model.health import Figures, HealthCheck, State, WorkerFigures

ALIVE: Final = timedelta(seconds=30)
"""A worker that said nothing for longer is taken for dead."""

_LONG_WAIT_S: Final = 300
_TOO_LONG_S: Final = 3600
_BACKUP_OLD: Final = timedelta(days=2)
_BACKUP_TOO_OLD: Final = timedelta(days=7)
_HORIZON: Final = timedelta(days=45)
_HORIZON_NEAR: Final = timedelta(days=10)
_CHORE_LATE: Final = {
    "partitions": timedelta(hours=3),
    "recount": timedelta(days=2),
    "retention": timedelta(days=2),
    "audit": timedelta(days=2),
}
_DISK_LITTLE: Final = 0.10
_DISK_NONE: Final = 0.03
_GB: Final = 1e9

_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def judge(figures: Figures) -> list[HealthCheck]:
    """Return what was looked at, in the order in which one would go about it."""
    return [check for look in _LOOKS for check in look(figures)]


def worst(checks: Sequence[HealthCheck]) -> State:
    """Return the state of the whole: that of its worst part."""
    order = list(State)
    return max((check.state for check in checks), key=order.index, default=State.FINE)


def list_alive(workers: Sequence[WorkerFigures], now: datetime) -> list[WorkerFigures]:
    """Return the workers that were heard of just now."""
    return [worker for worker in workers if now - worker.seen_at <= ALIVE]


def say_span(seconds: float) -> str:
    """Say how long, in the largest unit that fits: `3 days`."""
    for size, unit in _UNITS:
        if seconds >= size:
            return _count(int(seconds // size), unit)
    return "0 seconds"


def _workers(figures: Figures) -> Iterator[HealthCheck]:
    alive = list_alive(figures.workers, figures.measured_at)
    versions = {worker.version for worker in alive}
    if not alive:
        newest = max((worker.seen_at for worker in figures.workers), default=None)
        since = "" if newest is None else f" for {say_span((figures.measured_at - newest).total_seconds())}"
        detail = f"No worker has answered{since}" if since else "No worker has answered yet"
        yield HealthCheck(name="workers", state=State.ACT, detail=detail, advice="Start `testflux work`.")
    elif len(versions) > 1:
        detail = f"{_count(len(alive), 'worker')} of different versions: {', '.join(sorted(versions))}"
        yield HealthCheck(name="workers", state=State.LOOK, detail=detail, advice="Update those that are behind.")
    else:
        yield _fine("workers", _count(len(alive), "worker"))


def _queue(figures: Figures) -> Iterator[HealthCheck]:
    waiting = sum(queue.waiting for queue in figures.queues)
    running = sum(queue.running for queue in figures.queues)
    oldest = max((queue.oldest_s for queue in figures.queues if queue.waiting), default=0.0)
    detail = f"{_count(waiting, 'job')} waiting, {running} running"
    if oldest <= _LONG_WAIT_S:
        yield _fine("queue", detail)
        return
    state = State.ACT if oldest > _TOO_LONG_S else State.LOOK
    advice = "More comes in than is worked off: start another `testflux work`, or wait until it is done."
    yield HealthCheck(name="queue", state=state, detail=f"{detail}; the first for {say_span(oldest)}", advice=advice)


def _failed(figures: Figures) -> Iterator[HealthCheck]:
    failed = {queue.name: queue.failed for queue in figures.queues if queue.failed}
    if not failed:
        yield _fine("jobs", "No job failed for good")
        return
    detail = ", ".join(f"{count} failed in {name}" for name, count in failed.items())
    advice = "The server's log says why: look for the word error. They are forgotten after three days."
    yield HealthCheck(name="jobs", state=State.LOOK, detail=detail, advice=advice)


def _set_aside(figures: Figures) -> Iterator[HealthCheck]:
    count = sum(place.uploads for place in figures.set_aside)
    if not count:
        yield _fine("set_aside", "No upload is set aside")
        return
    is_one = count == 1
    detail = f"{_count(count, 'upload')} {'is' if is_one else 'are'} set aside: TestFlux failed on {_them(count)}"
    advice = f"Look at {_them(count)} and try again; the request id leads to the cause in the server's log."
    yield HealthCheck(name="set_aside", state=State.ACT, detail=detail, advice=advice)


def _pool(figures: Figures) -> Iterator[HealthCheck]:
    pool = figures.pool
    detail = f"{pool.size - pool.idle} of {_count(pool.most, 'connection')} in use"
    if pool.waiting:
        detail += f", {_count(pool.waiting, 'request')} waiting"
    if not pool.timeouts:
        yield _fine("pool", detail)
        return
    detail += f"; {_count(pool.timeouts, 'request')} waited in vain since this server started"
    advice = "If that grows: start another server, or find what keeps the database busy (pg_stat_activity)."
    yield HealthCheck(name="pool", state=State.LOOK, detail=detail, advice=advice)


def _postgres(figures: Figures) -> Iterator[HealthCheck]:
    up = say_span((figures.measured_at - figures.postgres.started_at).total_seconds())
    detail = f"PostgreSQL has been running for {up}"
    if not figures.postgres.restarts:
        yield _fine("postgres", detail)
        return
    detail += f"; it ended by itself {_count(figures.postgres.restarts, 'time')} and was started again"
    advice = "Read postgres/server.log in the data folder, and see whether the machine ran out of memory."
    yield HealthCheck(name="postgres", state=State.LOOK, detail=detail, advice=advice)


def _partitions(figures: Figures) -> Iterator[HealthCheck]:
    missing, end = figures.partitions.missing, figures.partitions.end
    left = end - figures.measured_at.date()
    detail = f"Tables are made until {end - timedelta(days=1):%-d %B %Y}"
    if missing:
        detail = f"{_count(len(missing), 'table')} of the months ahead {'is' if len(missing) == 1 else 'are'} missing"
    if not missing and left >= _HORIZON:
        yield _fine("partitions", detail)
        return
    state = State.ACT if left < _HORIZON_NEAR else State.LOOK
    advice = "A worker makes them each hour; to do it now run `testflux admin partitions`."
    yield HealthCheck(name="partitions", state=state, detail=detail, advice=advice)


def _blobs(figures: Figures) -> Iterator[HealthCheck]:
    if not figures.blobs:
        yield _fine("blobs", "The store of files answers")
        return
    advice = "Uploads are refused meanwhile. Check the disk, or TESTFLUX_BLOB_URL and its object store."
    yield HealthCheck(name="blobs", state=State.ACT, detail=figures.blobs, advice=advice)


def _redis(figures: Figures) -> Iterator[HealthCheck]:
    if figures.redis is None:
        return
    if not figures.redis:
        yield _fine("redis", "Redis answers")
        return
    advice = "Servers go on without it, each with limits and answers of its own. Check TESTFLUX_REDIS_URL."
    yield HealthCheck(name="redis", state=State.LOOK, detail=f"Redis is away: {figures.redis}", advice=advice)


def _disk(figures: Figures) -> Iterator[HealthCheck]:
    disk = figures.disk
    if disk is None:
        return
    share = disk.free_bytes / max(disk.size_bytes, 1)
    detail = f"{disk.free_bytes / _GB:,.1f} of {disk.size_bytes / _GB:,.1f} GB free ({share:.0%})"
    if share >= _DISK_LITTLE:
        yield _fine("disk", detail)
        return
    state = State.ACT if share < _DISK_NONE else State.LOOK
    advice = "Make room on the disk, or keep less: on the page Storage you say how long things are kept."
    yield HealthCheck(name="disk", state=state, detail=detail, advice=advice)


def _backup(figures: Figures) -> Iterator[HealthCheck]:
    backup = figures.backup
    if backup.failed_at is not None:
        detail = f"The last backup failed: {backup.error}"
        advice = "Mend the cause, then run `testflux admin backup`."
        yield HealthCheck(name="backup", state=State.ACT, detail=detail, advice=advice)
    elif backup.made_at is None:
        advice = "Name a folder on another disk in TESTFLUX_BACKUP_DIR: a worker then makes one each night."
        yield HealthCheck(name="backup", state=State.LOOK, detail="No backup was made yet", advice=advice)
    else:
        yield _backup_age(figures.measured_at - backup.made_at, is_scheduled=backup.is_scheduled)


def _backup_age(age: timedelta, *, is_scheduled: bool) -> HealthCheck:
    detail = f"The last backup is {say_span(age.total_seconds())} old"
    if age <= _BACKUP_OLD:
        return _fine("backup", detail)
    state = State.ACT if age > _BACKUP_TOO_OLD else State.LOOK
    advice = "See why none is made: does a worker run?" if is_scheduled else "Let a worker make one each night."
    return HealthCheck(name="backup", state=state, detail=detail, advice=f"{advice} Or run `testflux admin backup`.")


def _counts(figures: Figures) -> Iterator[HealthCheck]:
    found = sum(chore.found for chore in figures.chores if chore.name in {"recount", "files"})
    if found:
        detail = f"The last recount found {_count(found, 'difference')}"
        advice = "Totals no longer are what their runs add up to: please report it, with the log of that night."
        yield HealthCheck(name="counts", state=State.ACT, detail=detail, advice=advice)
    elif any(chore.name == "recount" and chore.finished_at for chore in figures.chores):
        yield _fine("counts", "The last recount found no difference")
    else:
        yield _fine("counts", "Not recounted yet: that is done each night")


def _audit(figures: Figures) -> Iterator[HealthCheck]:
    chore = next((chore for chore in figures.chores if chore.name == "audit" and chore.finished_at), None)
    if chore is None:
        yield _fine("audit", "The audit log was not checked yet: that is done each night")
    elif not chore.found:
        yield _fine("audit", "The audit log was whole last night")
    else:
        detail = f"{_count(chore.found, 'audit log')} {'is' if chore.found == 1 else 'are'} not whole"
        advice = "Somebody changed the database by hand, or it is damaged: `testflux admin verify-audit` says where."
        yield HealthCheck(name="audit", state=State.ACT, detail=detail, advice=advice)


def _chores(figures: Figures) -> Iterator[HealthCheck]:
    late = [name for name, most in _CHORE_LATE.items() if _is_late(figures, name, most)]
    ran = [chore.finished_at for chore in figures.chores if chore.name == "retention" and chore.finished_at]
    if late:
        detail = f"Not come to an end for long: {', '.join(late)}"
        advice = "They run while a worker does, by night; the server's log says whether one of them failed."
        yield HealthCheck(name="housekeeping", state=State.LOOK, detail=detail, advice=advice)
    elif ran:
        ago = say_span((figures.measured_at - ran[0]).total_seconds())
        yield _fine("housekeeping", f"Retention last ran {ago} ago")
    else:
        yield _fine("housekeeping", "Retention did not run yet: that is done each night")


def _is_late(figures: Figures, name: str, most: timedelta) -> bool:
    """Whether a task has begun, and came to no end for so long."""
    chore = next((chore for chore in figures.chores if chore.name == name), None)
    return chore is not None and figures.measured_at - (chore.finished_at or chore.started_at) > most


def _fine(name: str, detail: str) -> HealthCheck:
    return HealthCheck(name=name, state=State.FINE, detail=detail)


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


_LOOKS: Final[tuple[Callable[[Figures], Iterator[HealthCheck]], ...]] = (
    _workers,
    _queue,
    _failed,
    _set_aside,
    _backup,
    _disk,
    _blobs,
    _postgres,
    _pool,
    _redis,
    _partitions,
    _counts,
    _audit,
    _chores,
)
