"""How the installation is doing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.model.health import (
    BackupFigures,
    ChoreFigures,
    DiskFigures,
    HealthCheck,
    OutcomeFigures,
    PartitionFigures,
    PoolFigures,
    PostgresFigures,
    QueueFigures,
    SetAside,
    SizeFigures,
    State,
    TableSize,  # noqa: F401  # pyright: ignore[reportUnusedImport]  (its words are taken from here)
    WorkerFigures,
)


class StageDuration(msgspec.Struct, frozen=True, kw_only=True):
    """How long a stage took on average, of all uploads that were stored, and how long at most for 95 % of them.

    `p95_ms` is the upper bound of a bucket; null: longer than the last.
    """

    stage: str
    uploads: int
    mean_ms: float
    p95_ms: float | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, with advice, and the figures behind it. `state` is that of the worst check."""

    state: State
    measured_at: datetime
    checks: list[HealthCheck]
    queues: list[QueueFigures]
    workers: list[WorkerFigures]
    stages: list[StageDuration]
    outcomes: list[OutcomeFigures]
    set_aside: list[SetAside]
    chores: list[ChoreFigures]
    sizes: SizeFigures
    pool: PoolFigures
    partitions: PartitionFigures
    backup: BackupFigures
    postgres: PostgresFigures
    disk: DiskFigures | None
    watchers: int
