"""What Prometheus is told. Each name is explained in docs/reference/metrics.md."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from testflux.analyse import health
from testflux.model.health import Figures
from testflux.store import intake

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)
REQUESTS: Final = Counter("testflux_requests_total", "Requests answered.", ("operation", "status"), registry=REGISTRY)
DURATION: Final = Histogram(
    "testflux_request_duration_seconds", "Time to answer a request.", ("operation",), registry=REGISTRY
)

_Values = Iterable[tuple[tuple[str, ...], float]]
_Read = Callable[[Figures], _Values]


def note_request(operation: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    _requests(operation, status).inc()
    _duration(operation).observe(seconds)


@functools.cache
def _requests(operation: str, status: int) -> Counter:
    return REQUESTS.labels(operation, str(status))


@functools.cache
def _duration(operation: str) -> Histogram:
    return DURATION.labels(operation)


def render(figures: Figures | None) -> bytes:
    """Return everything in Prometheus' text format; without figures (the database is away) what this process knows."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(figures))
    return generate_latest(REGISTRY) + generate_latest(registry)


class _Told(Collector):
    def __init__(self, figures: Figures | None) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("testflux_database_up", "Whether the database answers.")
        up.add_metric([], float(self._figures is not None))
        yield up
        if self._figures is not None:
            yield from _families(self._figures)


def _families(figures: Figures) -> Iterator[Metric]:
    for name, labels, text, read in _GAUGES:
        gauge = GaugeMetricFamily(name, text, labels=labels)
        for values, number in read(figures):
            gauge.add_metric(values, number)
        yield gauge
    for name, labels, text, read in _COUNTERS:
        counter = CounterMetricFamily(name, text, labels=labels)
        for values, number in read(figures):
            counter.add_metric(values, number)
        yield counter
    yield _stages(figures)


def _stages(figures: Figures) -> Metric:
    bounds = [*map(str, intake.BOUNDS_S), "+Inf"]
    family = HistogramMetricFamily("testflux_upload_stage_seconds", "Time a stage of an upload took.", labels=["stage"])
    for stage in figures.stages:
        family.add_metric([stage.stage], list(zip(bounds, accumulate(stage.buckets), strict=True)), stage.seconds)
    return family


def _backups(figures: Figures) -> _Values:
    for outcome, at in (("made", figures.backup.made_at), ("failed", figures.backup.failed_at)):
        if at is not None:
            yield (outcome,), at.timestamp()


def _backup_bytes(figures: Figures) -> _Values:
    return [] if figures.backup.content_bytes is None else [((), figures.backup.content_bytes)]


def _pool(figures: Figures) -> _Values:
    pool = figures.pool
    return [(("idle",), pool.idle), (("used",), pool.size - pool.idle), (("most",), pool.most)]


def _horizon(figures: Figures) -> _Values:
    end = datetime.combine(figures.partitions.end, datetime.min.time(), UTC)
    return [((), (end - figures.measured_at).total_seconds() / 86_400)]


def _workers(figures: Figures) -> _Values:
    return [((), len(health.list_alive(figures.workers, figures.measured_at)))]


def _worker_seen(figures: Figures) -> _Values:
    return [((), max(worker.seen_at.timestamp() for worker in figures.workers))] if figures.workers else []


def _chores(figures: Figures) -> _Values:
    return [((chore.name,), chore.finished_at.timestamp()) for chore in figures.chores if chore.finished_at]


def _disk(figures: Figures) -> _Values:
    disk = figures.disk
    return [] if disk is None else [(("free",), disk.free_bytes), (("used",), disk.size_bytes - disk.free_bytes)]


def _redis(figures: Figures) -> _Values:
    return [] if figures.redis is None else [((), not figures.redis)]


def _restarts(figures: Figures) -> _Values:
    return [] if figures.postgres.restarts is None else [((), figures.postgres.restarts)]


