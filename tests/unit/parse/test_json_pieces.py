from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import json_pieces

HOLDER: dict[str, object] = {
    "text": "a",
    "number": 1.5,
    "truth": True,
    "nothing": None,
    "list": ["a", "", None, 2, {"b": 1}, ["c"]],
    "object": {"one": "1", "two": ["2", "3"], "none": None, "deep": {"x": 1}},
}


class Frame(msgspec.Struct):
    tests: list[msgspec.Raw] = []


def pieces(data: bytes) -> list[tuple[bytes, tuple[int | None, int | None]]]:
    frame, places = json_pieces.read(data, Frame, [])
    return [(bytes(test), places.find(bytes(test))) for test in frame.tests]


@given(st.lists(st.sampled_from([b'{"a":1}', b"{ }", b'"{ }"', b"1", b"11", b'[1, {"b": "\xc3\xa9"}]']), max_size=8))
def test_every_piece_stands_where_it_is_found(parts: list[bytes]) -> None:
    data = b'{"tests" : [ ' + b" , ".join(parts) + b' ], "more": 1}'
    last = 0
    for piece, (start, end) in pieces(data):
        assert start is not None
        assert end is not None
        assert data[start:end] == piece
        assert start >= last
        last = end


def test_a_byte_order_mark_is_counted() -> None:
    assert pieces(b'\xef\xbb\xbf{"tests":[{}]}') == [(b"{}", (13, 15))]


@pytest.mark.parametrize("data", ['{"tests":[{"a":1}]}'.encode("utf-16"), b'{"tests":[{"a":1}], "x": NaN}'])
def test_a_text_that_had_to_be_rewritten_has_no_places(data: bytes) -> None:
    assert [(msgspec.json.decode(piece), place) for piece, place in pieces(data)] == [({"a": 1}, (None, None))]


def test_what_is_not_utf8_is_read_with_a_warning() -> None:
    warnings: list[raw.ReportWarning] = []
    frame, _ = json_pieces.read(b'{"tests":["\xff"], "x": "\t"}', Frame, warnings)
    assert [msgspec.json.decode(test) for test in frame.tests] == ["\ufffd"]
    assert [warning.code for warning in warnings] == ["text-not-utf8"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"tests": [', "report-truncated"),
        (b'{"tests": [}', "json-malformed"),
        (b"[]", "report-shape"),
        (b'{"tests": 1}', "report-shape"),
        (b'{"tests": 1, "x": NaN}', "report-shape"),
        (b'{"tests": ' + b"[" * 5000, "json-malformed"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        json_pieces.read(data, Frame, [])
    assert caught.value.code == code
    assert caught.value.hint


def test_a_piece_that_is_no_object_is_an_empty_one() -> None:
    assert json_pieces.piece(b"[1]", []) == {}
    assert json_pieces.piece(b'{"a": "\\u0000b"}', []) == {"a": "b"}


def test_members_are_read_as_what_is_wanted_or_not_at_all() -> None:
    assert [json_pieces.text(HOLDER, key) for key in ("text", "number", "truth", "list", "x")] == [
        "a",
        "1.5",
        "",
        "",
        "",
    ]
    assert [json_pieces.number(HOLDER, key) for key in ("number", "truth", "text")] == [1.5, None, None]
    assert json_pieces.members(HOLDER, "list") == json_pieces.members(HOLDER, "x") == {}
    assert json_pieces.objects(HOLDER, "list") == [{"b": 1}]
    assert json_pieces.objects(HOLDER, "x") == []
    assert json_pieces.texts(HOLDER, "list") == ("a", "2")
    assert json_pieces.pairs(HOLDER, "object") == [("one", "1"), ("two", "2"), ("two", "3")]


@pytest.mark.parametrize(("value", "whole"), [(3, 3), (3.9, 3), (0, None), (-1, None), (2**31, None), ("3", None)])
def test_whole_numbers_fit_a_database(value: object, whole: int | None) -> None:
    assert json_pieces.whole({"line": value}, "line") == whole


def test_no_duration_is_negative() -> None:
    assert [json_pieces.duration(value) for value in (None, -5, 7.5)] == [None, 0.0, 7.5]


def test_warnings_are_kept_once() -> None:
    one, two = raw.ReportWarning("a", "b"), raw.ReportWarning("a", "c")
    assert json_pieces.distinct([one, two, one]) == [one, two]
