from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import hashing

Parts = st.lists(st.text(max_size=8), max_size=4)


@given(Parts, Parts)
def test_digests_are_equal_exactly_when_the_parts_are(left: list[str], right: list[str]) -> None:
    assert (hashing.digest(left) == hashing.digest(right)) is (left == right)


def test_the_same_letters_split_otherwise_differ() -> None:
    assert hashing.digest(["ab", "c"]) != hashing.digest(["a", "bc"])


def test_lone_surrogates_have_a_digest() -> None:
    assert len(hashing.digest(["\ud800"])) == 16
