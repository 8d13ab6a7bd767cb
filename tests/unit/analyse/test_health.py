from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from testflux.analyse import health
from testflux.model.health import (
    BackupFigures,
    ChoreFigures,
    DiskFigures,
    Figures,
    HealthCheck,
    PartitionFigures,
    PoolFigures,
    PostgresFigures,
    QueueFigures,
    SetAside,
    SizeFigures,
    State,
    WorkerFigures,
)

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def worker(age: timedelta = timedelta(), version: str = "1.0") -> WorkerFigures:
    return WorkerFigures(host="one", pid=1, version=version, started_at=NOW - DAY, seen_at=NOW - age)


def queue(*, waiting: int = 0, failed: int = 0, oldest_s: float = 0) -> QueueFigures:
    return QueueFigures(name="uploads", waiting=waiting, running=0, failed=failed, oldest_s=oldest_s)


def chore(name: str, age: timedelta, found: int = 0) -> ChoreFigures:
    return ChoreFigures(name=name, started_at=NOW - age, finished_at=NOW - age, found=found)


def backup(age: timedelta) -> BackupFigures:
    return BackupFigures(is_scheduled=True, made_at=NOW - age, took_s=3, content_bytes=9)


WELL = Figures(
    measured_at=NOW,
    queues=[queue()],
    workers=[worker()],
    stages=[],
    outcomes=[],
    set_aside=[],
    chores=[chore("recount", timedelta(hours=9)), chore("retention", timedelta(hours=9))],
    sizes=SizeFigures(database_bytes=1, file_bytes=1, uploads=1, tables=[]),
    pool=PoolFigures(size=4, idle=3, most=16, waiting=0, timeouts=0),
    partitions=PartitionFigures(end=date(2026, 10, 1), missing=[]),
    backup=backup(timedelta(hours=9)),
    postgres=PostgresFigures(started_at=NOW - 3 * DAY, restarts=0),
    disk=DiskFigures(size_bytes=100, free_bytes=50),
    blobs="",
    redis="",
    watchers=0,
)


def look(name: str, **changes: Any) -> HealthCheck:
    return next(check for check in health.judge(msgspec.structs.replace(WELL, **changes)) if check.name == name)


def test_where_all_is_well_nobody_is_advised() -> None:
    checks = health.judge(WELL)
    assert [check.name for check in checks if check.state is not State.FINE or check.advice] == []
    assert health.worst(checks) is State.FINE
    assert len({check.name for check in checks}) == len(checks) == 14


@pytest.mark.parametrize(
    ("name", "changes", "state", "words"),
    [
        ("workers", {"workers": [worker(timedelta(minutes=2))]}, State.ACT, "No worker has answered for 2 minutes"),
        ("workers", {"workers": []}, State.ACT, "No worker has answered yet"),
        ("workers", {"workers": [worker(), worker(version="1.1")]}, State.LOOK, "2 workers of different versions"),
        ("queue", {"queues": [queue(waiting=2, oldest_s=400)]}, State.LOOK, "the first for 6 minutes"),
        ("queue", {"queues": [queue(waiting=2, oldest_s=7300)]}, State.ACT, "the first for 2 hours"),
        ("jobs", {"queues": [queue(failed=2)]}, State.LOOK, "2 failed in uploads"),
        ("set_aside", {"set_aside": [SetAside(slug="a", name="A", uploads=3)]}, State.ACT, "3 uploads are set aside"),
        ("set_aside", {"set_aside": [SetAside(slug="a", name="A", uploads=1)]}, State.ACT, "1 upload is set aside"),
        ("backup", {"backup": backup(3 * DAY)}, State.LOOK, "The last backup is 3 days old"),
        ("backup", {"backup": backup(8 * DAY)}, State.ACT, "8 days old"),
        ("backup", {"backup": BackupFigures(is_scheduled=False)}, State.LOOK, "No backup was made yet"),
        ("backup", {"backup": BackupFigures(is_scheduled=True, failed_at=NOW, error="full")}, State.ACT, "full"),
        ("disk", {"disk": DiskFigures(size_bytes=100, free_bytes=9)}, State.LOOK, "9%"),
        ("disk", {"disk": DiskFigures(size_bytes=100, free_bytes=2)}, State.ACT, "2%"),
        ("blobs", {"blobs": "It is away."}, State.ACT, "It is away."),
        ("redis", {"redis": "refused"}, State.LOOK, "refused"),
        ("postgres", {"postgres": PostgresFigures(started_at=NOW, restarts=2)}, State.LOOK, "2 times"),
        (
            "pool",
            {"pool": PoolFigures(size=4, idle=0, most=4, waiting=2, timeouts=1)},
            State.LOOK,
            "2 requests waiting",
        ),
        ("partitions", {"partitions": PartitionFigures(end=date(2026, 7, 1), missing=["a"])}, State.LOOK, "1 table"),
        ("partitions", {"partitions": PartitionFigures(end=NOW.date(), missing=["a"])}, State.ACT, "1 table"),
        ("counts", {"chores": [chore("recount", DAY, 2), chore("files", DAY, 1)]}, State.ACT, "3 differences"),
        ("housekeeping", {"chores": [chore("retention", 3 * DAY)]}, State.LOOK, "retention"),
    ],
)
def test_what_is_not_well_is_said_with_what_to_do(name: str, changes: dict[str, Any], state: State, words: str) -> None:
    check = look(name, **changes)
    assert check.state is state
    assert words in check.detail
    assert check.advice


def test_what_is_not_there_is_not_looked_at() -> None:
    names = {check.name for check in health.judge(msgspec.structs.replace(WELL, redis=None, disk=None))}
    assert not names & {"redis", "disk"}


def test_a_new_installation_waits_for_its_first_night() -> None:
    assert look("counts", chores=[]).state is look("housekeeping", chores=[]).state is State.FINE


def test_the_whole_is_as_its_worst_part() -> None:
    checks = health.judge(msgspec.structs.replace(WELL, queues=[queue(failed=1)]))
    assert health.worst(checks) is State.LOOK
    assert health.worst([]) is State.FINE


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 seconds"), (1, "1 second"), (119, "1 minute"), (7200, "2 hours"), (2e5, "2 days")]
)
def test_spans_are_said_in_their_largest_unit(seconds: float, words: str) -> None:
    assert health.say_span(seconds) == words
