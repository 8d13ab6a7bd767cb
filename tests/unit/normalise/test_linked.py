from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import linked


@pytest.mark.parametrize(
    ("wanted", "paths", "index"),
    [
        ("shot.png", ["shot.png"], 0),
        ("shots/shot-1.png", ["log.html", "out/shots/shot-1.png"], 1),
        ("./shots/../shots/shot%201.png?x#y", ["shots/shot 1.png"], 0),
        ("C:\\build\\out\\shot.png", ["shot.png"], 0),
        ("file:///home/ci/out/shot.png", ["out/shot.png"], 0),
        ("/home/ci/b/shot.png", ["a/shot.png", "b/shot.png"], 1),
        ("shot.png", ["a/shot.png", "b/shot.png"], None),
        ("shot.png", ["Shot.png", "shot.png.txt"], None),
        ("shot.png", [], None),
        ("", ["a"], None),
        ("..", ["a"], None),
        ("http://[bad/x", ["x"], None),
    ],
)
def test_the_path_that_agrees_furthest_from_its_end_is_meant(wanted: str, paths: list[str], index: int | None) -> None:
    assert linked.find(wanted, paths) == index


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://a.example/x.png", True),
        ("//a.example/x.png", True),
        ("HTTP://a.example", True),
        ("x/y.png", False),
        ("/x/y.png", False),
        ("file:///x.png", False),
    ],
)
def test_what_lies_on_another_server(source: str, expected: bool) -> None:  # noqa: FBT001  (what is expected)
    assert linked.is_elsewhere(source) is expected


def test_names() -> None:
    assert [linked.name_of(path) for path in ("a/b%20c.png?x", "https://a/", "")] == ["b c.png", "", ""]


@given(st.text(), st.lists(st.text()))
def test_any_path_can_be_asked_for(wanted: str, paths: list[str]) -> None:
    index = linked.find(wanted, paths)
    assert index is None or linked.name_of(wanted) == linked.name_of(paths[index])
