from __future__ import annotations

import json
from typing import Any

import pytest

from testflux.sample import k6

SUMMARY = k6.Summary(
    duration_ms=61_500.5,
    metrics=(
        k6.Metric("http_req_duration", "trend", "time", {"avg": 90.0, "p(95)": 240.0}),
        k6.Metric("http_req_failed", "rate", "default", {"rate": 0.02, "passes": 2, "fails": 98}),
    ),
    thresholds=(
        k6.Threshold("http_req_duration", "p(95)", "<", 200),
        k6.Threshold("http_req_failed", "rate", "<", 0.05),
    ),
    groups=(("Pay", (k6.Check("status is 201", 97, 3),)),),
)


def handle_summary() -> dict[str, Any]:
    return json.loads(k6.write_handle_summary(SUMMARY))


def export() -> dict[str, Any]:
    return json.loads(k6.write_summary_export(SUMMARY))


def test_handle_summary_says_ok_when_a_threshold_holds() -> None:
    metrics = handle_summary()["metrics"]

    assert metrics["http_req_duration"]["thresholds"] == {"p(95)<200": {"ok": False}}
    assert metrics["http_req_failed"]["thresholds"] == {"rate<0.05": {"ok": True}}


def test_export_says_true_when_a_threshold_is_missed() -> None:
    metrics = export()["metrics"]

    assert metrics["http_req_duration"]["thresholds"] == {"p(95)<200": True}
    assert metrics["http_req_failed"]["thresholds"] == {"rate<0.05": False}


def test_export_calls_a_rate_value_and_has_no_types() -> None:
    metric = export()["metrics"]["http_req_failed"]

    assert metric["value"] == 0.02
    assert not {"rate", "type", "contains"} & metric.keys()


def test_handle_summary_tells_types_and_duration() -> None:
    document = handle_summary()

    assert document["state"]["testRunDurationMs"] == 61_500.5
    assert document["metrics"]["http_req_duration"]["type"] == "trend"
    assert document["metrics"]["http_req_failed"]["values"]["rate"] == 0.02


def test_checks_are_lists_in_one_and_maps_in_the_other() -> None:
    check = handle_summary()["root_group"]["groups"][0]["checks"][0]

    assert (check["name"], check["path"], check["passes"], check["fails"]) == (
        "status is 201",
        "::Pay::status is 201",
        97,
        3,
    )
    assert export()["root_group"]["groups"]["Pay"]["checks"]["status is 201"] == check


def test_root_group_has_the_identifier_of_the_empty_path() -> None:
    assert handle_summary()["root_group"]["id"] == "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize(
    ("sign", "limit", "holds"), [("<", 240.1, True), ("<", 240.0, False), (">", 239.0, True), (">", 240.0, False)]
)
def test_threshold_holds(sign: str, limit: float, *, holds: bool) -> None:
    assert k6.Threshold("m", "p(95)", sign, limit).holds({"p(95)": 240.0}) is holds
