from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from statistics import fmean
from typing import Any, get_args

import numpy as np
import pytest

from past import Past, Run
from testflux.analyse import histogram
from testflux.model.status import Kind, Severity, Status
from testflux.store import trends
from testflux.store.database import Reader
from testflux.store.trends import Interval, LoadMetric, TrendFilter

EVER = {"first_day": date(2019, 1, 1), "last_day": date(2030, 1, 1)}
BUCKET = 2**0.5
BOTH = [1, 2]
each_interval = pytest.mark.parametrize("interval", get_args(Interval))


def start_of(day: date, interval: Interval) -> date:
    """Return the first day of the day's bucket; weeks begin on Monday."""
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def buckets(runs: Iterable[Run], interval: Interval) -> dict[date, list[Run]]:
    found: defaultdict[date, list[Run]] = defaultdict(list)
    for run in runs:
        found[start_of(run.day, interval)].append(run)
    return dict(sorted(found.items()))


def totals(runs: Sequence[Run]) -> dict[str, int]:
    return {
        "runs": len(runs),
        **{status.label: sum(run.count(status) for run in runs) for status in Status},
        "duration_sum_ms": sum(durations(runs)),
        "run_duration_sum_ms": sum(run.report.duration_ms for run in runs),
    }


def durations(runs: Iterable[Run]) -> list[int]:
    return sorted(item.duration_ms for run in runs for item in run.report.results if item.status is not Status.SKIPPED)


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Run], bool]]] = {
    "all": ({}, lambda _: True),
    "kind": ({"kind": "functional"}, lambda run: run.kind is Kind.FUNCTIONAL),
    "branch": ({"branch": "main"}, lambda run: run.said.branch == "main"),
    "no branch": ({"branch": ""}, lambda run: not run.said.branch),
    "environment": ({"environment": "staging"}, lambda run: run.said.environment == "staging"),
    "type": ({"type": "regression"}, lambda run: run.said.type == "regression"),
    "name": ({"name": "nightly"}, lambda run: run.said.name == "nightly"),
    "tool": ({"tool": "Maker"}, lambda run: run.report.tool.name == "Maker"),
    "label": ({"labels": {"browser": "firefox"}}, lambda run: run.said.labels.get("browser") == "firefox"),
    "labels": (
        {"labels": {"browser": "chrome", "os": "linux"}},
        lambda run: run.said.labels == {"browser": "chrome", "os": "linux"},
    ),
    "range": (
        {"first_day": date(2025, 12, 29), "last_day": date(2026, 2, 28)},
        lambda run: date(2025, 12, 29) <= run.day <= date(2026, 2, 28),
    ),
    "nobody": ({"name": "unheard-of"}, lambda _: False),
}
PAIRS = [
    pair for pair in itertools.combinations(FILTERS, 2) if not FILTERS[pair[0]][0].keys() & FILTERS[pair[1]][0].keys()
]
each_filter = pytest.mark.parametrize("name", FILTERS)


def asked(interval: Interval, *names: str, **more: Any) -> TrendFilter:
    values: dict[str, Any] = {**EVER, "interval": interval}
    for name in names:
        values |= FILTERS[name][0]
    return TrendFilter(**values | more)


def everybody(past: Past) -> list[Run]:
    return [*past.shop, *past.desk]


