from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from testflux.kit import planes

MOST = 2**31 - 1
numbers = some.integers(0, MOST) | some.sampled_from([0, 255, 256, 65_535, 65_536, 2**24 - 1, 2**24, MOST])


@given(some.lists(numbers, min_size=1, max_size=50))
def test_numbers_are_unpacked_as_they_were(given: list[int]) -> None:
    assert planes.unpack(planes.pack(given), len(given)).tolist() == given


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
def test_the_highest_bytes_come_first_and_as_few_as_the_largest_needs(given: list[int], packed: bytes) -> None:
    assert planes.pack(given) == packed


@pytest.mark.parametrize("odd", [-1, 2**32])
def test_what_has_no_place_is_refused(odd: int) -> None:
    with pytest.raises(OverflowError):
        planes.pack([1, odd])


def test_planes_of_many_are_joined_at_once() -> None:
    planes_of_two = np.array([[[1, 0], [7, 8]], [[0, 2], [9, 1]]], np.uint8)
    assert planes.join(planes_of_two).tolist() == [[256 + 7, 8], [9, 2 * 256 + 1]]


@pytest.mark.parametrize("rows", [1, 2, 257, 258, 600])
def test_the_largest_numbers_of_many_rows_add_up(rows: int) -> None:
    planes_of_rows = np.full((rows, 3, 2), 255, np.uint8)
    assert planes.add_up(planes_of_rows).tolist() == [rows * (2**24 - 1)] * 2


@given(some.lists(some.lists(some.integers(0, 2**16 - 1), min_size=3, max_size=3), min_size=1, max_size=9))
def test_sums_are_those_of_the_numbers(rows: list[list[int]]) -> None:
    packed = np.array(rows, ">u2").view(np.uint8).reshape(len(rows), 3, 2).transpose(0, 2, 1)
    assert planes.add_up(packed).tolist() == np.sum(rows, axis=0).tolist()