_GAUGES: Final[tuple[tuple[str, tuple[str, ...], str, _Read], ...]] = (
    (
        "testflux_jobs",
        ("queue", "state"),
        "Jobs by queue: waiting, running, failed.",
        lambda f: [
            ((queue.name, state), float(getattr(queue, state)))
            for queue in f.queues
            for state in ("waiting", "running", "failed")
        ],
    ),
    (
        "testflux_jobs_oldest_seconds",
        ("queue",),
        "How long the first job that is due has waited.",
        lambda f: [((queue.name,), queue.oldest_s) for queue in f.queues],
    ),
    (
        "testflux_uploads_set_aside",
        (),
        "Uploads that TestFlux itself failed on.",
        lambda f: [((), sum(place.uploads for place in f.set_aside))],
    ),
    ("testflux_workers", (), "Workers that are alive.", _workers),
    ("testflux_worker_seen_timestamp_seconds", (), "When a worker was last heard of.", _worker_seen),
    ("testflux_database_bytes", (), "Size of the database.", lambda f: [((), f.sizes.database_bytes)]),
    (
        "testflux_table_bytes",
        ("group",),
        "Size of tables with their indexes.",
        lambda f: [((table.group,), table.bytes) for table in f.sizes.tables],
    ),
    ("testflux_blob_bytes", (), "Size of the stored files, each once.", lambda f: [((), f.sizes.file_bytes)]),
    ("testflux_uploads", (), "Uploads that are kept; many are estimated.", lambda f: [((), f.sizes.uploads)]),
    ("testflux_disk_bytes", ("state",), "Disk of the data folder: free, used.", _disk),
    ("testflux_pool_connections", ("state",), "Connections to the database: idle, used, most.", _pool),
    ("testflux_pool_waiting", (), "Requests that wait for a connection.", lambda f: [((), f.pool.waiting)]),
    ("testflux_partition_horizon_days", (), "Days until a partition is missing.", _horizon),
    (
        "testflux_partitions_missing",
        (),
        "Partitions of the months ahead that are missing.",
        lambda f: [((), len(f.partitions.missing))],
    ),
    ("testflux_backup_timestamp_seconds", ("outcome",), "When a backup was last made, or failed since.", _backups),
    ("testflux_backup_bytes", (), "Bytes of files in the newest backup.", _backup_bytes),
    ("testflux_chore_timestamp_seconds", ("chore",), "When a regular task last came to its end.", _chores),
    (
        "testflux_recount_differences",
        ("chore",),
        "What the last recount found amiss.",
        lambda f: [((chore.name,), chore.found) for chore in f.chores if chore.name in {"recount", "files"}],
    ),
    (
        "testflux_audit_broken",
        (),
        "Audit logs that were not whole when they were last checked.",
        lambda f: [((), chore.found) for chore in f.chores if chore.name == "audit"],
    ),
    ("testflux_blobs_up", (), "Whether the store of files answers.", lambda f: [((), not f.blobs)]),
    ("testflux_redis_up", (), "Whether Redis answers; absent without one.", _redis),
    (
        "testflux_postgres_start_timestamp_seconds",
        (),
        "When the database server started.",
        lambda f: [((), f.postgres.started_at.timestamp())],
    ),
    ("testflux_live_watchers", (), "Open live connections of this server.", lambda f: [((), f.watchers)]),
)
_COUNTERS: Final[tuple[tuple[str, tuple[str, ...], str, _Read], ...]] = (
    (
        "testflux_uploads_processed_total",
        ("format", "outcome"),
        "Uploads that became something.",
        lambda f: [((one.format, one.outcome), one.uploads) for one in f.outcomes],
    ),
    (
        "testflux_pool_timeouts_total",
        (),
        "Requests that waited in vain for a connection.",
        lambda f: [((), f.pool.timeouts)],
    ),
    ("testflux_postgres_restarts_total", (), "Times the embedded PostgreSQL ended by itself.", _restarts),
)
NAMES: Final = frozenset(
    {"testflux_requests_total", "testflux_request_duration_seconds", "testflux_database_up"}
    | {"testflux_upload_stage_seconds"}
    | {name for name, *_ in (*_GAUGES, *_COUNTERS)}
)
"""What there is beside the figures of the process itself."""
