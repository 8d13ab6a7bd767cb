from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import quantile, sketch

VALUES = st.lists(st.floats(1e-6, 1e7), min_size=1, max_size=200)
SHARES = (0.0, 0.5, 0.9, 0.95, 0.99, 1.0)


def nearest(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


@given(VALUES)
def test_a_percentile_is_at_most_one_percent_off(values: list[float]) -> None:
    built = sketch.build(np.array(values))
    for share in SHARES:
        assert sketch.percentile(built, share) == pytest.approx(nearest(values, share), rel=sketch.ERROR * 1.0001)


@given(st.lists(st.lists(st.floats(0, 1e7), max_size=50), max_size=5))
def test_adding_up_is_counting_together(parts: list[list[float]]) -> None:
    merged = sketch.merge(sketch.build(np.array(part)) for part in parts)
    whole = sketch.build(np.array([value for part in parts for value in part]))
    assert merged == whole


def test_many_values_are_close_to_the_exact_percentile() -> None:
    values = np.random.default_rng(6).lognormal(4, 0.6, 20_000)
    built = sketch.build(values)
    assert len(built) < 400
    assert sum(built[2:]) == 20_000
    for share, exact in zip(SHARES[1:-1], quantile.quantiles(values, SHARES[1:-1]), strict=True):
        assert sketch.percentile(built, share) == pytest.approx(exact, rel=0.011)


def test_what_is_not_above_zero_counts_as_zero() -> None:
    built = sketch.build(np.array([0.0, -5.0, 0.0, 100.0]))
    assert built[0] == 3
    assert sketch.percentile(built, 0.5) == 0
    assert sketch.percentile(built, 1) == pytest.approx(100, rel=0.01)
    assert sketch.build(np.zeros(2)) == [2, 0]
    assert sketch.percentile([2, 0], 1) == 0


def test_nothing_is_nothing() -> None:
    assert sketch.build(np.empty(0)) == []
    assert sketch.merge([[], []]) == []
    assert sketch.percentile([], 0.5) is None


def test_a_sketch_does_not_grow_with_its_values() -> None:
    assert len(sketch.build(np.array([1e-300, 1e149]))) <= 4003
