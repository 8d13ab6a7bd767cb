from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.model import raw
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


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("p(95)<500", load.Limit("p95", "<", 500)),
        ("p(99.9) <= 2000", load.Limit("p(99.9)", "<=", 2000)),
        ("p(50)<1", load.Limit("med", "<", 1)),
        (" rate >= 0.8 ", load.Limit("rate", ">=", 0.8)),
        ("count>100", load.Limit("count", ">", 100)),
        ("avg<1e3", load.Limit("avg", "<", 1000)),
        ("value===0", load.Limit("value", "===", 0)),
        ("value==0", load.Limit("value", "==", 0)),
        ("max!=-1.5", load.Limit("max", "!=", -1.5)),
        ("rate<.05", load.Limit("rate", "<", 0.05)),
    ],
)
def test_expressions_are_taken_apart(expression: str, limit: load.Limit) -> None:
    assert load.limit(expression) == limit


@pytest.mark.parametrize("expression", ["", "p95<500", "avg=<5", "avg<", "avg<5ms", "rate<0.1 || rate>1", "sum<1"])
def test_what_is_not_of_the_grammar_is_none(expression: str) -> None:
    assert load.limit(expression) is None


@given(st.text(max_size=30))
def test_any_text_may_be_an_expression(expression: str) -> None:
    found = load.limit(expression)
    assert found is None or found.operator in expression


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
