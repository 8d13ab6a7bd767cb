from __future__ import annotations

import math
from datetime import timedelta

import msgspec

from made import NOON, Project, load_test, threshold
from testflux.model.access import EVERYBODY
from testflux.model.report import Check, Metric, Series
from testflux.store import run_load

HOUR = timedelta(hours=1)


async def test_metrics_are_kept_with_every_statistic(project: Project) -> None:
    values = {"avg": 1.5, "min": 0.0, "med": 1.0, "p90": 2.0, "p95": 2.5, "max": 3.0, "count": 10.0, "p(99.9)": 2.9}
    measured = [
        Metric("http_req_duration", "", "trend", "time", values),
        Metric("http_req_duration", "scenario:checkout", "trend", "time", {"avg": 2.0}),
        Metric("checks", "", "rate", "default", {"rate": 0.5, "passes": 1.0, "fails": 1.0}),
    ]
    await project.arrive(load_test(metrics=measured))
    rows = await project.rows("select * from load_metric order by name desc, tags")
    assert [(row["name"], row["tags"], row["type"], row["contains"]) for row in rows] == [
        ("http_req_duration", "", "trend", "time"),
        ("http_req_duration", "scenario:checkout", "trend", "time"),
        ("checks", "", "rate", "default"),
    ]
    assert {key: rows[0][key] for key in values if key != "p(99.9)"} == {
        key: value for key, value in values.items() if key != "p(99.9)"
    }
    assert rows[0]["others"] == {"p(99.9)": 2.9}
    assert rows[1]["p95"] is None
    assert (rows[2]["rate"], rows[2]["passes"], rows[2]["fails"]) == (0.5, 1, 1)


async def test_values_that_are_no_numbers_are_left_out(project: Project) -> None:
    await project.arrive(load_test(metrics=[Metric("m", "", "trend", "time", {"avg": math.nan, "max": math.inf})]))
    (row,) = await project.rows("select avg, max from load_metric")
    assert row == {"avg": None, "max": None}


async def test_a_metric_listed_twice_is_stored_once(project: Project) -> None:
    measured = [Metric("m", "", "gauge", "", {"value": value}) for value in (1.0, 2.0)]
    await project.arrive(load_test(metrics=measured))
    assert [row["value"] for row in await project.rows("select value from load_metric")] == [2.0]


async def test_a_histogram_is_kept_where_samples_were_read(project: Project) -> None:
    measured = [Metric("a", "", "trend", "time", {}, histogram=(0, 3, 1)), Metric("b", "", "trend", "time", {})]
    await project.arrive(load_test(metrics=measured))
    rows = await project.rows("select name, histogram from load_metric order by name")
    assert rows == [{"name": "a", "histogram": [0, 3, 1]}, {"name": "b", "histogram": None}]


def series(name: str, tags: str = "") -> Series:
    return Series(name, tags, 10_000, NOON, (3, 0, 2), (1.5, 0.0, 1e12), (0.5, 0.0, 2.25), (0.75, 0.0, 4.0))


async def test_series_are_read_back_as_they_were_and_narrowed(project: Project) -> None:
    known = [series("http_reqs"), series("http_reqs", "scenario:buy"), series("vus")]
    run = await project.arrive(load_test(series=known))
    await project.arrive(load_test(series=[series("other run")]), NOON + HOUR)
    async with project.database.read(EVERYBODY) as reader:
        rows = await run_load.list_series(reader, run)
        of_one = await run_load.list_series(reader, run, "http_reqs")
        whole = await run_load.list_series(reader, run, "http_reqs", "")
    assert [(row["name"], row["tags"]) for row in rows] == [(item.name, item.tags) for item in known]
    assert whole == rows[:1]
    assert of_one == rows[:2]
    assert rows[0] == {
        "name": "http_reqs",
        "tags": "",
        "bucket_ms": 10_000,
        "start_at": NOON,
        "counts": [3, 0, 2],
        "sums": [1.5, 0.0, 1e12],
        "p95s": [0.5, 0.0, 2.25],
        "maxima": [0.75, 0.0, 4.0],
    }


async def test_thresholds_checks_and_groups_keep_their_order(project: Project) -> None:
    report = msgspec.structs.replace(
        load_test(
            threshold("b", is_met=True),
            threshold("a", is_met=False),
            checks=[Check(("g", "h"), "status is 200", 5_000_000_000, 1), Check((), "body", 0, 2)],
        ),
        groups=(("g",), ("g", "h"), ("empty",)),
    )
    run = await project.arrive(report)
    assert run["verdict"] == "failed"
    limits = await project.rows(
        "select metric, expression, is_met, value, limit_value, margin from threshold order by position"
    )
    assert [tuple(row.values()) for row in limits] == [
        ("b", "p(95)<500", True, 400.0, 500.0, 0.2),
        ("a", "p(95)<500", False, 600.0, 500.0, -0.2),
    ]
    checks = await project.rows("select group_path, name, passes, fails from load_check order by position")
    assert [tuple(row.values()) for row in checks] == [
        (["g", "h"], "status is 200", 5_000_000_000, 1),
        ([], "body", 0, 2),
    ]
    groups = await project.rows("select path from load_group order by position")
    assert [row["path"] for row in groups] == [["g"], ["g", "h"], ["empty"]]


async def test_thresholds_newly_missed_are_new_failures(project: Project) -> None:
    await project.arrive(load_test(threshold("was_met", is_met=True), threshold("was_missed", is_met=False)), NOON)
    second = await project.arrive(
        load_test(
            threshold("was_met", is_met=False),
            threshold("was_missed", is_met=True),
            threshold("unknown", is_met=False),
        ),
        NOON + HOUR,
    )
    third = await project.arrive(load_test(threshold("was_met", is_met=False)), NOON + 2 * HOUR)
    assert (second["new_failures"], second["fixed"]) == (2, 1)
    assert (third["new_failures"], third["fixed"]) == (0, 0), "a threshold nobody asks for any more is not held"
