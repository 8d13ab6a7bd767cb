from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.model import limit


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("p(95)<500", limit.Limit("p95", "<", 500)),
        ("p(99.9) <= 2000", limit.Limit("p(99.9)", "<=", 2000)),
        ("p(50)<1", limit.Limit("med", "<", 1)),
        (" rate >= 0.8 ", limit.Limit("rate", ">=", 0.8)),
        ("count>100", limit.Limit("count", ">", 100)),
        ("avg<1e3", limit.Limit("avg", "<", 1000)),
        ("value===0", limit.Limit("value", "===", 0)),
        ("value==0", limit.Limit("value", "==", 0)),
        ("max!=-1.5", limit.Limit("max", "!=", -1.5)),
        ("rate<.05", limit.Limit("rate", "<", 0.05)),
    ],
)
def test_expressions_are_taken_apart(expression: str, wanted: limit.Limit) -> None:
    assert limit.parse(expression) == wanted


@pytest.mark.parametrize("expression", ["", "p95<500", "avg=<5", "avg<", "avg<5ms", "rate<0.1 || rate>1", "sum<1"])
def test_what_is_not_of_the_grammar_is_none(expression: str) -> None:
    assert limit.parse(expression) is None


@given(st.text(max_size=30))
def test_any_text_may_be_an_expression(expression: str) -> None:
    found = limit.parse(expression)
    assert found is None or found.operator in expression


@pytest.mark.parametrize(
    ("expression", "share"), [("p(95)<1", 0.95), ("p(99.9)<1", 0.999), ("med<1", None), ("p(50)<1", None)]
)
def test_a_percentile_knows_its_share(expression: str, share: float | None) -> None:
    found = limit.parse(expression)
    assert found is not None
    assert found.share == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("sign", "below", "at", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("==", False, True, False),
        ("===", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_a_limit_judges(sign: str, below: bool, at: bool, above: bool) -> None:  # noqa: FBT001
    found = limit.Limit("avg", sign, 5)
    assert [found.holds({"avg": value}) for value in (4, 5, 6)] == [below, at, above]


def test_what_was_not_measured_is_within_any_limit() -> None:
    assert limit.Limit("rate", ">", 0.9).holds({})
