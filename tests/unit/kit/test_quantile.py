from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import quantile

NUMBERS = st.floats(-1e9, 1e9)
SHARES = (0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0)


@given(st.lists(NUMBERS, min_size=1, max_size=200))
def test_it_is_numpys_linear_percentile(values: list[float]) -> None:
    wanted = np.quantile(values, SHARES, method="linear")
    assert quantile.quantiles(np.array(values), SHARES) == pytest.approx(wanted, rel=1e-9, abs=1e-6)


@given(st.lists(NUMBERS, min_size=2, max_size=100))
def test_it_is_the_standard_librarys_inclusive_percentile(values: list[float]) -> None:
    wanted = statistics.quantiles(values, n=100, method="inclusive")
    shares = [number / 100 for number in range(1, 100)]
    assert quantile.quantiles(np.array(values), shares) == pytest.approx(wanted, rel=1e-9, abs=1e-6)


def test_known_values() -> None:
    assert quantile.quantiles(np.array([4.0, 1.0, 3.0, 2.0]), [0, 0.5, 0.95, 1]) == pytest.approx([1, 2.5, 3.85, 4])
    assert quantile.quantiles(np.array([7.0]), [0, 0.5, 1]) == [7, 7, 7]
    assert quantile.quantiles(np.empty(0), [0.5, 1]) == [0, 0]


@given(st.lists(st.tuples(NUMBERS, st.integers(-1, 5)), max_size=200), st.booleans())
def test_groups_are_what_each_alone_would_be(pairs: list[tuple[float, int]], ordered: bool) -> None:  # noqa: FBT001
    pairs = sorted(pairs) if ordered else pairs
    values = np.array([value for value, _ in pairs], np.float64)
    numbers = np.array([number for _, number in pairs], np.int64)
    groups = quantile.Groups(values, numbers, 6, ordered=ordered)
    found = groups.quantiles(SHARES)
    for number, part in enumerate(groups.parts()):
        own = values[numbers == number]
        assert groups.counts[number] == own.size
        assert part.tolist() == sorted(own.tolist())
        assert found[number].tolist() == quantile.quantiles(own, SHARES)


def test_there_may_be_more_groups_than_sixteen_bits_count() -> None:
    numbers = np.arange(70_000)
    groups = quantile.Groups(numbers.astype(np.float64), numbers, 70_000)
    assert groups.quantiles([0.5])[[0, 65_535, 65_536, 69_999], 0].tolist() == [0, 65_535, 65_536, 69_999]
