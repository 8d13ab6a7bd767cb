from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import k6_scan

NAMES = st.sampled_from([b"", b"a", b"a\0", b"ab", b"seven77", b"eight888", b"nine99999", b"x" * 64])
TAILS = st.one_of(
    st.binary(max_size=20).map(lambda tail: tail.replace(b"\n", b"")),
    st.sampled_from([b"t" * size + end for size in (0, 7, 8, 9, 503, 511, 512, 600) for end in (b"", b"1", b"2")]),
)


def cut(lines: list[tuple[bytes, bytes]]) -> tuple[k6_scan.Scan, k6_scan.Offsets]:
    """Return lines of a name, a bar and a tail, and where their names end."""
    scan = k6_scan.Scan(b"".join(b"%b|%b\n" % line for line in lines))
    return scan, scan.find(scan.starts, b"|")


class Kept(dict[bytes, int]):
    """Numbers texts in the order they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[bytes] = []

    def __missing__(self, text: bytes) -> int:
        self.asked.append(text)
        return self.setdefault(text, len(self))


def number(texts: list[bytes]) -> tuple[list[int], list[bytes]]:
    """What Kept makes of texts one after the other."""
    kept = Kept()
    return [kept[text] for text in texts], kept.asked


@given(st.lists(st.tuples(NAMES.filter(lambda name: len(name) < 64), TAILS), min_size=1, max_size=60))
def test_parts_are_those_of_each_line(lines: list[tuple[bytes, bytes]]) -> None:
    scan, name_end = cut(lines)
    for starts, ends, wanted in (
        (scan.starts, name_end, [name for name, _ in lines]),
        (name_end + 1, scan.ends, [tail for _, tail in lines]),
    ):
        kept = Kept()
        found = scan.parts(starts, ends).numbers(kept)
        assert (found.tolist(), kept.asked) == number(wanted)
    assert scan.join(scan.starts, name_end) == b"".join(name + b"|" for name, _ in lines)


def test_parts_with_one_check_sum_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k6_scan, "_MIX", np.zeros(64, np.uint64))
    tails = [b"b", b"a", b"b", b"a", b"c" * 90]
    scan, name_end = cut([(b"", tail) for tail in tails])
    kept = Kept()
    assert scan.parts(name_end + 1, scan.ends).numbers(kept).tolist() == [0, 1, 0, 1, 2]
    assert kept.asked == [b"b", b"a", b"c" * 90]


def test_the_same_text_is_looked_up_once() -> None:
    scan, name_end = cut([(b"name", b"%d" % (number % 7)) for number in range(1000)])
    asked: list[bytes] = []

    class Asked(dict[bytes, int]):
        def __getitem__(self, text: bytes) -> int:
            asked.append(text)
            return len(text)

    assert scan.parts(scan.starts, name_end).numbers(Asked()).tolist() == [4] * 1000
    assert asked == [b"name"]


@pytest.mark.parametrize("before", [0, 1, 7, 8, 62, 63])
def test_a_byte_is_found_within_64(before: int) -> None:
    scan = k6_scan.Scan(b"%b||\n" % (b"x" * before) * 3)
    assert (scan.find(scan.starts, b"|") - scan.starts).tolist() == [before] * 3


@pytest.mark.parametrize("block", [b"x" * 64 + b"|\n", b"|\n\n" + b"x" * 70 + b"|\n", b"|\nx\n"])
def test_a_byte_that_is_missing_or_far_off_is_not_found(block: bytes) -> None:
    scan = k6_scan.Scan(block)
    with pytest.raises(ValueError, match="missing"):
        scan.find(scan.starts, b"|")


def test_what_must_stand_there_must_stand_in_every_line() -> None:
    scan = k6_scan.Scan(b"key=1\nkey=2\n")
    assert scan.after(scan.starts, b"key=").tolist() == [4, 10]
    for block in (b"key=1\nkee=2\n", b"key=1\nke\n"):
        other = k6_scan.Scan(block)
        with pytest.raises(ValueError, match="not as k6"):
            other.after(other.starts, b"key=")
