from __future__ import annotations

import pytest

from testflux.model import steps
from testflux.parse import robot_steps_files


def files(*texts: str, is_html: bool = True) -> list[steps.NamedFile]:
    tree = tuple(steps.Step(kind="message", text=text, is_html=is_html) for text in texts)
    return list(robot_steps_files.list_files((steps.Step(kind="keyword", children=tree),)))


def test_files_are_named_once_and_in_order() -> None:
    shot = '<a href="shots/selenium-1.png"><img src="shots/selenium-1.png" width="800px"></a>'
    assert files(shot, "<VIDEO SRC=run.mp4>", shot) == [
        steps.NamedFile("shots/selenium-1.png", "selenium-1.png", "image/png"),
        steps.NamedFile("run.mp4", "run.mp4", "video/mp4"),
    ]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("a&amp;b.png", "a&b.png"),
        ("shot.png?t=1#x", "shot.png"),
        ("..\\shots\\1.png", "..\\shots\\1.png"),
        ("/abs/1.png", "/abs/1.png"),
        ("https://example.com/1.png", None),
        ("//example.com/1.png", None),
        ("data:image/png;base64,AAAA", None),
        ("javascript:alert(1)", None),
        ("#top", None),
        ("", None),
    ],
)
def test_only_files_that_came_along_count(path: str, kept: str | None) -> None:
    assert [file.path for file in files(f'<img alt="" src="{path}">')] == ([kept] if kept else [])


def test_plain_text_names_no_files() -> None:
    assert files('<img src="a.png">', is_html=False) == []


def test_a_failure_may_show_a_file_too() -> None:
    failed = steps.Step(kind="keyword", message="<img src='a.png'>", is_html=True)
    assert [file.path for file in robot_steps_files.list_files((failed,))] == ["a.png"]


def test_unclosed_tags_take_no_time() -> None:
    assert files("<a " * 200_000 + "<img src=") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('</td></tr><tr><td colspan="3"><img src="a">', '<img src="a">'),
        ("</td></tr><tr><td></td><td>", "</td><td>"),
        ("<table><tr><td></td></tr><tr><td></td></tr></table>", "<table><tr><td></td></tr><tr><td></td></tr></table>"),
    ],
)
def test_the_way_out_of_the_table_is_left_out(text: str, expected: str) -> None:
    assert robot_steps_files.strip_table(text) == expected
