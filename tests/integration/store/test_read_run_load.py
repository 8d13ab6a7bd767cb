from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from made import NOON, Project, load_test
from past import Past, Run, baseline_of
from testflux.model.access import EVERYBODY
from testflux.model.report import Check, Metric
from testflux.model.status import Kind
from testflux.store import run_list, run_load
from testflux.store.database import Reader, Row

ALL = 1000


def load_tests(past: Past) -> list[Run]:
    return [run for run in past.shop if run.kind is Kind.LOAD]


def by_name(run: Run | None) -> dict[tuple[str, str], Metric]:
    return {(item.name, item.tags): item for item in run.report.metrics} if run else {}


async def read(reader: Reader, run: Run) -> Row:
    return await run_list.get_run(reader, run.project_id, run.run_id)


def statistics(row: Row) -> dict[str, float]:
    return {name: row[name] for name in run_load.STATISTICS if row[name] is not None} | row["others"]


async def test_thresholds_are_listed_missed_ones_first_beside_the_baselines_value(past: Past, reader: Reader) -> None:
    compared = 0
    for run in load_tests(past):
        was = baseline_of(run, past.shop)
        before = {(item.metric, item.expression): item.value for item in (was.report.thresholds if was else ())}
        metrics = by_name(run)
        rows = await run_load.list_thresholds(reader, await read(reader, run), 0, ALL)
        assert rows == [
            {
                "metric": item.metric,
                "expression": item.expression,
                "is_met": item.is_met,
                "value": item.value,
                "limit_value": item.limit,
                "margin": item.margin,
                "previous_value": before.get((item.metric, item.expression)),
                "type": metric.type if metric else None,
                "contains": metric.contains if metric else None,
            }
            for item in sorted(run.report.thresholds, key=lambda item: item.is_met)
            for metric in (metrics.get((item.metric.partition("{")[0], "")),)
        ]
        compared += bool(before)
    assert compared > 3


async def test_checks_keep_the_order_of_the_report(past: Past, reader: Reader) -> None:
    for run in load_tests(past):
        rows = await run_load.list_checks(reader, await read(reader, run), 0, ALL)
        assert [(tuple(row["group_path"]), row["name"], row["passes"], row["fails"]) for row in rows] == [
            msgspec.structs.astuple(item) for item in run.report.checks
        ]


async def test_groups_add_up_the_checks_in_and_below_them(past: Past, reader: Reader) -> None:
    for run in load_tests(past):
        rows = await run_load.list_groups(reader, await read(reader, run), 0, ALL)
        assert [tuple(row["path"]) for row in rows] == sorted(run.report.groups)
        for row in rows:
            path = tuple(row["path"])
            inside = [item for item in run.report.checks if item.group[: len(path)] == path]
            assert row["passed"] == sum(item.passes for item in inside)
            assert row["failed"] == sum(item.fails for item in inside)


async def test_metrics_stand_beside_those_of_the_baseline(past: Past, reader: Reader) -> None:
    compared = 0
    for run in load_tests(past):
        here, there = by_name(run), by_name(baseline_of(run, past.shop))
        rows = await run_load.list_metrics(reader, await read(reader, run), 0, ALL)
        assert [(row["name"], row["tags"]) for row in rows] == sorted(here)
        for row in rows:
            key = (row["name"], row["tags"])
            assert statistics(row) == here[key].values
            assert (row["type"], row["contains"]) == (here[key].type, here[key].contains)
            assert row["baseline"] == (there[key].values if key in there else None)
            compared += key in there
    assert compared > 10


LISTS: dict[str, Callable[[Reader, Row, int, int], Any]] = {
    "thresholds": run_load.list_thresholds,
    "checks": run_load.list_checks,
    "groups": run_load.list_groups,
    "metrics": run_load.list_metrics,
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [1, 2])
async def test_pages_show_everything_once_in_order(past: Past, reader: Reader, name: str, size: int) -> None:
    for run in load_tests(past)[::4]:
        row = await read(reader, run)
        whole = await LISTS[name](reader, row, 0, ALL)
        pages = [await LISTS[name](reader, row, place, size) for place in range(0, len(whole), size)]
        assert list(itertools.chain.from_iterable(pages)) == whole
        assert await LISTS[name](reader, row, len(whole), size) == []


@pytest.mark.parametrize("name", LISTS)
async def test_other_kinds_of_runs_have_none(past: Past, reader: Reader, name: str) -> None:
    for run in past.shop[:10]:
        if run.kind is not Kind.LOAD:
            assert await LISTS[name](reader, await read(reader, run), 0, ALL) == []


async def test_a_group_of_checks_with_the_same_beginning_is_another(project: Project) -> None:
    """`shop` is no part of `shopping`, and names may hold anything."""
    checks = [Check(("shop",), "a", 1, 0), Check(("shopping",), "b", 10, 0), Check(("shop", "x/y"), "c", 100, 7)]
    report = msgspec.structs.replace(load_test(checks=checks), groups=(("shop",), ("shopping",), ("shop", "x/y")))
    run = await project.arrive(report, NOON)
    async with project.database.read(EVERYBODY) as reader:
        rows = await run_load.list_groups(reader, await run_list.get_run(reader, 1, run["run_id"]), 0, ALL)
    assert [(row["path"], row["passed"], row["failed"]) for row in rows] == [
        (["shop"], 101, 7),
        (["shop", "x/y"], 100, 7),
        (["shopping"], 10, 0),
    ]
