from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from testflux.kit import errors, sealed

KEY = bytes(range(32))
P = sealed.PIECE


def seal(content: bytes, key: bytes = KEY, name: str = "dump") -> bytes:
    file = io.BytesIO()
    writer = sealed.Writer(file, key, name)
    for start in range(0, len(content), 50_000):
        writer.write(content[start : start + 50_000])
    writer.finish()
    return file.getvalue()


def unseal(packed: bytes, key: bytes = KEY, name: str = "dump") -> bytes:
    with io.BufferedReader(sealed.Reader(io.BytesIO(packed), key, name)) as reader:
        return reader.read()


@given(size=st.integers(0, 3 * P))
@example(size=0)
@example(size=P)
@example(size=2 * P)
@example(size=2 * P + 1)
def test_what_was_sealed_comes_out(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert unseal(seal(content[:size])) == content[:size]


@given(start=st.integers(0, 3 * P), size=st.integers(0, P))
def test_any_place_can_be_read(start: int, size: int) -> None:
    content = b"".join(number.to_bytes(4, "big") for number in range(P // 2))
    with io.BufferedReader(sealed.Reader(io.BytesIO(seal(content)), KEY, "dump")) as reader:
        reader.seek(start)
        assert reader.tell() == start
        assert reader.read(size) == content[start : start + size]
        assert reader.seek(-5, io.SEEK_END) == len(content) - 5
        assert reader.read() == content[-5:]


def test_nothing_of_the_content_shows_and_no_two_files_look_alike() -> None:
    content = b"a secret of the shop" * 1000
    first, second = seal(content), seal(content)
    assert b"secret of the shop" not in first
    assert first != second


@pytest.mark.parametrize(("key", "name"), [(bytes(32), "dump"), (KEY, "another file")])
def test_another_key_or_name_opens_nothing(key: bytes, name: str) -> None:
    with pytest.raises(errors.InvalidError, match="another key"):
        unseal(seal(b"report"), key, name)


@given(size=st.sampled_from([0, 10, P, 2 * P + 5]), place=st.integers(0, 2**20), bit=st.integers(0, 7))
def test_a_changed_bit_is_noticed(size: int, place: int, bit: int) -> None:
    packed = bytearray(seal(bytes(size)))
    packed[place % len(packed)] ^= 1 << bit
    with pytest.raises(errors.InvalidError):
        unseal(bytes(packed))


@given(size=st.sampled_from([0, 10, P, 2 * P, 2 * P + 5]), left=st.integers(0, 2**20))
@example(size=2 * P, left=len(sealed.MARK) + sealed.SALT + P + 16)
@example(size=0, left=len(sealed.MARK) + sealed.SALT)
def test_a_file_cut_short_is_noticed(size: int, left: int) -> None:
    packed = seal(bytes(size))
    with pytest.raises(errors.InvalidError):
        assert len(unseal(packed[: left % len(packed)])) < 0, "what is cut off must not look like an end"


def test_pieces_cannot_change_places() -> None:
    packed = seal(b"a" * P + b"b" * P + b"c")
    head = len(sealed.MARK) + sealed.SALT
    first, second, rest = (
        packed[head : head + P + 16],
        packed[head + P + 16 : head + 2 * P + 32],
        packed[head + 2 * P + 32 :],
    )
    with pytest.raises(errors.InvalidError):
        unseal(packed[:head] + second + first + rest)


def test_a_passphrase_gives_one_key_for_each_salt() -> None:
    key = sealed.derive("correct horse battery staple", b"s" * 16)
    assert key == sealed.derive("correct horse battery staple", b"s" * 16)
    assert len({key, sealed.derive("correct horse battery staplf", b"s" * 16), sealed.derive("x", b"t" * 16)}) == 3


def test_a_signature_is_of_one_text_and_one_key() -> None:
    signature = sealed.sign(KEY, b"manifest")
    assert signature == sealed.sign(KEY, b"manifest")
    assert signature not in {sealed.sign(KEY, b"manifesu"), sealed.sign(bytes(32), b"manifest")}
