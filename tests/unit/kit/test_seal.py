from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors, keys, seal


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20))
def test_what_was_sealed_opens_again(plain: bytes, purpose: str) -> None:
    assert seal.unseal("key", purpose, seal.seal("key", purpose, plain)) == plain


def test_sealed_bytes_hide_the_plain_ones_and_differ_each_time() -> None:
    first, second = (seal.seal("key", "webhook secret", b"whsec_plain") for _ in range(2))
    assert first != second
    assert b"whsec" not in first


@pytest.mark.parametrize(("key", "purpose"), [("other key", "webhook secret"), ("key", "other purpose")])
def test_another_key_or_purpose_opens_nothing(key: str, purpose: str) -> None:
    sealed = seal.seal("key", "webhook secret", b"plain")
    with pytest.raises(errors.SetupError, match="cannot be opened") as caught:
        seal.unseal(key, purpose, sealed)
    assert "TESTFLUX_PREVIOUS_SECRET_KEYS" in caught.value.hint


@given(st.integers(min_value=0, max_value=33))
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(seal.seal("key", "p", b"plain"))
    sealed[position % len(sealed)] ^= 1
    with pytest.raises(errors.SetupError):
        seal.unseal("key", "p", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 11])
def test_torn_bytes_are_an_explained_error(sealed: bytes) -> None:
    with pytest.raises(errors.SetupError):
        seal.unseal("key", "p", sealed)


def test_a_key_from_before_still_opens_what_it_sealed_and_seals_no_more() -> None:
    sealed = seal.seal("old", "p", b"plain")
    both = keys.join(["new", "old"])
    assert seal.unseal(both, "p", sealed) == b"plain"
    assert not seal.is_current(both, sealed)
    again = seal.seal(both, "p", b"plain")
    assert seal.is_current(both, again)
    assert seal.unseal("new", "p", again) == b"plain"
    with pytest.raises(errors.SetupError):
        seal.unseal("old", "p", again)
