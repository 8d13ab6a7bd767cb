from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.store import evidence

RANGES = st.lists(
    st.none() | st.tuples(st.integers(0, 2**40), st.integers(0, 2**32)).map(lambda pair: (pair[0], sum(pair))),
    max_size=50,
)


@given(RANGES)
def test_what_is_packed_is_unpacked(ranges: list[evidence.Range | None]) -> None:
    assert evidence.decode(evidence.encode(ranges), len(ranges)) == ranges


def test_the_encoding_is_the_documented_one() -> None:
    # A range of 200 bytes at 300, nothing, then one of 1 byte that begins 3 before the last one's end.
    packed = evidence.encode([(300, 500), None, (497, 498)])
    assert packed == bytes([0xC9, 0x01, 0xD8, 0x04, 0x00, 0x02, 0x05])


def test_nothing_to_pack_is_nothing() -> None:
    assert evidence.encode([None, None]) is None
    assert evidence.decode(None, 2) == [None, None]


def test_neighbours_take_few_bytes() -> None:
    ranges = [(start, start + 900) for start in range(0, 1_000_000, 1000)]
    packed = evidence.encode(ranges)
    assert packed is not None
    assert len(packed) <= 4 * len(ranges)
