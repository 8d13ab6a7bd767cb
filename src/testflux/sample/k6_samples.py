"""k6's stream of samples, as `k6 run --out json=FILE` writes it: a definition before each metric's first sample."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from testflux.sample import k6

METRICS = {
    "vus": ("gauge", "default"),
    "vus_max": ("gauge", "default"),
    "http_reqs": ("counter", "default"),
    "http_req_duration": ("trend", "time"),
    "http_req_failed": ("rate", "default"),
    "checks": ("rate", "default"),
    "data_received": ("counter", "data"),
    "iterations": ("counter", "default"),
    "iteration_duration": ("trend", "time"),
}
"""The metrics that are written, with type and contents."""


class Request(msgspec.Struct, frozen=True):
    """One request: when it ended (s after the start), what it took (ms), and which of its group's checks held."""

    at: float
    duration_ms: float
    group: str
    status: int
    checks: tuple[tuple[str, bool], ...]
    size_bytes: int


class Iteration(msgspec.Struct, frozen=True):
    """One turn of one virtual user: its requests in order."""

    at: float
    duration_ms: float
    requests: tuple[Request, ...]


class Stream(msgspec.Struct, frozen=True):
    """One load test. `users` are (second, users at work); thresholds on sub-metrics are not in such a file."""

    started_at: datetime
    users: tuple[tuple[float, int], ...]
    iterations: tuple[Iteration, ...]
    thresholds: tuple[k6.Threshold, ...]


def write(stream: Stream) -> bytes:
    """Return the lines, samples in the order of their time."""
    points = sorted(_points(stream), key=lambda point: point[1])
    lines: list[dict[str, Any]] = []
    defined: set[str] = set()
    for metric, at, value, tags in points:
        if metric not in defined:
            defined.add(metric)
            lines.append({"type": "Metric", "data": _definition(metric, stream), "metric": metric})
        moment = (stream.started_at + timedelta(seconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        lines.append({"metric": metric, "type": "Point", "data": {"time": moment, "value": value, "tags": tags}})
    return b"\n".join(json.dumps(line, separators=(",", ":")).encode() for line in lines) + b"\n"


def _definition(metric: str, stream: Stream) -> dict[str, Any]:
    kind, contains = METRICS[metric]
    limits = [threshold.expression for threshold in stream.thresholds if threshold.metric == metric]
    return {"name": metric, "type": kind, "contains": contains, "thresholds": limits, "submetrics": None}


_Point = tuple[str, float, float, dict[str, str]]


def _points(stream: Stream) -> Iterator[_Point]:
    most = max(users for _, users in stream.users)
    for at, users in stream.users:
        yield "vus", at, users, {}
        yield "vus_max", at, most, {}
    scenario = {"group": "", "scenario": "default"}
    for iteration in stream.iterations:
        for request in iteration.requests:
            yield from _request(request)
        yield "iterations", iteration.at, 1, scenario
        yield "iteration_duration", iteration.at, iteration.duration_ms, scenario


def _request(request: Request) -> Iterator[_Point]:
    is_good = request.status < 400  # noqa: PLR2004  (HTTP's own boundary)
    inside = {"group": f"::{request.group}", "scenario": "default"}
    tags = {
        "expected_response": "true" if is_good else "false",
        **inside,
        "method": "POST",
        "name": f"https://pay.example.test/v2/{request.group.lower()}",
        "status": str(request.status),
    }
    yield "http_reqs", request.at, 1, tags
    yield "http_req_duration", request.at, request.duration_ms, tags
    yield "http_req_failed", request.at, 0 if is_good else 1, tags
    yield "data_received", request.at, request.size_bytes, inside
    for name, held in request.checks:
        yield "checks", request.at, 1 if held else 0, {"check": name, **inside}
