"""Samples as k6 writes them, for tests of what reads them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 14, 12, tzinfo=UTC)
COLUMNS = (
    "check", "error", "error_code", "expected_response", "group", "method", "name", "proto", "scenario", "service",
    "status", "subproto", "tls_version", "url",
)  # fmt: skip


def point(metric: str, value: float, after_s: float = 0, tags: dict[str, str] | None = None, **more: str) -> bytes:
    """One line of `--out json`."""
    time = (START + timedelta(seconds=after_s)).isoformat().replace("+00:00", "Z")
    data = {"time": time, "value": value, "tags": {**(tags or {}), **more}}
    return write({"metric": metric, "type": "Point", "data": data})


def definition(metric: str, kind: str, contains: str = "default", **more: Any) -> bytes:
    """The line that says what a metric is."""
    data = {"name": metric, "type": kind, "contains": contains, "thresholds": [], "submetrics": None, **more}
    return write({"type": "Metric", "data": data, "metric": metric})


def write(line: object) -> bytes:
    """Write a line without spaces, as k6 does."""
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def row(metric: str, moment: str, value: str, extra: str = "", **tags: str) -> bytes:
    """One row of `--out csv`."""
    cells = [metric, moment, value, *(tags.get(column, "") for column in COLUMNS), extra, ""]
    return ",".join(cells).encode() + b"\n"


HEADER = ",".join(("metric_name", "timestamp", "metric_value", *COLUMNS, "extra_tags", "metadata")).encode() + b"\n"
