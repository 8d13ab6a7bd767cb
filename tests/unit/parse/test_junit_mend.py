from __future__ import annotations

import io
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import blocks, junit_mend

LATIN = b"<?xml version='1.0' encoding='iso-8859-1'?>"


def mend(data: bytes, size: int = blocks.SIZE) -> bytes:
    stream = junit_mend.Mended(io.BytesIO(data))
    return b"".join(iter(lambda: stream.read(size), b""))


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"<a>\x1b[31mred\x1b[0m</a>", b"<a>\x7f[31mred\x7f[0m</a>"),
        (b"<a>&#27;&#x1B;&#0;&#10;&#x9;</a>", b"<a>" + b"\x7f" * 15 + b"&#10;&#x9;</a>"),
        (b"<a>&#xD83D;&#65535;&#1114112;</a>", b"<a>" + b"\x7f" * 26 + b"</a>"),
        (b"<a>\xe4\xc3\xa4\xff</a>", b"<a>\x7f\xc3\xa4\x7f</a>"),
        (b"<a>\xef\xbf\xbe</a>", b"<a>\x7f\x7f\x7f</a>"),
        (b"<a>\xed\xa0\x80</a>", b"<a>\x7f\x7f\x7f</a>"),
        (LATIN + b"<a>\xe4\x01</a>", LATIN + b"<a>\xe4\x7f</a>"),
        ("<a>\u00e4\x01</a>".encode("utf-16"), "<a>\u00e4\x01</a>".encode("utf-16")),
        (b"", b""),
    ],
)  # fmt: skip
def test_what_no_xml_may_hold_is_filled(data: bytes, wanted: bytes) -> None:
    assert mend(data) == wanted


@given(st.binary(max_size=400), st.integers(1, 90))
def test_nothing_moves_and_the_sizes_of_reads_do_not_matter(data: bytes, size: int) -> None:
    head = b"<?xml version='1.0'?><a>"
    whole = mend(head + data)
    assert len(whole) == len(head + data)
    assert mend(head + data, size) == whole
    assert mend(whole) == whole


@given(st.lists(st.sampled_from(["a", "ü", "€", "🤖", "&#10;", "&#x1F916;", "&amp;", "&"]), max_size=90).map("".join))
def test_what_is_legal_stays_in_blocks_of_any_size(text: str) -> None:
    data = text.encode()
    stream = junit_mend.Mended(io.BytesIO(data))
    assert b"".join(iter(lambda: stream.read(64), b"")) == data
    assert stream.first_byte is None


@given(st.binary(max_size=200))
def test_what_comes_out_has_no_character_that_expat_refuses(data: bytes) -> None:
    text = mend(b"<a>" + data.replace(b"<", b"").replace(b"&", b"").replace(b"]", b"") + b"</a>")
    parser = expat.ParserCreate()
    assert parser.Parse(text, True) == 1


def test_the_place_of_the_first_one_is_known() -> None:
    stream = junit_mend.Mended(io.BytesIO(b"x" * 100 + b"\x00" + b"y" * 100 + b"\x01"))
    while stream.read(64):
        pass
    assert stream.first_byte == 100


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("plain", "plain"), ("\x7f[1;31mred\x7f[0m", "red"), ("\x7f\x7f\x7f\x7f\x7f[0mx", "x"), ("a\x7fb", "ab")],
)
def test_words_have_no_filler(text: str, wanted: str) -> None:
    assert junit_mend.words(text) == wanted
