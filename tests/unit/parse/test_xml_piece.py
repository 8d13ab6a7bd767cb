from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.parse import xml_piece


def test_a_piece_is_a_tree() -> None:
    root = xml_piece.read(b'<a x="1">t<b>1</b>u<b><c>2</c></b><b><c>3</c><c><![CDATA[<4>]]></c></b></a>')
    assert (root.tag, root.get("x"), root.get("y"), root.text) == ("a", "1", "", "tu")
    assert [node.text for node in root.find("b")] == ["1", "", ""]
    assert [node.text for node in root.find("b", "c")] == ["2", "3", "<4>"]
    assert root.text_of("b", "c") == "2\n3\n<4>"
    assert root.text_of("d") == ""


@pytest.mark.parametrize(
    ("piece", "code"),
    [
        (b"", "xml-malformed"),
        (b"<a>", "xml-malformed"),
        (b"<a/><b/>", "xml-malformed"),
        (b"<a>\xff</a>", "xml-malformed"),
        (b"<?xml version='1.0' encoding='x'?><a/>", "xml-malformed"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml-doctype"),
        (b"<a>" * 300 + b"</a>" * 300, "report-too-deep"),
    ],
)
def test_damage_is_told(piece: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        xml_piece.read(piece)
    assert caught.value.code == code
    assert caught.value.hint
