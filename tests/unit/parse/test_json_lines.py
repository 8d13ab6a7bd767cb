from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import blocks, json_lines


def read(data: bytes) -> list[tuple[int, int, bytes]]:
    return [(line.number, line.start, line.data) for line in json_lines.lines(io.BytesIO(data))]


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"", []),
        (b"\n \r\n\t\n", []),
        (b"{}", [(1, 0, b"{}")]),
        (b"{}\n[]\n", [(1, 0, b"{}"), (2, 3, b"[]")]),
        (b"{}\r\n\r\n  [] \r\n", [(1, 0, b"{}"), (3, 8, b"[]")]),
        (b"\xef\xbb\xbf{}\n1", [(1, 3, b"{}"), (2, 6, b"1")]),
        (b'{"a":\r1}\n2', [(1, 0, b'{"a":\r1}'), (2, 9, b"2")]),
    ],
)
def test_lines_know_their_place(data: bytes, seen: list[tuple[int, int, bytes]]) -> None:
    assert read(data) == seen


@given(st.lists(st.sampled_from([b"{}", b"\n", b"\r", b" ", b"\xef\xbb\xbf", b'"a"', b"\x0b", b"\x85"]), max_size=30))
def test_every_line_stands_where_it_says(parts: list[bytes]) -> None:
    data = b"".join(parts)
    for line in json_lines.lines(io.BytesIO(data)):
        assert data[line.start : line.end] == line.data
        assert data.count(b"\n", 0, line.start) == line.number - 1
        assert b"\n" not in line.data
        assert line.data


def test_a_line_may_be_longer_than_a_block() -> None:
    long = b'"' + b"x" * (2 * blocks.SIZE) + b'"'
    assert read(b"1\n" + long + b"\n2\n") == [(1, 0, b"1"), (2, 2, long), (3, len(long) + 3, b"2")]
