from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.serve import paging
from testflux.serve.paging import Page

NUMBERS = st.integers(min_value=-(2**62), max_value=2**62)


@given(st.text(), NUMBERS)
def test_a_place_comes_back_as_it_was(text: str, number: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    cursor = paging.place(text, number)
    assert Page(10, cursor).after(tuple[str, int]) == (text, number)


def test_a_moment_comes_back_as_it_was() -> None:
    moment = datetime(2026, 11, 22, 17, 4, 5, 123456, tzinfo=UTC)
    assert Page(10, paging.place(moment, 3)).after(tuple[datetime, int]) == (moment, 3)


def test_the_first_page_is_after_nothing() -> None:
    assert Page(10, None).after(tuple[str]) is None
    assert Page(10, None).offset == 0


@given(st.text(max_size=60))
def test_whatever_is_no_cursor_is_refused(text: str) -> None:
    with contextlib.suppress(errors.InvalidError):
        assert isinstance(Page(10, text).after(tuple[datetime, int]), tuple)


def test_a_refused_cursor_names_its_field() -> None:
    with pytest.raises(errors.InvalidError) as raised:
        Page(10, "ä").after(tuple[str])
    assert raised.value.field == "cursor"


@pytest.mark.parametrize("values", [("x",), (1, 2), (None,), (2**63,)])
def test_the_cursor_of_another_list_is_refused(values: tuple[object, ...]) -> None:
    with pytest.raises(errors.InvalidError):
        Page(10, paging.place(*values)).after(tuple[paging.Number])


def test_a_cursor_is_opaque_in_an_address() -> None:
    cursor = paging.place("ä/?&", 1)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?")
    assert base64.urlsafe_b64decode(cursor + "==")


def test_counting_pages() -> None:
    assert paging.next_offset(Page(10, None), 11) == paging.place(10)
    assert paging.next_offset(Page(10, paging.place(10)), 11) == paging.place(20)
    assert paging.next_offset(Page(10, None), 10) is None
    assert Page(10, paging.place(-5)).offset == 0


def test_cutting_what_was_read_one_longer() -> None:
    assert paging.cut([1, 2, 3], 2) == ([1, 2], True)
    assert paging.cut([1, 2], 2) == ([1, 2], False)
