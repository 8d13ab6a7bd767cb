from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import k6


def read(document: object) -> raw.RawReport:
    return k6.parse(io.BytesIO(json.dumps(document).encode()))


def read_metric(name: str = "m", /, **metric: object) -> raw.RawMetric:
    return read({"metrics": {name: metric}}).metrics[0]


def test_a_bare_true_means_that_the_threshold_failed() -> None:
    seen = read({"metrics": {"m": {"avg": 1, "thresholds": {"avg<1": True, "avg<2": False}}}})
    assert seen.format == "k6-summary"
    assert seen.thresholds == [
        raw.RawThreshold("m", "avg<1", is_met=False),
        raw.RawThreshold("m", "avg<2", is_met=True),
    ]


def test_ok_means_that_it_held() -> None:
    verdicts = {"avg<1": {"ok": False}, "avg<2": {"ok": True}, "avg<3": {"ok": "?"}, "avg<4": "?"}
    seen = read({"metrics": {"m": {"type": "trend", "values": {"avg": 1}, "thresholds": verdicts}}})
    assert seen.format == "k6-handle-summary"
    assert [(threshold.expression, threshold.is_met) for threshold in seen.thresholds] == [
        ("avg<1", False),
        ("avg<2", True),
    ]
    assert [warning.code for warning in seen.warnings] == ["unexpected-value"] * 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"passes": 1, "fails": 2, "value": 0}, "rate"),
        ({"count": 1, "rate": 2}, "counter"),
        ({"value": 1, "min": 0, "max": 2}, "gauge"),
        ({"avg": 1, "count": 3}, "trend"),
        ({"p(95)": 1}, "trend"),
        ({}, "trend"),
    ],
)
def test_a_type_that_is_not_written_is_told_by_the_values(values: dict[str, object], kind: str) -> None:
    assert read_metric("m", **values).type == kind


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({"passes": 25, "fails": 75, "value": 0}, 0.25),
        ({"passes": 25, "fails": 75, "value": 0.25}, 0.25),
        ({"passes": 0, "fails": 0, "value": 0}, 0.0),
    ],
)
def test_a_rate_is_called_rate_and_is_right(values: dict[str, object], rate: float) -> None:
    metric = read_metric("m", **values)
    assert metric.values["rate"] == rate
    assert "value" not in metric.values


def test_a_rate_that_is_written_stays() -> None:
    assert read_metric(type="rate", values={"rate": 0.3, "passes": 1, "fails": 2}).values["rate"] == 0.3
    assert "rate" not in read_metric(type="rate", values={}).values


def test_percentiles_have_one_name_each() -> None:
    metric = read_metric(
        **{"p(90)": 1, "p(95)": 2, "p(99)": 3, "p(99.9)": 4, "p(5)": 5, "p(x)": 6, "odd": 7, "avg": None}
    )
    assert metric.values == {"p90": 1, "p95": 2, "p99": 3, "p(99.9)": 4, "p(5)": 5}


@pytest.mark.parametrize(
    ("name", "contains"),
    [
        ("http_req_duration", "time"),
        ("http_req_waiting{scenario:a}", "time"),
        ("http_req_failed", ""),
        ("http_reqs", ""),
        ("iteration_duration", "time"),
        ("grpc_req_duration", "time"),
        ("data_sent", "data"),
        ("basket_size", ""),
    ],
)
def test_units_of_own_metrics_are_known(name: str, contains: str) -> None:
    assert read_metric(name, avg=1).contains == contains


def test_the_written_unit_counts() -> None:
    assert read_metric("http_req_duration", type="trend", contains="default", values={"avg": 1}).contains == "default"


CHECK = {"name": "paid", "path": "::a::paid", "passes": 3, "fails": 1}


@pytest.mark.parametrize(
    "root",
    [
        {"groups": {"a": {"name": "a", "groups": {}, "checks": {"paid": CHECK}}}, "checks": {}},
        {"groups": [{"name": "a", "groups": [], "checks": [CHECK]}], "checks": []},
    ],
)
def test_groups_and_checks_are_maps_or_lists(root: object) -> None:
    seen = read({"metrics": {}, "root_group": root})
    assert seen.groups == [("a",)]
    assert seen.checks == [raw.RawCheck(("a",), "paid", 3, 1)]


def test_groups_do_not_nest_for_ever() -> None:
    group: dict[str, object] = {"name": "g", "checks": []}
    for _ in range(150):
        group = {"name": "g", "groups": [group]}
    assert len(read({"metrics": {}, "root_group": group}).groups) == 100


def test_how_long_it_took() -> None:
    assert read({"metrics": {}, "state": {"testRunDurationMs": 30898.96}}).duration_ms == 30898.96
    assert read({"metrics": {"iterations": {"count": 100, "rate": 5}}}).duration_ms == 20_000
    assert read({"metrics": {"http_reqs": {"count": 10, "rate": 0}}}).duration_ms is None
    assert read({"metrics": {}}).duration_ms is None


def test_what_teams_add_about_the_run() -> None:
    seen = read({"metrics": {}, "metadata": {"k6Version": "v1.1.0", "generatedAt": "2026-04-21T10:00:00.000Z"}})
    assert seen.tool == raw.Tool("k6", "1.1.0")
    assert seen.started_at == datetime(2026, 4, 21, 10, tzinfo=UTC)
    assert not seen.local_times


@pytest.mark.parametrize("document", [{}, {"metrics": []}, {"root_group": {}}, []])
def test_without_metrics_it_is_no_summary(document: object) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(document)
    assert caught.value.code == "report-shape"


def test_nonsense_in_the_right_places_is_read_over() -> None:
    seen = read(
        {"metrics": {"m": 1, "n": {"values": "x"}}, "root_group": {"checks": [1, {"name": None}], "groups": "x"}}
    )
    assert [metric.values for metric in seen.metrics] == [{}, {}]
    assert [check.name for check in seen.checks] == ["", ""]
