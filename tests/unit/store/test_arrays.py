from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from testflux.store import arrays

MOST = 2**31 - 1
durations = some.integers(0, MOST) | some.sampled_from([0, 255, 256, 65_535, 65_536, 2**24 - 1, 2**24, MOST])


@given(some.lists(durations, min_size=1, max_size=50))
def test_durations_are_unpacked_as_they_were(given: list[int]) -> None:
    assert arrays.unpack_durations(arrays.pack_durations(given), len(given)).tolist() == given


@pytest.mark.parametrize(
    ("given", "packed"),
    [
        ([0], b"\x00"),
        ([1, 255], b"\x01\xff"),
        ([1, 256], b"\x00\x01\x01\x00"),
        ([65_536, 2], b"\x01\x00\x00\x00\x00\x02"),
        ([MOST, 3], b"\x7f\x00\xff\x00\xff\x00\xff\x03"),
    ],
)
def test_the_highest_bytes_come_first_and_as_few_as_the_longest_needs(given: list[int], packed: bytes) -> None:
    assert arrays.pack_durations(given) == packed


@pytest.mark.parametrize("odd", [-1, 2**32])
def test_what_is_no_duration_is_refused(odd: int) -> None:
    with pytest.raises(OverflowError):
        arrays.pack_durations([1, odd])
