"""What is counted for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)
REQUESTS: Final = Counter("testflux_requests_total", "Requests answered.", ("operation", "status"), registry=REGISTRY)
DURATION: Final = Histogram(
    "testflux_request_duration_seconds", "Time to answer a request.", ("operation",), registry=REGISTRY
)
_WAITING: Final = Gauge("testflux_jobs_waiting", "Jobs that wait, by queue.", ("queue",), registry=REGISTRY)
_UPLOADS: Final = Gauge("testflux_uploads_last_day", "Uploads of the last day.", ("status",), registry=REGISTRY)
_WATCHERS: Final = Gauge("testflux_live_watchers", "Open live connections.", registry=REGISTRY)


def note_request(operation: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    REQUESTS.labels(operation, str(status)).inc()
    DURATION.labels(operation).observe(seconds)


def note_state(waiting: Mapping[str, int], uploads: Mapping[str, int], watchers: int) -> None:
    """Take over what the database and the hub say now."""
    for gauge, values in ((_WAITING, waiting), (_UPLOADS, uploads)):
        gauge.clear()
        for name, value in values.items():
            gauge.labels(name).set(value)
    _WATCHERS.set(watchers)
