from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from testflux.store import adaptation

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)
JSON = st.recursive(
    ANY_TEXT | st.integers() | st.none(), lambda inner: st.dictionaries(ANY_TEXT, inner) | st.lists(inner)
)


@given(ANY_TEXT)
def test_any_text_becomes_storable(text: str) -> None:
    clean = adaptation.storable(text)
    assert "\0" not in clean
    assert len(clean) == len(text)
    clean.encode()  # raises for half a surrogate pair


def test_sound_text_stays_as_it_is() -> None:
    assert adaptation.storable("tschüß 👋 \\u0000") == "tschüß 👋 \\u0000"


def test_json_keeps_what_only_looks_like_nul() -> None:
    assert adaptation.dump_json({"a": "\\u0000"}) == b'{"a":"\\\\u0000"}'


def test_nul_and_halves_of_pairs_are_replaced_in_keys_and_values() -> None:
    assert msgspec.json.decode(adaptation.dump_json({"a\0": ["b\0", "\ud800"]})) == {"a�": ["b�", "�"]}
    assert adaptation.dump_json(("a\0",)) == '["a�"]'.encode()


@given(JSON)
def test_any_json_can_be_dumped(value: object) -> None:
    assert b"\\u0000" not in adaptation.dump_json(value).replace(b"\\\\", b"")
