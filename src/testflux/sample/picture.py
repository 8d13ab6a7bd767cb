"""Screenshots for the sample history: a page in broad strokes, with what went wrong in red."""

from __future__ import annotations

import random
import struct
import zlib

WIDTH, HEIGHT = 480, 300
_COLOURS = ((247, 248, 250), (36, 41, 56), (203, 208, 217), (226, 229, 235), (197, 48, 48), (255, 255, 255))
_PAPER, _BAR, _WORDS, _FIELD, _WRONG, _WHITE = range(len(_COLOURS))


def draw(numbers: random.Random) -> bytes:
    """Return a PNG of a page that shows an error; no two streams of numbers give the same page."""
    rows = [bytearray([_PAPER]) * WIDTH for _ in range(HEIGHT)]
    _fill(rows, 0, 0, WIDTH, 34, _BAR)
    _fill(rows, 14, 12, 70, 10, _WHITE)
    for place in range(3):
        _fill(rows, 300 + 58 * place, 13, numbers.randint(28, 44), 8, _WORDS)
    _fill(rows, 24, 52, WIDTH - 48, 30, _WRONG)
    _fill(rows, 36, 63, numbers.randint(150, 330), 8, _WHITE)
    top = 98
    while top < HEIGHT - 40:
        _fill(rows, 24, top, numbers.randint(120, 400), 8, _WORDS)
        if numbers.choice((True, False)):
            _fill(rows, 24, top + 14, 220, 20, _FIELD)
            top += 26
        top += 18
    return _png(rows)


def _fill(rows: list[bytearray], left: int, top: int, width: int, height: int, colour: int) -> None:
    for row in rows[top : top + height]:
        row[left : left + width] = bytes([colour]) * len(row[left : left + width])


def _png(rows: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"PLTE", bytes(sum(_COLOURS, ()))), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
