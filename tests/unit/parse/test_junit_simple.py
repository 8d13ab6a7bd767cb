"""Runs of simple test cases: what is taken, where it stands, and when only the exact pattern may judge."""

from __future__ import annotations

import pytest

from testflux.parse import junit_simple

LAYOUT = junit_simple.layout(("classname", "name", "time"))
CASE = '<testcase classname="a" name="b" time="1"/>'
FAILED = '<testcase classname="a" name="b" time="1"><failure message="m">{}</failure></testcase>'


def read(text: str, *, is_exact: bool = False) -> junit_simple.Run | None:
    assert LAYOUT is not None
    return LAYOUT.read(text, 100, is_exact=is_exact)


def test_a_run_ends_where_something_else_begins() -> None:
    run = read(f"{CASE}\n  {CASE}{CASE}\n</testsuite>{CASE}")
    assert run is not None
    assert (run.starts, run.ends) == ([100, 146, 189], [143, 189, 232])
    assert run.size == 133
    assert run.columns["name"] == ["b"] * 3


def test_neighbours_share_a_number() -> None:
    run = read(CASE * 3)
    assert run is not None
    assert run.starts[1:] == run.ends[:-1] == [143, 186]


@pytest.mark.parametrize("text", ["", "</testsuite>", "<testcase/>", CASE[:-1]])
def test_where_no_case_begins_there_is_an_empty_run(text: str) -> None:
    run = read(text)
    assert run is not None
    assert (run.starts, run.ends, run.size) == ([], [], 0)


def test_the_child_that_decides_is_told() -> None:
    run = read(CASE + FAILED.format("a &lt; b") + "<testcase")
    assert run is not None
    assert [run.columns[name] for name in junit_simple.OUTCOME] == [
        [None, "failure"],
        [None, ' message="m"'],
        [None, "a &lt; b"],
    ]


@pytest.mark.parametrize(
    "case",
    [
        CASE.replace('"b"', '"b<"'),
        CASE.replace('"b"', '"&nbsp;"'),
        CASE.replace('"b"', '"b\n"'),
        CASE.replace('"b"', '"b\t"'),
        CASE.replace('"b"', '"b\x7f"'),
        FAILED.format("]]>"),
        FAILED.format("a\rb"),
        FAILED.format("&nbsp;"),
        FAILED.format("&am<![CDATA[]]>p;"),
    ],
)
def test_what_may_be_wrong_is_left_to_the_exact_pattern(case: str) -> None:
    assert read(CASE + case) is None
    run = read(CASE + case, is_exact=True)
    assert run is not None
    assert len(run.starts) in {1, 2}


@pytest.mark.parametrize(
    "text", ["<![CDATA[&nbsp; ]] > <b> ]]>", "a\r\nb", "]] >", "]]<![CDATA[]]>>", "&amp;&#10;&#x1F600;"]
)
def test_what_is_sound_needs_no_exact_pattern(text: str) -> None:
    run = read(FAILED.format(text))
    assert run is not None
    assert run.columns["text"] == [text]


@pytest.mark.parametrize("attributes", [(), ("classname",), ("name", "class"), ("name", "timestamp")])
def test_some_attributes_make_no_simple_case(attributes: tuple[str, ...]) -> None:
    assert junit_simple.layout(attributes) is None


def test_values_are_read_as_xml() -> None:
    written = ["a", "&lt;b&gt;", "&amp;lt;", "&#65;&#x42;&amp;", "é&quot;".encode().decode("latin-1")]
    assert junit_simple.values(written) == ["a", "<b>", "&lt;", "AB&", 'é"']
    assert junit_simple.values(["a", "é".encode().decode("latin-1")]) == ["a", "é"]
