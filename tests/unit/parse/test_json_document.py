from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import json_document

Documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def decode(data: bytes) -> object:
    return json_document.decode(data, [])


def refuse(data: bytes) -> errors.ReportError:
    with pytest.raises(errors.ReportError) as caught:
        decode(data)
    return caught.value


@given(Documents)
def test_sound_json_is_read_as_it_is(document: object) -> None:
    data = json.dumps(document).encode()
    if b"\\u0000" not in data and b"\\ud" not in data:
        assert decode(data) == document


@given(Documents, st.sampled_from(["utf-8-sig", "utf-16"]))
def test_a_byte_order_mark_changes_nothing(document: object, encoding: str) -> None:
    text = json.dumps(document)
    assert decode(text.encode(encoding)) == decode(text.encode())


def test_what_no_database_takes_is_taken_out() -> None:
    assert decode(rb'{"a\u0000b": ["x\u0000y", "\ud800z", "\ud83d\ude00"]}') == {"ab": ["xy", "\ufffdz", "😀"]}
    assert decode(b'{"a": NaN, "b": [Infinity, "\x01"]}') == {"a": None, "b": [None, "\x01"]}


def test_bytes_that_are_not_utf8_are_replaced_and_warned_about() -> None:
    warnings: list[raw.ReportWarning] = []
    assert json_document.decode(b'{"a": "caf\xe9"}', warnings) == {"a": "caf\ufffd"}
    assert [warning.code for warning in warnings] == ["text-not-utf8"]


def test_a_replacement_character_of_the_tool_is_no_warning() -> None:
    warnings: list[raw.ReportWarning] = []
    json_document.decode('{"a": "\ufffd", "b": "\x01"}'.encode(), warnings)
    assert warnings == []


def test_malformed_json_says_where() -> None:
    error = refuse(b'{\n "a": "\xc3\xa9\xc3\xa9", 1}')
    assert (error.code, error.line, error.column, error.byte) == ("json-malformed", 2, 13, 16)
    assert "line 2, column 13" in error.message


def test_the_byte_counts_from_the_start_of_the_file() -> None:
    assert refuse(b"\xef\xbb\xbf{]").byte == 4
    assert refuse("{]".encode("utf-16")).byte is None


@pytest.mark.parametrize("data", [b'{"a": [1, 2', b'{"a": "b', b'{"a"', b"{", b'{"a": "\xc3'])
def test_json_that_breaks_off_says_so(data: bytes) -> None:
    error = refuse(data)
    assert (error.code, error.byte) == ("report-truncated", len(data))


@pytest.mark.parametrize("data", [b"[" * 100_000, b"1" * 5000, b'{"a": ' * 100_000, b"[1,]", b"", b"tru", b"{} {}"])
def test_anything_else_is_refused_too(data: bytes) -> None:
    assert refuse(data).code in {"json-malformed", "report-truncated"}


def test_numbers_are_finite_or_nothing() -> None:
    assert json_document.as_number(1) == 1.0
    assert json_document.as_number(0.5) == 0.5
    for value in (True, None, "1", 10**400, float("inf"), float("nan"), [], {}):
        assert json_document.as_number(value) is None


def test_counts_fit_a_database() -> None:
    assert [json_document.as_count(value) for value in (3.9, -1, None, 1e300, "7")] == [3, 0, 0, 2**53, 0]


def test_a_list_of_one_may_be_the_thing_itself() -> None:
    assert json_document.as_list([1, 2]) == [1, 2]
    assert json_document.as_list({"a": 1}) == [{"a": 1}]
    assert json_document.as_list(None) == []
    assert json_document.as_list("") == []


def test_texts_and_objects_come_from_their_own_kind_only() -> None:
    assert [json_document.as_text(value) for value in ("a", 10021, 1.5, None, True, [], {})] == [
        "a",
        "10021",
        "1.5",
        *[""] * 4,
    ]
    assert json_document.as_object([1]) == {}
    assert json_document.as_object({"a": 1}) == {"a": 1}
    assert json_document.is_object({}) is True
    assert json_document.is_object([]) is False
