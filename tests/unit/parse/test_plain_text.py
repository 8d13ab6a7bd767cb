from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("no colours", "no colours"),
        ("\x1b[31mred\x1b[39m", "red"),
        ("\x1b[1;38;5;9mbold\x1b[0m \x1b[2K", "bold "),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x07", "link"),
        ("a [31m b", "a [31m b"),
    ],
)
def test_colours_are_taken_out(text: str, plain: str) -> None:
    assert plain_text.plain(text) == plain


@given(st.text(alphabet="\x1b[]0m31;A\x07\\ x", max_size=40))
def test_nothing_is_added(text: str) -> None:
    assert len(plain_text.plain(text)) <= len(text)
    assert set(plain_text.plain(text)) <= set(text)


@pytest.mark.parametrize(("text", "line"), [("", ""), (" \n\t", ""), ("\n  a \nb", "a"), ("a", "a")])
def test_the_first_line_says_something(text: str, line: str) -> None:
    assert plain_text.first_line(text) == line
