from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.parse import k6_lines


class Broken:
    """A stream that ends in an error."""

    def __init__(self, data: bytes, code: str) -> None:
        self._rest = io.BytesIO(data)
        self._code = code

    def read(self, size: int, /) -> bytes:
        data = self._rest.read(min(size, 7))
        if not data:
            raise errors.ReportError("The compressed file ends too early.", code=self._code)
        return data


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.booleans())
def test_lines_come_whole(lines: list[bytes], ends: bool) -> None:  # noqa: FBT001
    data = b"\n".join(lines) + (b"\n" if ends else b"")
    reading = k6_lines.Lines(io.BytesIO(data))
    found = list(reading.blocks())
    assert all(block.endswith(b"\n") for block in found)
    assert b"".join(found) + reading.rest == data


def test_blocks_join_what_reads_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k6_lines, "SIZE", 4)
    reading = k6_lines.Lines(io.BytesIO(b"abcdefghij\nk\nl\nmnopqr"))
    assert list(reading.blocks()) == [b"abcdefghij\n", b"k\nl\n"]
    assert reading.rest == b"mnopqr"


def test_damage_ends_the_file() -> None:
    reading = k6_lines.Lines(Broken(b"a\nb\nhalf a li", "compression-damaged"))
    assert list(reading.blocks()) == [b"a\nb\n"]
    assert reading.rest == b"half a li"
    assert reading.damage is not None


def test_other_errors_are_somebody_elses() -> None:
    with pytest.raises(errors.ReportError):
        list(k6_lines.Lines(Broken(b"a\n", "other")).blocks())


def test_a_line_without_an_end_is_given_up_and_counted() -> None:
    reading = k6_lines.Lines(io.BytesIO(b"a\n" + b"x" * 3_000_000 + b"\nb\n"))
    assert b"".join(reading.blocks()).replace(b"x", b"") == b"a\nb\n"
    assert (reading.overlong, reading.rest) == (1, b"")
    reading = k6_lines.Lines(io.BytesIO(b"a\n" + b"x" * 3_000_000))
    assert b"".join(reading.blocks()) == b"a\n"
    assert (reading.overlong, reading.rest) == (1, b"")


def test_lines_that_cannot_be_read_together_are_read_alone() -> None:
    seen: list[bytes] = []

    def together(block: bytes) -> None:
        if b"odd" in block:
            raise k6_lines.IrregularError
        seen.append(block)

    def alone(line: bytes) -> bool:
        seen.append(line + b"\n")
        return b"very" not in line

    even = b"%b\n" % b"even" * 20_000
    long = b"x" * 40_000 + b"\n"
    block = even + b"odd\nvery odd\n" + long + even + b"very odd\n"
    assert k6_lines.read(block, together, alone) == [20_001, 40_003]
    assert b"".join(seen) == block
    assert len(seen) < 10_000
    seen.clear()
    assert k6_lines.read(even, together, alone) == []
    assert seen == [even]
    assert k6_lines.read(b"", together, alone) == []
