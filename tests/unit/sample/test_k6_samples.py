from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from testflux.sample import k6, load
from testflux.sample.occasion import Occasion, Schedule

START = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
PROFILE = load.Profile(
    users=6,
    seconds=120,
    requests_per_second=20,
    p95_ms=(200, 400),
    groups=(("Query", ("status is 200", "has rows")), ("Suggest", ("status is 200",))),
    thresholds=(
        k6.Threshold("http_req_duration", "p(95)", "<", 300),
        k6.Threshold("http_req_duration{expected_response:true}", "p(99)", "<", 900),
    ),
    failing=0.05,
    noise=0,
)


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    lane = load.LoadLane("smoke", "staging", "load", Schedule(3), PROFILE, file_name="samples.json")
    written = lane.write(Occasion("search", "smoke", "staging", "main", START, 0))
    return [json.loads(line) for line in written.splitlines()]


def values(lines: list[dict[str, Any]], metric: str) -> list[float]:
    return [line["data"]["value"] for line in lines if line["metric"] == metric and line["type"] == "Point"]


def test_each_metric_is_defined_before_its_first_sample_and_once(lines: list[dict[str, Any]]) -> None:
    seen = Counter[str]()
    for line in lines:
        if line["type"] == "Metric":
            assert seen[line["metric"]] == 0
        seen[line["metric"]] += 1
    assert sum(line["type"] == "Metric" for line in lines) == len(seen)


def test_limits_of_sub_metrics_are_left_out_as_k6_does(lines: list[dict[str, Any]]) -> None:
    limits = {line["metric"]: line["data"]["thresholds"] for line in lines if line["type"] == "Metric"}
    assert limits["http_req_duration"] == ["p(95)<300"]
    assert not any(limit for metric, limit in limits.items() if metric != "http_req_duration")


def test_samples_come_in_the_order_of_time_and_within_the_test(lines: list[dict[str, Any]]) -> None:
    times = [datetime.fromisoformat(line["data"]["time"]) for line in lines if line["type"] == "Point"]
    assert times == sorted(times)
    assert times[0] >= START
    assert times[-1] <= START + timedelta(seconds=PROFILE.seconds + 5)


def test_the_load_is_about_what_the_profile_asks_for(lines: list[dict[str, Any]]) -> None:
    durations = sorted(values(lines, "http_req_duration"))
    wanted = PROFILE.requests_per_second * PROFILE.seconds
    assert 0.7 * wanted < len(durations) < 1.1 * wanted
    assert durations[int(0.95 * len(durations))] == pytest.approx(400, rel=0.12)
    assert max(values(lines, "vus")) == PROFILE.users


def test_counts_agree_with_each_other(lines: list[dict[str, Any]]) -> None:
    requests = sum(values(lines, "http_reqs"))
    failed = sum(values(lines, "http_req_failed"))
    assert requests == len(values(lines, "http_req_failed")) == 2 * sum(values(lines, "iterations"))
    assert 0.02 * requests < failed < 0.09 * requests
    checks = values(lines, "checks")
    assert len(checks) == requests * 3 / 2
    assert checks.count(0) == failed
