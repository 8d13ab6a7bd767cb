from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.analyse import histogram

DURATIONS = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=200)


def percentile(counts: list[int], share: float) -> float:
    return histogram.percentiles(np.array([counts]), [share])[0][0]


def test_each_doubling_has_two_buckets() -> None:
    counts = histogram.build([0, 0.9, 1, 1.4, 1.42, 2, 4])
    assert [(index, count) for index, count in enumerate(counts) if count] == [(0, 2), (1, 2), (2, 1), (3, 1), (5, 1)]


def test_the_longest_duration_has_a_bucket() -> None:
    assert histogram.build([2**40])[63] == 1


def test_no_durations_have_no_histogram() -> None:
    assert histogram.build([]) == []


def test_merging_passes_over_empty_ones() -> None:
    assert histogram.merge([]) == []
    assert histogram.merge([[], [1, 2], [3, 4], []]) == [4, 6]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 109), (0.95, 126)])
def test_a_percentile_lies_in_the_bucket_of_the_durations(share: float, expected: float) -> None:
    low, high = histogram.bounds(14)  # 90.5 to 128 ms
    found = percentile(histogram.build([100] * 1000), share)
    assert low <= found <= high
    assert found == pytest.approx(expected, rel=0.05)


@given(DURATIONS, st.floats(0.01, 1))
def test_a_percentile_is_at_most_a_factor_of_the_bucket_width_off(durations: list[int], share: float) -> None:
    found = percentile(histogram.build(durations), share)
    exact = sorted(durations)[max(0, -int(-share * len(durations) // 1) - 1)]
    assert found <= max(exact, 1) * 2**0.5 * 1.0001
    assert found >= exact / 2**0.5 * 0.9999 or exact <= 1


@given(DURATIONS, DURATIONS)
def test_merging_is_counting_all_at_once(some: list[int], others: list[int]) -> None:
    merged = histogram.merge([histogram.build(some), histogram.build(others)])
    assert merged == histogram.build(some + others)
    assert sum(merged) == len(some) + len(others)


@given(st.lists(DURATIONS, min_size=1, max_size=5), st.lists(st.floats(0.01, 1), min_size=1, max_size=3))
def test_percentiles_of_many_are_those_of_each(many: list[list[int]], shares: list[float]) -> None:
    counts = [histogram.build(durations) for durations in many]
    assert histogram.percentiles(np.array(counts), shares).tolist() == [
        [percentile(each, share) for each in counts] for share in shares
    ]
