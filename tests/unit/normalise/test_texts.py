from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import texts


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one</p>\n\n<p>two &amp; three</p>\n", "one\n\ntwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<hr>b", "a\n\nb"),
        ("<ul><li>x</li><li>y</li></ul>", "x\ny"),
        ("The <b>basket</b> is <span class='x'>empty</span>", "The basket is empty"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("<!-- note -->x", "x"),
        ("", ""),
    ],
)
def test_words_are_kept_and_tags_are_not(fragment: str, text: str) -> None:
    assert texts.plain(fragment) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one\ntwo <p> three ", "one\ntwo <p> three"),
        ("", ""),
    ],
)
def test_prose_comes_in_paragraphs_or_in_lines(written: str, text: str) -> None:
    assert texts.paragraphs(written) == text


@given(st.text(alphabet="<>/pbr &;\n a", max_size=80))
def test_any_text_becomes_text(fragment: str) -> None:
    plain = texts.plain(fragment)
    assert plain == plain.strip()
    assert "\n\n\n" not in plain
