from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.kit.numbers import Numbers


def test_an_unknown_text_gets_the_next_number() -> None:
    numbers = Numbers()
    assert [numbers[text] for text in ("", "a", "b", "a", "")] == [0, 1, 2, 1, 0]
    assert numbers.texts == ["", "a", "b"]


@given(st.lists(st.text(max_size=3)))
def test_each_text_is_found_by_its_number_and_kept_once(texts: list[str]) -> None:
    numbers = Numbers()
    assert [numbers.texts[numbers[text]] for text in texts] == texts
    assert len(numbers.texts) == len({"", *texts}) == len(numbers)
