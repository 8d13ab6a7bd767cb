from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from testflux.sample import k6, load
from testflux.sample.occasion import Occasion, Schedule

PROFILE = load.Profile(
    users=20,
    seconds=300,
    requests_per_second=100,
    p95_ms=(200, 400),
    groups=(("Query", ("status is 200", "has rows")), ("Suggest", ("status is 200",))),
    thresholds=(k6.Threshold("http_req_duration", "p(95)", "<", 300),),
    noise=0,
)


def measured(days_ago: int, file_name: str = "summary.json") -> dict[str, Any]:
    lane = load.LoadLane("peak", "staging", "load", Schedule(3), PROFILE, file_name=file_name)
    started_at = datetime(2026, 5, 6, 3, 0, tzinfo=UTC) - timedelta(days=days_ago)
    return json.loads(lane.write(Occasion("search", "peak", "staging", "main", started_at, days_ago)))


@pytest.mark.parametrize(("days_ago", "p95", "ok"), [(89, 200.0, True), (60, 265.168, True), (0, 400.0, False)])
def test_answer_times_drift(days_ago: int, p95: float, *, ok: bool) -> None:
    metric = measured(days_ago)["metrics"]["http_req_duration"]
    assert metric["values"]["p(95)"] == pytest.approx(p95, abs=0.01)
    assert metric["thresholds"] == {"p(95)<300": {"ok": ok}}


def test_statistics_are_in_order() -> None:
    for metric in measured(10)["metrics"].values():
        if metric["type"] == "trend":
            values = [metric["values"][stat] for stat in ("min", "med", "avg", "p(90)", "p(95)", "p(99)", "max")]
            assert values == sorted(values)


def test_counts_agree_with_each_other() -> None:
    document = measured(10)
    metrics = {name: metric["values"] for name, metric in document["metrics"].items()}
    seconds = document["state"]["testRunDurationMs"] / 1000
    assert metrics["http_reqs"]["count"] == metrics["http_req_failed"]["passes"] + metrics["http_req_failed"]["fails"]
    assert metrics["http_reqs"]["rate"] == pytest.approx(metrics["http_reqs"]["count"] / seconds)
    checks = [check for group in document["root_group"]["groups"] for check in group["checks"]]
    assert len(checks) == 3
    assert metrics["checks"]["passes"] == sum(check["passes"] for check in checks)
    assert metrics["checks"]["fails"] == sum(check["fails"] for check in checks)


def test_name_of_the_file_chooses_the_shape() -> None:
    assert "state" not in measured(0, "summary-export.json")
    assert measured(0, "summary-export.json")["metrics"]["vus_max"]["value"] == 20
