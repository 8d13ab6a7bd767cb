"""The fast way and the strict one agree: on made-up documents, cut and changed anywhere, in pieces of any size."""

from __future__ import annotations

import io
import time
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import blocks, junit, junit_result, junit_runs

FIXTURES = Path(__file__).parents[2] / "reports" / "junit"
CONTENTS = [path.read_bytes() for path in sorted(FIXTURES.glob("*.xml"))]
WORDS = st.sampled_from(
    [
        "a", "", "shop.Basket", "Basket", "ü€🤖", "a &amp; b", "&lt;x&gt;", " padded ", "&#10;", "&#x41;", "&#127;",
        "*HTML* <", "Failed", "a\tb", "a\nb", "]]&gt;", "\u00a0", "&#0;", "&#xD800;", "\x0b", "\x7f",
    ]
)  # fmt: skip
VALUES = WORDS.map(lambda text: text.replace("<", "&lt;"))
TEXTS = st.one_of(
    VALUES,
    st.sampled_from(
        [
            "<![CDATA[a ]] b ]]>",
            "x <![CDATA[<testcase name='y'/>]]> &amp;",
            "<!-- c -->",
            "]]",
            "a\r\nb",
            "a\rb",
            "<![CDATA[a\r\nb\r]]>",
            "&am<![CDATA[]]>p;",
            "]]<![CDATA[]]>&gt;",
            "<![CDATA[<![CDATA[&nbsp;]]>",
            "<?pi?>",
            "<b/>",
        ]
    ),
)
TIMES = st.sampled_from(
    ["0.001", "1", "", "0.", "1,5", "1,234.5", "-1", "1e-3", "nan", "0.25 ", "99999999999999999999"]
)
ATTRIBUTES = ("classname", "name", "time", "file", "line", "status", "result", "timestamp", "assertions", "class")


NAMES = st.one_of(st.sampled_from(["one", "two", "one", " padded", "padded ", "the Basket", "a"]), VALUES)
CLASSES = st.one_of(st.sampled_from(["Basket", "Basket", "a", ""]), VALUES)
LAYOUTS = st.sampled_from([ATTRIBUTES[:3], ATTRIBUTES[:3], ATTRIBUTES[:5], ATTRIBUTES[1:3], ATTRIBUTES[:7], ATTRIBUTES])
BETWEEN = st.sampled_from(
    [
        "", "", "<properties/>", "<!-- <testcase classname='d' name='c' time='1'/> -->",
        '<![CDATA[ <testcase classname="d" name="c" time="1"/> ]]>',
        '<system-out>x <testcase classname="d" name="c" time="1"/></system-out>',
        '<odd><testcase classname="d" name="c" time="1"/></odd>',
    ]
)  # fmt: skip


def write_attributes(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    values = {
        "classname": draw(CLASSES),
        "name": draw(NAMES),
        "time": draw(TIMES) if draw(st.booleans()) else "0.5",
        "line": draw(st.sampled_from(["7", "7", "", "x"])),
        "status": draw(st.sampled_from(["run", "run", "notrun", "failed"])),
        "result": "completed",
        "timestamp": draw(st.sampled_from(["2026-03-14T09:15:30", "then"])),
        "file": draw(st.sampled_from(["a.py", "a.py", "b&amp;ü.py", ""])),
    }
    return " ".join(f'{name}="{values.get(name, "x")}"' for name in names)


@st.composite
def write_child(draw: st.DrawFn) -> str:
    tag = draw(
        st.sampled_from(["failure", "error", "skipped", "system-out", "system-err", "properties", "rerunFailure"])
    )
    if tag == "properties":
        name = draw(st.sampled_from(["owner", "tags", "Label", "cmake_labels"]))
        return f'<properties><property name="{name}" value="{draw(VALUES)}"/></properties>'
    attributes = draw(st.sampled_from(["", f' message="{draw(VALUES)}"', f' type="x" message="{draw(VALUES)}"']))
    return f"<{tag}{attributes}/>" if draw(st.booleans()) else f"<{tag}{attributes}>{draw(TEXTS)}</{tag}>"


@st.composite
def write_case(draw: st.DrawFn, names: tuple[str, ...], space: str) -> str:
    children = draw(st.lists(write_child(), max_size=2))
    head = f"<testcase {write_attributes(draw, names)}"
    if not children:
        return f"{head}{draw(st.sampled_from(['/>', ' />', f'>{space}</testcase>']))}{space}"
    return f"{head}>{space}{space.join(children)}{space}</testcase>{space}"


@st.composite
def write_document(draw: st.DrawFn) -> bytes:
    case = write_case(draw(LAYOUTS), draw(st.sampled_from(["", "\n", "  \r\n\t"])))
    inner = ""
    for _ in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from(["pytest", "shop", "shop.Basket", "a-20260314091530"]))
        cases = draw(st.lists(case, min_size=1, max_size=5))
        inner += f'<testsuite name="{name}">{draw(BETWEEN).join(cases)}</testsuite>'
    root = draw(
        st.sampled_from(['name="x"', 'name="pytest tests"', 'name="AllTests" disabled="0"', 'id="" name="" time="1"'])
    )
    return f"<testsuites {root}>{inner}</testsuites>".encode()


PIECES = [
    b"", b'"', b"<", b">", b"&", b"/", b" ", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"\xff", b"\x00", b"</testsuite>",
    b"<testcase>", b"<testcase ", b"\xef\xbb\xbf", b"\xc3", b"<!DOCTYPE a>", b'<?xml version="1.0" encoding="cp1252"?>',
]  # fmt: skip


