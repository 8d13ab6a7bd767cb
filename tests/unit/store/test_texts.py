from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from testflux.store import texts

lines = some.text(some.characters(exclude_characters="\n"), max_size=8) | some.sampled_from(["x" * 700, "y" * 2000])


@given(some.dictionaries(some.integers(0, 60), lines))
def test_packed_lines_are_those_of_their_numbers(given: dict[int, str]) -> None:
    rows = list(texts.pack(sorted(given.items())))
    assert {first + place: line for first, row in rows for place, line in enumerate(row.split("\n"))} == given
    assert all(len(row) <= 1500 or "\n" not in row for _, row in rows)


def test_neighbours_are_in_one_row() -> None:
    assert list(texts.pack([(3, "a"), (4, "b"), (6, "c")])) == [(3, "a\nb"), (6, "c")]
