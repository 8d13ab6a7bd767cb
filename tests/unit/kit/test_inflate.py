from __future__ import annotations

import contextlib
import gzip
import io
import random
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors, inflate

Pack = Callable[[bytes], bytes]
PACKERS = [gzip.compress, zstandard.compress]
TIGHT = inflate.Limits(max_bytes=1_000_000, max_ratio=10, free_bytes=1000)


def unfold(packed: bytes, limits: inflate.Limits = TIGHT, size: int = 700) -> bytes:
    stream = inflate.inflate(io.BytesIO(packed), limits)
    parts: list[bytes] = []
    while part := stream.read(size):
        assert len(part) <= size
        parts.append(part)
    return b"".join(parts)


def drain(stream: inflate.Stream) -> None:
    while stream.read(65536):
        pass


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


@given(st.binary(max_size=3000), st.sampled_from([bytes, *PACKERS]), st.integers(1, 5000))
def test_what_was_packed_comes_out(content: bytes, pack: Pack, size: int) -> None:
    limits = inflate.Limits(max_ratio=10_000)
    packed = pack(content)
    if pack is bytes and inflate.is_compressed(content[:4]):
        return
    assert unfold(packed, limits, size) == content


@pytest.mark.parametrize("pack", PACKERS)
def test_several_parts_one_after_the_other_are_one_file(pack: Pack) -> None:
    assert unfold(pack(b"one ") + pack(b"") + pack(b"two")) == b"one two"


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_file_cut_off_is_named_so(pack: Pack, share: float) -> None:
    packed = pack(noise(300_000))
    with pytest.raises(errors.ReportError, match="ends too early") as caught:
        unfold(packed[: int(len(packed) * share)], size=65536)
    assert caught.value.code == "compression-damaged"
    assert caught.value.byte is not None


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress])
def test_a_damaged_file_is_named_so(pack: Pack) -> None:
    packed = bytearray(pack(noise(300_000)))
    packed[200_000:200_100] = bytes(100)
    packed[-8:] = bytes(8)
    with pytest.raises(errors.ReportError, match=r"damaged|too early"):
        unfold(bytes(packed), size=65536)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zstandard.compress(data, 19)])
def test_a_bomb_is_refused_by_its_ratio_long_before_it_unfolds(pack: Pack) -> None:
    stream = inflate.inflate(io.BytesIO(pack(bytes(50_000_000))), inflate.Limits(max_ratio=50, free_bytes=100_000))
    with pytest.raises(errors.TooLargeError) as caught:
        drain(stream)
    assert caught.value.code == "decompression-bomb"
    assert stream.size < 10_000_000


def test_a_small_file_may_unfold_as_far_as_it_likes() -> None:
    assert unfold(gzip.compress(bytes(900))) == bytes(900)


@pytest.mark.parametrize("pack", [bytes, *PACKERS])
def test_no_file_unfolds_past_the_limit(pack: Pack) -> None:
    limits = inflate.Limits(max_bytes=10_000, max_ratio=10**9)
    assert len(unfold(pack(noise(10_000)), limits)) == 10_000
    with pytest.raises(errors.TooLargeError, match="unfolds to more"):
        unfold(pack(noise(10_001)), limits)


def test_a_zstd_window_beyond_reason_is_refused() -> None:
    huge = zstandard.ZstdCompressionParameters.from_level(3, window_log=28)
    packed = zstandard.ZstdCompressor(compression_params=huge).compressobj()
    with pytest.raises(errors.ReportError, match="damaged"):
        unfold(packed.compress(noise(1000)) + packed.flush())


def test_compression_is_told_by_content() -> None:
    assert inflate.is_compressed(gzip.compress(b""))
    assert inflate.is_compressed(zstandard.compress(b""))
    assert not inflate.is_compressed(zlib.compress(b"x"))
    assert not inflate.is_compressed(b"<robot>")


@pytest.mark.parametrize("pack", PACKERS)
def test_a_file_cut_off_gives_all_that_it_holds_first(pack: Pack) -> None:
    content = b"".join(b"sample %d\n" % number for number in range(100_000))
    packed = pack(content)
    stream = inflate.inflate(io.BytesIO(packed[: len(packed) // 2]), inflate.Limits())
    parts: list[bytes] = []
    with contextlib.suppress(errors.ReportError):
        while part := stream.read(65536):
            parts.append(part)
    whole = b"".join(parts)
    expected = zlib.decompressobj(31).decompress(packed[: len(packed) // 2]) if pack is gzip.compress else content
    assert content.startswith(whole)
    assert len(whole) >= (len(expected) if pack is gzip.compress else len(content) // 3)


@pytest.mark.parametrize("pack", PACKERS)
def test_the_beginning_of_a_packed_file_is_read_from_its_beginning(pack: Pack) -> None:
    packed = pack(b"<robot>" + noise(300_000))
    assert inflate.begin(packed[:200_000], 1000) == (b"<robot>" + noise(300_000))[:1000]
    assert inflate.begin(packed[:5], 1000) == b""
    assert inflate.begin(b"<robot>", 3) == b"<ro"
    assert inflate.begin(pack(b"short"), 1000) == b"short"


@pytest.mark.parametrize(("pack", "expected"), [(bytes, False), (gzip.compress, True), (zstandard.compress, True)])
def test_a_packed_file_is_told_by_its_beginning(pack: Pack, *, expected: bool) -> None:
    file = io.BytesIO(pack(b"some text"))
    assert inflate.is_compressed_file(file) is expected
    assert file.tell() == 0


class Trickle:
    """A stream that cannot go back and hands out little at a time."""

    def __init__(self, content: bytes, most: int) -> None:
        self._content = io.BytesIO(content)
        self._most = most

    def read(self, size: int, /) -> bytes:
        return self._content.read(min(size, self._most))


@given(st.binary(max_size=3000), st.sampled_from([bytes, *PACKERS]), st.integers(1, 400), st.integers(1, 5000))
def test_a_stream_that_cannot_go_back_unfolds_as_a_file_does(content: bytes, pack: Pack, most: int, size: int) -> None:
    packed = pack(content)
    if pack is bytes and inflate.is_compressed(content[:4]):
        return
    stream = inflate.inflate_stream(Trickle(packed, most), inflate.Limits())
    parts: list[bytes] = []
    while part := stream.read(size):
        parts.append(part)
    assert b"".join(parts) == content


@pytest.mark.parametrize("pack", PACKERS)
def test_a_bomb_in_a_stream_is_refused(pack: Pack) -> None:
    with pytest.raises(errors.TooLargeError):
        drain(inflate.inflate_stream(Trickle(pack(bytes(500_000)), 100), TIGHT))
