from __future__ import annotations

import random
import struct
import zlib

from testflux.sample import picture


def chunks(content: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        found[name] = content[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + size)
        assert checksum == zlib.crc32(name + found[name])
        at += 12 + size
    return found


def test_it_is_a_png_of_the_size_it_says() -> None:
    content = picture.draw(random.Random(1))
    parts = chunks(content)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">II", parts[b"IHDR"][:8]) == (picture.WIDTH, picture.HEIGHT)
    rows = zlib.decompress(parts[b"IDAT"])
    assert len(rows) == picture.HEIGHT * (picture.WIDTH + 1)
    assert max(rows) < len(parts[b"PLTE"]) // 3


def test_every_page_is_another_one_and_small() -> None:
    pages = {picture.draw(random.Random(seed)) for seed in range(20)}
    assert len(pages) == 20
    assert max(map(len, pages)) < 2000
