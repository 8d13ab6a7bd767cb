from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import k6_machine


def read(**parts: object) -> raw.RawReport:
    return k6_machine.parse(io.BytesIO(json.dumps({"version": "1.0.0", **parts}).encode()))


def read_metric(kind: str, config: object = None, /, **values: object) -> raw.RawMetric:
    metric = {"name": "m", "type": kind, "contains": "default", "values": values}
    return read(results={"metrics": [metric]}, config=config).metrics[0]


@pytest.mark.parametrize(
    "metadata",
    [
        {"k6Version": "2.2.0", "generatedAt": "2026-11-20T10:11:12Z"},
        {"k6_version": "v2.2.0", "generated_at": "2026-11-20T10:11:12Z"},
    ],
)
def test_version_and_time_are_spelt_in_two_ways(metadata: dict[str, str]) -> None:
    seen = read(metadata=metadata, config={"duration": 72, "script": "let password"}, results={"metrics": []})
    assert (seen.format, seen.tool) == ("k6-machine-summary", raw.Tool("k6", "2.2.0"))
    assert (seen.started_at, seen.duration_ms) == (datetime(2026, 11, 20, 10, 10, tzinfo=UTC), 72_000)
    assert "password" not in repr(seen)


def test_without_a_duration_the_end_is_all_that_is_known() -> None:
    seen = read(metadata={"generatedAt": "2026-11-20T10:11:12Z"}, config={"duration": 1e300}, results={"metrics": []})
    assert (seen.started_at, seen.duration_ms) == (datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC), None)
    assert read(results={"metrics": []}).started_at is None


def test_percentiles_are_spelt_in_two_ways_and_may_be_null() -> None:
    assert read_metric("trend", **{"p(90)": 1, "p(95)": 2, "avg": None}).values == {"p90": 1, "p95": 2}
    assert read_metric("trend", p90=1, p95=2, other=3).values == {"p90": 1, "p95": 2}


def test_rates_and_counters_have_what_other_summaries_say_of_them() -> None:
    assert read_metric("rate", matches=2, total=10, rate=0.2).values == {"passes": 2, "fails": 8, "rate": 0.2}
    assert read_metric("rate", rate=0.2).values == {"rate": 0.2}
    assert read_metric("counter", {"duration": 5}, count=10).values == {"count": 10, "rate": 2}
    assert read_metric("counter", count=10).values == {"count": 10}
    assert read_metric("gauge", value=1, min=0, max=2).values == {"value": 1, "min": 0, "max": 2}


def test_checks_have_no_groups() -> None:
    total = {"name": "checks_total", "type": "counter", "values": {"count": 4}}
    held = {"name": "checks_succeeded", "type": "rate", "contains": "default", "values": {"matches": 3, "total": 4}}
    checks = {"metrics": [total, held], "results": [{"name": "works", "passes": 3, "fails": 1}]}
    seen = read(results={"metrics": [], "checks": checks})
    assert seen.checks == [raw.RawCheck((), "works", 3, 1)]
    assert seen.metrics == [raw.RawMetric("checks", "rate", "default", {"passes": 3, "fails": 1})]


def test_it_says_that_there_are_no_thresholds() -> None:
    seen = read(results={"metrics": []})
    assert (seen.thresholds, [warning.code for warning in seen.warnings]) == ([], ["k6-no-thresholds"])


@pytest.mark.parametrize("results", [None, {}, {"metrics": {}}])
def test_without_metrics_it_is_no_summary(results: object) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(results=results)
    assert caught.value.code == "report-shape"


def test_nonsense_in_the_right_places_is_read_over() -> None:
    seen = read(results={"metrics": [1, {"name": "m", "values": "x"}], "checks": {"results": ["x"], "metrics": "x"}})
    assert [(metric.name, metric.values) for metric in seen.metrics] == [("m", {})]
