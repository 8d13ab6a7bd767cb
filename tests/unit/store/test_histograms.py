from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from testflux.store import histograms

SMALL = st.lists(st.integers(0, 300), min_size=64, max_size=64)
ANY = st.lists(st.one_of(st.just(0), st.integers(0, 2**63 - 1)), min_size=64, max_size=64)
COUNTS = st.one_of(st.just([0] * 64), SMALL, ANY)


@given(COUNTS)
def test_what_was_packed_is_unpacked(counts: list[int]) -> None:
    assert histograms.unpack(histograms.pack(counts)).tolist() == counts
    assert histograms.pack(np.array(counts)) == histograms.pack(counts)


@pytest.mark.parametrize(
    ("most", "width"),
    [(0, 0), (1, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 4), (2**32 - 1, 4), (2**32, 8), (2**63 - 1, 8)],
)
def test_the_largest_count_says_how_wide_they_are(most: int, width: int) -> None:
    assert len(histograms.pack([most] + [0] * 63)) == 64 * width


def test_no_durations_are_no_bytes() -> None:
    assert histograms.pack([]) == b""
    assert histograms.unpack(b"").tolist() == [0] * 64


def test_the_high_byte_is_first() -> None:
    assert histograms.pack([258] + [0] * 63)[:4] == b"\x01\x02\x00\x00"


@given(st.lists(st.tuples(COUNTS, st.integers(0, 3)), max_size=6))
def test_many_are_added_up_by_place(many: list[tuple[list[int], int]]) -> None:
    packed = [histograms.pack(counts) for counts, _ in many]
    lengths = np.array([len(each) for each in packed], ">i4")
    places = np.array([place for _, place in many], np.int64)
    expected = np.zeros((4, 64), object)
    for counts, place in many:
        expected[place] += np.array(counts, object)
    assume(expected.max() < 2**63)
    assert histograms.add_up(b"".join(packed), lengths, places, 4).tolist() == expected.tolist()


@pytest.mark.parametrize("places", [1, 7, 5000])
@pytest.mark.parametrize("columns", [8, 64])
def test_rows_beyond_those_added_at_once_are_added(places: int, columns: int) -> None:
    dice = np.random.default_rng(places)
    rows, at = dice.integers(0, 1000, (3000, columns)), dice.integers(0, places, 3000)
    sums = np.zeros((places, columns), np.int64)
    histograms.add_rows(sums, rows, at)
    assert sums.tolist() == [rows[at == place].sum(axis=0).tolist() for place in range(places)]
