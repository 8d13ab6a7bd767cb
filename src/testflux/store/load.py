"""Writing load tests: metrics with their statistics, thresholds, checks and groups."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from testflux.model.report import Metric, Report, Series
from testflux.store import queries
from testflux.store.database import Reader, Writer
from testflux.store.runs import RunKey

STATISTICS = ("count", "rate", "min", "avg", "med", "p90", "p95", "p99", "max", "value", "passes", "fails")
"""The statistics that are columns; other percentiles are kept beside them."""

_SQL = queries.load("load")


async def save_load(writer: Writer, run: RunKey, report: Report) -> None:
    """Write down what a load test measured and what it asked of itself."""
    await _save_measured(writer, run, report)
    await _save_asked(writer, run, report)


async def list_missed(reader: Reader, run: RunKey) -> set[tuple[str, str]]:
    """Return the thresholds (metric, expression) that a run missed."""
    rows = await reader.all(_SQL["list_missed"], project_id=run.project_id, run_id=run.run_id)
    return {(row["metric"], row["expression"]) for row in rows}


async def _save_measured(writer: Writer, run: RunKey, report: Report) -> None:
    await _copy(
        writer,
        run,
        "load_metric",
        ("name", "tags", "type", "contains", *STATISTICS, "others", "histogram"),
        (*["text"] * 4, *["float8"] * len(STATISTICS), "jsonb", "int4[]"),
        _metrics(report.metrics),
    )
    await _copy(
        writer,
        run,
        "load_series",
        ("run_day", "name", "tags", "bucket_ms", "start_at", "counts", "sums", "p95s", "maxima"),
        ("date", "text", "text", "int4", "timestamptz", "int4[]", "float8[]", "float4[]", "float4[]"),
        _series(run, report.series),
    )


async def _save_asked(writer: Writer, run: RunKey, report: Report) -> None:
    await _copy(
        writer,
        run,
        "threshold",
        ("position", "metric", "expression", "is_met", "value", "limit_value", "margin"),
        ("int4", "text", "text", "bool", "float8", "float8", "float8"),
        (
            (position, item.metric, item.expression, item.is_met, item.value, item.limit, item.margin)
            for position, item in enumerate(report.thresholds)
        ),
    )
    await _copy(
        writer,
        run,
        "load_check",
        ("position", "group_path", "name", "passes", "fails"),
        ("int4", "text[]", "text", "int8", "int8"),
        (
            (position, list(check.group), check.name, check.passes, check.fails)
            for position, check in enumerate(report.checks)
        ),
    )
    await _copy(
        writer,
        run,
        "load_group",
        ("position", "path"),
        ("int4", "text[]"),
        ((position, list(path)) for position, path in enumerate(report.groups)),
    )


async def _copy(
    writer: Writer,
    run: RunKey,
    table: str,
    columns: Sequence[str],
    types: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    await writer.copy(
        table,
        ("project_id", "run_id", *columns),
        ("int8", "int8", *types),
        ((run.project_id, run.run_id, *row) for row in rows),
    )


def _metrics(metrics: Iterable[Metric]) -> Iterator[tuple[Any, ...]]:
    for metric in {(metric.name, metric.tags): metric for metric in metrics}.values():
        values = {name: value for name, value in metric.values.items() if math.isfinite(value)}
        others = {name: value for name, value in values.items() if name not in STATISTICS}
        columns = (values.get(name) for name in STATISTICS)
        histogram = None if metric.histogram is None else list(metric.histogram)
        yield metric.name, metric.tags, metric.type, metric.contains, *columns, Jsonb(others), histogram


def _series(run: RunKey, series: Iterable[Series]) -> Iterator[tuple[Any, ...]]:
    for item in {(item.name, item.tags): item for item in series}.values():
        figures = (list(item.counts), list(item.sums), list(item.p95s), list(item.maxima))
        yield run.run_day, item.name, item.tags, item.bucket_ms, item.start_at, *figures