class Dribble:
    """A stream that hands out its bytes in pieces of one size."""

    def __init__(self, data: bytes, size: int) -> None:
        self._rest = io.BytesIO(data)
        self._size = size

    def read(self, size: int, /) -> bytes:
        return self._rest.read(min(size, self._size))


def outcome(data: bytes, *, strictly: bool, size: int = 10**9) -> raw.RawReport | tuple[str, int | None, int | None]:
    read = junit.parse_strictly if strictly else junit.parse
    try:
        return read(Dribble(data, size))
    except errors.ReportError as error:
        return error.code, error.line, error.byte


def check_both_ways(data: bytes, block: int = 4 * blocks.SIZE, size: int = 10**9) -> None:
    wanted = outcome(data, strictly=True)
    with mock.patch.multiple(junit_runs, _BLOCK=block, _SHORTEST_REACH=block // 4):
        assert outcome(data, strictly=False, size=size) == wanted


@given(write_document(), st.integers(64, 400), st.integers(1, 300))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_ways_agree_on_made_up_documents(data: bytes, block: int, size: int) -> None:
    check_both_ways(data, block, size)


@given(st.sampled_from(CONTENTS) | write_document(), st.integers(64, 400), st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
def test_both_ways_agree_on_damaged_documents(data: bytes, block: int, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.sampled_from([start, start + 1, start + 7, len(data)]))
    put = draw.draw(st.sampled_from(PIECES))
    check_both_ways(data[:start] + put + data[end:], block)


@pytest.mark.parametrize("data", CONTENTS)
@pytest.mark.parametrize("block", [64, 97, 256, 4 * blocks.SIZE])
def test_both_ways_agree_on_every_fixture(data: bytes, block: int) -> None:
    check_both_ways(data, block)


@pytest.mark.parametrize(
    "between",
    [
        "<!-- {case} -->", "<![CDATA[ {case} ]]>", "<system-out>{case}</system-out>", "<odd>{case}</odd>",
        "<?pi {case}?>", "<system-out><![CDATA[{case}]]></system-out>",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_case_is_none(between: str) -> None:
    case = '<testcase classname="a" name="b" time="1"/>'
    data = f"<testsuites>{case}{case}{between.format(case=case)}{case}</testsuites>".encode()
    check_both_ways(data)
    assert len(junit.parse(io.BytesIO(data)).tests) == 3


HEAD = '<testcase classname="a" name="b" time="1">'
ROBOT = '<testsuite name="r" tests="1" errors="0" failures="0" skipped="0" time="1">'


@pytest.mark.parametrize(
    "case",
    [
        '<testcase classname="a" name=" b" time="1"/>',
        '<testcase classname="a" name="x a" time="1"/>',
        '<testcase classname="a" name="a" time="1"/>',
        '<testcase classname="a" name="&#127;" time="1"/>',
        '<testcase classname="a" name="&#160;x" time="1"/>',
        '<testcase classname="a" name="b" name="b" time="1"/>',
        '<testcase classname="a" name="b&nbsp;" time="1"/>',
        HEAD + '<failure message="a" message="a"/></testcase>',
        HEAD + "<failure>]]></failure></testcase>",
        HEAD + '<failure message="*HTML* a"/></testcase>',
        HEAD + '<failure message="failed">a&#13;b<![CDATA[&lt;ü]]>c</failure></testcase>',
        HEAD + '<skipped/><error message="a"/></testcase>',
        HEAD + '<properties><property name="Tags" value="x"/></properties></testcase>',
        '<testcase classname="ä&amp;" name="ü&lt;" time="1"></testcase>',
    ],
)
def test_both_ways_agree_on_a_case_that_is_nearly_simple(case: str) -> None:
    simple = '<testcase classname="a" name="b" time="1"/>'
    check_both_ways(f"{ROBOT}{simple}{simple}{case}{simple}</testsuite>".encode())


def test_simple_cases_never_reach_expat() -> None:
    words = '<failure message="no &amp; no">&lt;<![CDATA[<x>]]></failure>'
    cases = [f'<testcase classname="a" name="{number}" time="1">{words}</testcase>\n' for number in range(1000)]
    data = ("<testsuites>" + "".join(cases) + "</testsuites>").encode()
    new_case = junit_result.Result.new_case
    with mock.patch.object(junit_result.Result, "new_case", autospec=True, side_effect=new_case) as slower:
        seen = junit.parse(io.BytesIO(data))
    assert slower.call_count == 1
    assert [test.name for test in seen.tests] == [str(number) for number in range(1000)]
    assert {(test.status, test.message) for test in seen.tests} == {(Status.FAILED, "no & no")}


@pytest.mark.parametrize(
    "odd", ['<testcase name="n" classname="a" time="1"/>', '<testcase classname="a" name="\x7f" time="1"/>']
)
@pytest.mark.parametrize("simple", [0, 1, 3])
def test_rare_simple_cases_cost_no_time(odd: str, simple: int) -> None:
    cases = odd + '<testcase classname="a" name="b" time="1"/>' * simple
    data = ("<testsuites>" + cases * (16_000 // (1 + simple)) + "</testsuites>").encode()
    start = time.process_time()
    junit.parse_strictly(io.BytesIO(data))
    strict = time.process_time() - start
    junit.parse(io.BytesIO(data))
    assert time.process_time() - start < 6 * strict
