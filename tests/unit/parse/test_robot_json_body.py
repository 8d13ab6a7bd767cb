from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.parse import robot_json_body


def test_lists_under_a_repeated_key_are_joined() -> None:
    seen = robot_json_body.decode(b'{"body":[1],"name":"a","setup":{},"body":[2],"name":"b","body":[]}')
    assert seen == {"body": [1, 2], "name": "b", "setup": {}}


def test_what_robot_writes_and_strict_readers_refuse_is_read() -> None:
    assert robot_json_body.decode(b'{"a":NaN,"b":"\x01","c":"\xff"}') == {"a": None, "b": "\x01", "c": "\ufffd"}


@pytest.mark.parametrize(
    ("piece", "code", "byte"),
    [
        (b'{"name":"\xc3\xa4",}', "json-malformed", 13),
        (b"", "json-malformed", 0),
        (b'{"body":[' * 3000, "report-too-deep", None),
        (b"[" + b"9" * 5000 + b"]", "json-malformed", None),
    ],
)
def test_damage_is_said(piece: bytes, code: str, byte: int | None) -> None:
    with pytest.raises(errors.ReportError) as caught:
        robot_json_body.decode(piece)
    assert (caught.value.code, caught.value.byte) == (code, byte)