async def list_rows(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> list[dict[str, Any]]:
    """Return the totals as a row a bucket."""
    found = await trends.list_totals(reader, project_ids, wanted)
    columns = [column.tolist() for column in found.sums.values()]
    rows = zip(found.starts, *columns, strict=True)
    return [dict(zip(("start", *found.sums), row, strict=True)) for row in rows]


async def list_histograms(reader: Reader, project_ids: Sequence[int], wanted: TrendFilter) -> dict[date, list[int]]:
    """Return the counts of each bucket in which a test ran."""
    found = await trends.list_totals(reader, project_ids, wanted)
    pairs = zip(found.starts, found.histograms.tolist(), strict=True)
    return {start: counts for start, counts in pairs if any(counts)}


@each_interval
@each_filter
async def test_runs_add_up(past: Past, reader: Reader, interval: Interval, name: str) -> None:
    for project_ids, runs in (([1], past.shop), ([2], past.desk), (BOTH, everybody(past)), ([], [])):
        wanted = [run for run in runs if FILTERS[name][1](run)]
        rows = await list_rows(reader, project_ids, asked(interval, name))
        assert rows == [{"start": start, **totals(inside)} for start, inside in buckets(wanted, interval).items()]


@each_interval
async def test_runs_that_two_filters_leave_add_up(past: Past, reader: Reader, interval: Interval) -> None:
    for first, second in PAIRS:
        wanted = [run for run in everybody(past) if FILTERS[first][1](run) and FILTERS[second][1](run)]
        rows = await list_rows(reader, BOTH, asked(interval, first, second))
        expected = [{"start": start, **totals(inside)} for start, inside in buckets(wanted, interval).items()]
        assert rows == expected, (first, second)


@each_interval
@pytest.mark.parametrize("name", ["all", "kind", "branch", "environment", "type", "name", "range", "nobody"])
async def test_the_totals_of_days_are_what_the_runs_themselves_add_up_to(
    reader: Reader, interval: Interval, name: str
) -> None:
    """An empty label filter takes the other way, over the runs, and narrows nothing."""
    by_day, by_run = asked(interval, name), asked(interval, name, labels={})
    assert await list_rows(reader, BOTH, by_day) == await list_rows(reader, BOTH, by_run)
    assert await list_histograms(reader, BOTH, by_day) == await list_histograms(reader, BOTH, by_run)


@each_interval
@each_filter
async def test_histograms_are_the_sums_of_those_of_the_runs(
    past: Past, reader: Reader, interval: Interval, name: str
) -> None:
    wanted = [run for run in everybody(past) if FILTERS[name][1](run)]
    counted = {start: histogram.build(durations(inside)) for start, inside in buckets(wanted, interval).items()}
    expected = {start: counts for start, counts in counted.items() if counts}
    assert await list_histograms(reader, BOTH, asked(interval, name)) == expected


@each_filter
async def test_whether_scans_and_load_tests_are_among_the_runs_is_said(past: Past, reader: Reader, name: str) -> None:
    found = await trends.list_totals(reader, BOTH, asked("month", name))
    kinds = {run.kind for run in everybody(past) if FILTERS[name][1](run)}
    assert (found.has_scans, found.has_load_tests) == (Kind.SECURITY in kinds, Kind.LOAD in kinds)


@each_interval
@each_filter
async def test_percentiles_of_merged_histograms_are_within_a_bucket_of_the_exact_ones(
    past: Past, reader: Reader, interval: Interval, name: str
) -> None:
    wanted = [run for run in everybody(past) if FILTERS[name][1](run)]
    merged = await list_histograms(reader, BOTH, asked(interval, name))
    exact = {start: durations(inside) for start, inside in buckets(wanted, interval).items()}
    assert merged.keys() == {start for start, taken in exact.items() if taken}
    for start, counts in merged.items():
        assert len(counts) == histogram.BUCKETS
        assert sum(counts) == len(exact[start])
        for share in (0.01, 0.5, 0.95, 1.0):
            ((found,),) = histogram.percentiles(np.array([counts]), [share])
            truth = exact[start][max(math.ceil(share * len(exact[start])), 1) - 1]
            assert truth / BUCKET <= found <= max(truth * BUCKET, 1)


@each_interval
@pytest.mark.parametrize("name", [name for name in FILTERS if name != "kind"])
async def test_findings_are_those_of_the_last_whole_scan_of_each_lane(
    past: Past, reader: Reader, interval: Interval, name: str
) -> None:
    wanted = [
        run for run in everybody(past) if run.kind is Kind.SECURITY and run.report.is_complete and FILTERS[name][1](run)
    ]
    rows = await trends.list_findings(reader, BOTH, asked(interval, name))
    assert {row["start"]: row for row in rows} == {
        start: {"start": start, **open_findings(inside)} for start, inside in buckets(wanted, interval).items()
    }
    assert bool(rows) == (name != "nobody")


def open_findings(scans: Sequence[Run]) -> dict[str, int]:
    last: dict[Any, Run] = {}
    for run in sorted(scans, key=lambda run: run.order):
        last[run.lane] = run
    severities = [item.severity for run in last.values() for item in run.report.findings]
    return {
        "high": severities.count(Severity.HIGH) + severities.count(Severity.CRITICAL),
        "medium": severities.count(Severity.MEDIUM),
        "low": severities.count(Severity.LOW),
        "informational": severities.count(Severity.INFORMATIONAL),
    }


async def test_the_past_has_lanes_that_were_scanned_twice_in_a_bucket(past: Past) -> None:
    """Otherwise the test above would not see whether all scans were added up."""
    scans = [run for run in everybody(past) if run.kind is Kind.SECURITY and run.report.is_complete]
    inside = buckets(scans, "month").values()
    assert any(len(runs) > len({run.lane for run in runs}) for runs in inside)


METRICS = {
    "nothing chosen": (None, lambda _: None),
    "average": (LoadMetric("http_req_duration", "", "avg"), lambda run: value(run, "http_req_duration", "", "avg")),
    "of a part": (
        LoadMetric("http_req_duration", "scenario:checkout", "p95"),
        lambda run: value(run, "http_req_duration", "scenario:checkout", "p95"),
    ),
    "a rare percentile": (
        LoadMetric("http_req_duration", "", "p(99.9)"),
        lambda run: value(run, "http_req_duration", "", "p(99.9)"),
    ),
    "one of its own": (LoadMetric("basket_size", "", "avg"), lambda run: value(run, "basket_size", "", "avg")),
    "unheard-of": (LoadMetric("unheard-of", "", "avg"), lambda _: None),
}


def value(run: Run, name: str, tags: str, statistic: str) -> float | None:
    values = {(item.name, item.tags): item.values for item in run.report.metrics}
    return values.get((name, tags), {}).get(statistic)


def users(run: Run) -> float | None:
    given = value(run, "vus_max", "", "value")
    return value(run, "vus_max", "", "max") if given is None else given


def checks_rate(run: Run) -> float | None:
    passes, fails = (value(run, "checks", "", name) or 0 for name in ("passes", "fails"))
    if passes + fails:
        return 100 * passes / (passes + fails)
    rate = value(run, "checks", "", "rate")
    rate = value(run, "checks", "", "value") if rate is None else rate
    return None if rate is None else 100 * rate


@each_interval
@pytest.mark.parametrize("metric", METRICS)
async def test_load_figures_are_averaged_over_the_runs_that_have_them(
    past: Past, reader: Reader, interval: Interval, metric: str
) -> None:
    chosen, read = METRICS[metric]
    figures: dict[str, Callable[[Run], float | None]] = {
        "request_avg": lambda run: value(run, "http_req_duration", "", "avg"),
        "request_p95": lambda run: value(run, "http_req_duration", "", "p95"),
        "vus_max": users,
        "iterations": lambda run: value(run, "iterations", "", "count"),
        "checks_rate": checks_rate,
        "value": read,
    }
    for name in ("all", "branch", "tool", "label", "range"):
        wanted = [run for run in everybody(past) if run.kind is Kind.LOAD and FILTERS[name][1](run)]
        rows = {
            row.pop("start"): row
            for row in await trends.list_load(reader, BOTH, asked(interval, name, load_metric=chosen))
        }
        for start, inside in buckets(wanted, interval).items():
            expected = {title: average(map(figure, inside)) for title, figure in figures.items()}
            if start in rows:
                assert rows.pop(start) == pytest.approx(expected)
            else:
                assert set(expected.values()) == {None}
        assert rows == {}


def average(values: Iterable[float | None]) -> float | None:
    known = [item for item in values if item is not None]
    return fmean(known) if known else None


@pytest.mark.parametrize(
    "statistic", ["name", "tags", "type", "contains", "others", "histogram", "project_id", "run_id", "x"]
)
async def test_what_is_no_statistic_has_no_value(reader: Reader, statistic: str) -> None:
    wanted = asked("month", load_metric=LoadMetric("http_req_duration", "", statistic))
    rows = await trends.list_load(reader, BOTH, wanted)
    assert rows
    assert {row["value"] for row in rows} == {None}


@pytest.mark.parametrize(
    ("kind", "has_findings", "has_load"), [("functional", 0, 0), ("security", 1, 0), ("load", 0, 1)]
)
async def test_figures_of_other_kinds_are_left_out(reader: Reader, kind: str, has_findings: int, has_load: int) -> None:
    wanted = asked("month", kind=kind)
    assert bool(await trends.list_findings(reader, BOTH, wanted)) == bool(has_findings)
    assert bool(await trends.list_load(reader, BOTH, wanted)) == bool(has_load)


@pytest.mark.parametrize(
    ("interval", "day", "start"),
    [
        ("week", date(2020, 12, 31), date(2020, 12, 28)),
        ("week", date(2021, 1, 3), date(2020, 12, 28)),
        ("week", date(2021, 1, 4), date(2021, 1, 4)),
        ("week", date(2025, 12, 28), date(2025, 12, 22)),
        ("week", date(2026, 1, 1), date(2025, 12, 29)),
        ("week", date(2026, 1, 5), date(2026, 1, 5)),
        ("month", date(2024, 2, 29), date(2024, 2, 1)),
        ("month", date(2025, 12, 31), date(2025, 12, 1)),
        ("day", date(2025, 12, 31), date(2025, 12, 31)),
    ],
)
async def test_the_last_and_first_days_of_years_fall_into_their_buckets(
    reader: Reader, interval: Interval, day: date, start: date
) -> None:
    rows = await list_rows(reader, [1], asked(interval, first_day=day, last_day=day))
    assert [row["start"] for row in rows] == [start], "also when the range begins in the middle of a bucket"
    assert start_of(day, interval) == start


@pytest.mark.parametrize("last_day", [date(2020, 1, 1), date(2019, 1, 1), date.min])
async def test_a_range_without_runs_is_empty(reader: Reader, last_day: date) -> None:
    wanted = asked("day", last_day=last_day)
    for read in (list_rows, trends.list_findings, trends.list_load):
        assert await read(reader, BOTH, wanted) == []
    assert (await trends.list_totals(reader, BOTH, wanted)).histograms.shape == (0, histogram.BUCKETS)


async def test_all_of_time_can_be_asked_for(past: Past, reader: Reader) -> None:
    rows = await list_rows(reader, BOTH, asked("month", first_day=date.min, last_day=date.max))
    assert sum(row["runs"] for row in rows) == len(everybody(past))
