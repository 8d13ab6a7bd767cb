from __future__ import annotations

from datetime import UTC, datetime

import pytest

from testflux.model import raw, report
from testflux.normalise import load


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("http_reqs", ("http_reqs", "")),
        ("http_req_duration{scenario:checkout}", ("http_req_duration", "scenario:checkout")),
        ("http_req_failed{status:>=500}", ("http_req_failed", "status:>=500")),
        ("m{url:/products/{id}}", ("m", "url:/products/{id}")),
        ("m{}", ("m", "")),
        ("m}{", ("m}{", "")),
        ("m{open", ("m{open", "")),
    ],
)
def test_a_tag_set_goes_from_the_first_brace_to_the_last(name: str, parts: tuple[str, str]) -> None:
    assert load.split(name) == parts


def judge(expression: str, **values: float) -> tuple[float | None, float | None, float | None]:
    (found,) = load.thresholds(
        [raw.RawThreshold("m", expression, is_met=True)], [raw.RawMetric("m", "trend", values=values)]
    )
    return found.value, found.limit, found.margin


def test_a_margin_is_the_share_of_the_limit_that_is_left() -> None:
    assert judge("p(95)<400", p95=300) == (300, 400, 0.25)
    assert judge("p(95)<400", p95=500) == (500, 400, -0.25)
    assert judge("rate>=0.5", rate=0.75) == (0.75, 0.5, 0.5)
    assert judge("value>-10", value=-5) == (-5, -10, 0.5)


def test_a_margin_is_not_invented() -> None:
    assert judge("p(99.9)<400", p95=300) == (None, 400, None)
    assert judge("count==3", count=3) == (3, 3, None)
    assert judge("rate<0", rate=0.1) == (0.1, 0, None)
    assert judge("what<1", what=1) == (None, None, None)


def test_the_tools_verdict_stands_whatever_the_numbers_say() -> None:
    (found,) = load.thresholds([raw.RawThreshold("gone", "avg<1", is_met=False)], [])
    assert (found.is_met, found.value) == (False, None)


def test_thresholds_of_tag_sets_are_measured_there() -> None:
    metrics = [raw.RawMetric("m", "trend", values={"avg": 1}), raw.RawMetric("m{a:b}", "trend", values={"avg": 2})]
    (found,) = load.thresholds([raw.RawThreshold("m{a:b}", "avg<4", is_met=True)], metrics)
    assert found.value == 2


def test_metrics_have_name_and_tags_apart() -> None:
    (found,) = load.metrics([raw.RawMetric("m{a:b}", "trend", "time", {"avg": 2})])
    assert (found.name, found.tags, found.type, found.contains, found.values) == (
        "m",
        "a:b",
        "trend",
        "time",
        {"avg": 2},
    )


def test_series_and_histograms_come_along() -> None:
    at = datetime(2026, 3, 14, tzinfo=UTC)
    (found,) = load.metrics([raw.RawMetric("m", "trend", histogram=[0, 1, 2])])
    assert found.histogram == (0, 1, 2)
    (series,) = load.series([raw.RawSeries("m{a:b}", 1000, at, [1, 0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0])])
    assert series == report.Series("m", "a:b", 1000, at, (1, 0), (2.0, 0.0), (3.0, 0.0), (4.0, 0.0))
