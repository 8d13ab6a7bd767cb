from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.store import results


def test_a_bucket_filled_from_its_beginning_needs_no_slots() -> None:
    assert results.slots_of([3000, 3001, 3002]) is None
    assert results.slots_of([0]) is None


def test_a_sparse_bucket_names_its_slots() -> None:
    assert results.slots_of([3001, 3002]) == [1, 2]
    assert results.slots_of([0, 2]) == [0, 2]


@given(st.frozensets(st.integers(5000, 5999), min_size=1))
def test_the_slots_are_left_out_only_when_they_can_be_told(numbers: frozenset[int]) -> None:
    ordered = sorted(numbers)
    slots = results.slots_of(ordered)
    told = list(range(len(ordered))) if slots is None else slots
    assert [5000 + slot for slot in told] == ordered


def test_changes_by_test() -> None:
    assert results.change_map({1}, {2, 3}) == {1: 1, 2: 2, 3: 2}
