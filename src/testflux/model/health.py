"""How the installation is doing: what was measured, and what it means for the people who look after it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class State(StrEnum):
    """Whether somebody must do something."""

    FINE = "fine"
    LOOK = "look"
    ACT = "act"


class QueueFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs of a queue: due and waiting, running, failed for good; `oldest_s`: how long the first one waits."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest_s: float


class WorkerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A process that works on the queue, and when it last said so."""

    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime


class StageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How long a stage took, of all uploads that were stored. `buckets` count them by `store.intake.BOUNDS_S`."""

    stage: str
    uploads: int
    seconds: float
    buckets: list[int]


class OutcomeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How many uploads of a format became what: stored, rejected, set_aside."""

    format: str
    outcome: str
    uploads: int


class ChoreFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A regular task: when it last began, when it last came to its end, and how much it then found amiss."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    found: int


class TableSize(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes the tables of a group take up, with their indexes."""

    group: str
    bytes: int


class SizeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored. `file_bytes` counts each file once; `uploads` is PostgreSQL's estimate where there are many."""

    database_bytes: int
    file_bytes: int
    uploads: int
    tables: list[TableSize]


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """Uploads of a project that TestFlux itself failed on."""

    slug: str
    name: str
    uploads: int


class PoolFigures(msgspec.Struct, frozen=True, kw_only=True):
    """This server's connections to the database; `timeouts`: how often somebody waited in vain since it started."""

    size: int
    idle: int
    most: int
    waiting: int
    timeouts: int


class BackupFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The newest backup, and the newest failure that no backup followed; null: none."""

    is_scheduled: bool
    made_at: datetime | None = None
    took_s: float | None = None
    content_bytes: int | None = None
    failed_at: datetime | None = None
    error: str = ""


class PartitionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The first day without a table to go into, and the tables that should be there by now."""

    end: date
    missing: list[str]


class DiskFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The disk of the server's data folder."""

    size_bytes: int
    free_bytes: int


class PostgresFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The database server. `restarts`: how often the embedded one ended by itself; null: it is not ours."""

    started_at: datetime
    restarts: int | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was measured at a moment. `blobs` and `redis` say why they are away; null: there is no Redis."""

    measured_at: datetime
    queues: list[QueueFigures]
    workers: list[WorkerFigures]
    stages: list[StageFigures]
    outcomes: list[OutcomeFigures]
    set_aside: list[SetAside]
    chores: list[ChoreFigures]
    sizes: SizeFigures
    pool: PoolFigures
    partitions: PartitionFigures
    backup: BackupFigures
    postgres: PostgresFigures
    disk: DiskFigures | None
    blobs: str
    redis: str | None
    watchers: int


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at; `advice` says what to do about it, and is empty when it is fine."""

    name: str
    state: State
    detail: str
    advice: str = ""
