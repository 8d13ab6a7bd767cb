from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.ingest import allure_folder
from testflux.ingest.archive import Member

OWN = "0f5a9c9e-5d1f-4b7e-8f6a-2f8f5f0c1d2e"


@pytest.mark.parametrize(
    ("name", "is_allure", "expected"),
    [
        ("a/1-result.json", True, True),
        ("1-container.json", True, True),
        ("a/1-result.json", False, False),
        (f"a/{OWN}-result.json", False, True),
        (f"{OWN}-container.json", False, True),
        (f"{OWN}-attachment.json", True, False),
        ("results.jsonl", True, False),
    ],
)
def test_a_piece_is_told_by_what_it_says_and_its_name(name: str, *, is_allure: bool, expected: bool) -> None:
    assert allure_folder.is_piece(name, is_allure=is_allure) is expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a/1-attachment.png", True), ("1-attachment", True), ("my-attachments/page.html", False)]
)
def test_an_attachment_is_told_by_its_own_name(name: str, *, expected: bool) -> None:
    assert allure_folder.is_attachment(name) is expected


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=50)), st.integers(1, 70))
def test_lines_come_out_whole_however_they_are_read(texts: list[str], size: int) -> None:
    with allure_folder.Gathered() as gathered:
        for number, text in enumerate(texts):
            gathered.add(Member(f"{number:04}-result.json", io.BytesIO(f"not json {text}".encode())))
        for member in gathered.members():
            content = b""
            while part := member.stream.read(size):
                assert len(part) <= size
                content += part
            assert content.count(b"\n") == len(texts)
            assert content.startswith(b"not json ")


def test_a_mark_at_the_beginning_is_dropped_and_one_line_made() -> None:
    with allure_folder.Gathered() as gathered:
        gathered.add(Member("1-result.json", io.BytesIO(b'\xef\xbb\xbf{\n "a": [1,\n 2]\n}\n')))
        (member,) = gathered.members()
        assert member.stream.read(100) == b'{"a":[1,2]}\n'


def test_a_result_beyond_all_measure_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allure_folder, "_LONGEST", 5)
    with allure_folder.Gathered() as gathered:
        gathered.add(Member("1-result.json", io.BytesIO(b"[1,2,3]")))
        (member,) = gathered.members()
        assert member.stream.read(100) == b"[1,2,\n"
