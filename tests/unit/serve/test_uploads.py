from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.serve import uploads


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("output.xml", "output.xml"),
        ("out/shots/1.png", "out/shots/1.png"),
        ("../../etc/passwd", "etc/passwd"),
        ("/out//./output.xml", "out/output.xml"),
        ("out\\shots\\1.png", "out/shots/1.png"),
        ("", ""),
        ("a/" * 400 + "x.xml", "a/" * 247 + "x.xml"),
    ],
)
def test_a_path_stays_inside_of_what_was_sent(name: str, path: str) -> None:
    assert uploads.path_of(name) == path


@given(st.text(alphabet="./\\ab"))
def test_no_path_leads_out(name: str) -> None:
    path = uploads.path_of(name)
    assert not path.startswith("/")
    assert ".." not in path.split("/")
