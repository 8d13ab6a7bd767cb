from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import robot, robot_fast, robot_result, xml_events

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<robot generator="Robot 7.5 (Python 3.11.7 on linux)">\n'
KW = (
    '<kw name="K" owner="L">\n<msg time="2026-01-02T03:04:05" level="INFO">a\nb</msg>\n<status status="PASS"/>\n</kw>\n'
)
AFTER = '<doc>d</doc>\n<tag>one</tag>\n<tag>two</tag>\n<timeout value="1 s"/>\n'
STATUS = '<status status="FAIL" start="2026-01-02T03:04:05.000006" elapsed="1.5">why</status>\n'
TEST = f'<test id="s1-t1" name="T" line="3">\n{KW}{AFTER}{STATUS}</test>\n'


def wrap(tests: str, head: str = HEAD) -> bytes:
    return f'{head}<suite name="S">\n{tests}<status status="FAIL"/>\n</suite>\n</robot>\n'.encode()


def read_whole(data: bytes) -> raw.RawReport:
    """Read without any scan: what the fast way has to agree with."""
    result = robot_result.Result()
    xml_events.Reader(robot.ELEMENTS, result, result.report.warnings).read(io.BytesIO(data))
    return result.finish()


@pytest.fixture
def stepped_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what was not given to the parser, in the order in which it was not."""
    sizes: list[int] = []
    skip = xml_events.Reader[robot_result.Result].skip

    def note(reader: xml_events.Reader[robot_result.Result], size: int, lines: int) -> None:
        sizes.append(size)
        skip(reader, size, lines)

    monkeypatch.setattr(xml_events.Reader, "skip", note)
    return sizes


def test_bodies_are_stepped_over_and_nothing_else_is(stepped_over: list[int]) -> None:
    data = wrap(TEST * 3)
    seen = robot.parse(io.BytesIO(data))
    assert stepped_over == [len(KW)] * 3
    assert seen == read_whole(data)
    assert [test.tags for test in seen.tests] == [("one", "two")] * 3
    assert [data[test.byte_start : test.byte_end] for test in seen.tests] == [TEST.rstrip().encode()] * 3


OLD = '<tags>\n<tag>one</tag>\n</tags>\n<timeout value="1">\n</timeout>\n' + STATUS


@pytest.mark.parametrize(
    ("test", "bodies"),
    [
        (f"<test name='T'>\n{KW}{KW}{STATUS}</test>\n", [2 * len(KW)]),
        (f'<test name="T">\n{KW}{OLD}</test>\n', [len(KW)]),
        (TEST.replace("\n", "\r\n"), [len(KW) + KW.count("\n")]),
        (f'<test name="T">\n<msg level="INFO">x</msg>\n{STATUS}</test>\n', [len('<msg level="INFO">x</msg>\n')]),
        (f'<test name="T">\n{KW}<meta name="a">b</meta>\n{STATUS}</test>\n', [len(KW)]),
        (f'<test name="T">\n{AFTER}{STATUS}</test>\n', []),
        (f'<test name="T">\n{KW}{STATUS}{AFTER}</test>\n', []),
        (f'<test name="T">\n{STATUS}{KW}</test>\n', []),
        (f'<test name="T">\n{KW}</test>\n', []),
        (f'<test name="T">\n{AFTER}{KW}{STATUS}</test>\n', []),
        (f'<test name="T">{KW}{STATUS}</test>\n', []),
        (f'<test name="T">\n\t{KW}{STATUS}</test>\n', []),
        (f'<test name="T">\n{KW}\t{STATUS}</test>\n', []),
        (f'<test name="T">\n{KW}words >\n{STATUS}</test>\n', []),
        (f'<test name="T">\n{KW}<odd>\n<tag>x</tag>\n</odd>\n{STATUS}</test>\n', []),
        (f'<test name="T">\n{KW}<odd/>\n{STATUS}</test>\n', []),
        (f'<test name="T">\n{KW}<doc>a<odd>b</odd></doc>\n{STATUS}</test>\n', []),
        (f'<test name="a>\nb">\n{KW}{STATUS}</test>\n', []),
        ('<test name="T"/>\n', []),
        ("<tests/>\n", []),
        (f'<kw name="K" type="SETUP">\n<test>\n{KW}{STATUS}</test>\n<status status="PASS"/>\n</kw>\n', []),
        (f'<test name="T">\n<kw name="K">\n{TEST}</kw>\n{STATUS}</test>\n', []),
        (f'<test name="T">\n<kw name="K">\n{TEST}{TEST}</kw>\n{STATUS}</test>\n', []),
    ],
)
def test_what_is_written_otherwise_is_read_whole(test: str, bodies: list[int], stepped_over: list[int]) -> None:
    data = wrap(test)
    assert robot.parse(io.BytesIO(data)) == read_whole(data)
    assert stepped_over == bodies
    assert robot.parse_strict(io.BytesIO(data)) == read_whole(data)


WARNING = '<msg time="2026-01-02T03:04:05.000006" level="WARN">a &lt;b&gt; "x" &amp;amp;\r\nc</msg>\n'


def test_warnings_in_bodies_are_found_and_what_only_looks_like_them_is_not(stepped_over: list[int]) -> None:
    old = '<msg timestamp="20260102 03:04:05.006" level="ERROR" html="yes">old</msg>\n'
    words = '<msg time="2026-01-02T03:04:05" level="INFO">said level="WARN" twice level="WARN"</msg>\n'
    blank = '<msg time="2026-01-02T03:04:05" level="WARN">\n</msg>\n'
    argument = '<arg level="WARN">no message</arg>\n'
    bodies = [KW.replace("<msg", f"{more}<msg", 1) for more in (WARNING, old + old, words, argument)]
    tests = "".join(TEST.replace(KW, body).replace('"T"', f'"{number}"') for number, body in enumerate(bodies))
    data = wrap(tests).replace(b"</suite>", f"</suite><errors>{WARNING}{old}{words}{blank}</errors>".encode())
    seen = robot.parse(io.BytesIO(data))
    assert seen == read_whole(data) == robot.parse_strict(io.BytesIO(data))
    assert [entry.test for entry in seen.log] == [("S", "0"), ("S", "1"), (), ()]
    assert len(stepped_over) == len(bodies)


@pytest.mark.parametrize("odd", ["<!-- </test> -->\n", "<msg><![CDATA[</test>]]></msg>\n", "<?php </test> ?>\n"])
def test_from_the_first_comment_section_or_instruction_on_all_is_read(odd: str, stepped_over: list[int]) -> None:
    data = wrap(TEST + TEST.replace("<kw", odd + "<kw", 1) + TEST)
    seen = robot.parse(io.BytesIO(data))
    assert stepped_over == [len(KW)]
    assert seen == read_whole(data)
    assert len(seen.tests) == 3


def test_a_document_type_is_refused_on_the_fast_way_too() -> None:
    with pytest.raises(errors.ReportError) as caught:
        robot.parse(io.BytesIO(wrap(TEST).replace(b"<suite", b"<!DOCTYPE a><suite")))
    assert caught.value.code == "xml-malformed"  # too late in the file for a declaration


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace("Robot", "Oxygen"),
        HEAD.replace("UTF-8", "us-ascii"),
        HEAD.replace("<robot", "<!-- x --><robot"),
        HEAD.replace("<?xml", "\n<?xml"),
        HEAD.split("\n", 1)[1],
        "<robot>",
    ],
)
def test_files_of_other_writers_are_read_whole(head: str, stepped_over: list[int]) -> None:
    data = wrap(TEST, head)
    assert robot.parse(io.BytesIO(data)) == read_whole(data)
    assert stepped_over == []


def test_damage_in_a_body_is_found_by_the_strict_way_alone() -> None:
    data = wrap(TEST + TEST.replace('owner="L"', "owner=L") + TEST)
    assert len(robot.parse(io.BytesIO(data)).tests) == 3
    with pytest.raises(errors.ReportError) as caught:
        robot.parse_strict(io.BytesIO(data))
    assert (caught.value.code, caught.value.line) == ("xml-malformed", 17)


@pytest.mark.parametrize("damage", ["\u20ac &odd; ", "</kw>", "<suite", "<!DOCTYPE x>", "\x01"])
def test_damage_elsewhere_has_its_right_place_behind_what_was_stepped_over(damage: str) -> None:
    data = wrap(f"{TEST * 2}words {damage}{TEST}")
    with pytest.raises(errors.ReportError) as expected:
        read_whole(data)
    with pytest.raises(errors.ReportError) as caught:
        robot.parse(io.BytesIO(data))
    assert vars(caught.value) == vars(expected.value)


def test_warnings_have_their_right_place_behind_what_was_stepped_over() -> None:
    data = wrap(TEST * 2 + "<odd/>\n" + TEST)
    (warning,) = robot.parse(io.BytesIO(data)).warnings
    assert warning.byte == data.index(b"<odd")
    assert warning.line == data.count(b"\n", 0, warning.byte) + 1


def test_a_test_too_long_to_be_held_is_read_whole(monkeypatch: pytest.MonkeyPatch, stepped_over: list[int]) -> None:
    monkeypatch.setattr(robot_fast, "_BLOCK", 64)
    monkeypatch.setattr(robot_fast, "_LARGEST_BLOCK", 128)
    monkeypatch.setattr(robot_fast, "_MOST_HELD", 600)
    long = TEST.replace(KW, KW * 20)
    data = wrap(TEST + long + TEST + long.replace("\n</msg", "x" * 2000 + "\n</msg") + TEST)
    assert robot.parse(io.BytesIO(data)) == read_whole(data)
    assert stepped_over == [len(KW)] * 3


PIECES = [
    "<test",
    "</test>",
    "<kw",
    "</kw>\n",
    ">",
    "\n",
    "<!--",
    "-->",
    KW,
    TEST,
    AFTER,
    STATUS,
    "<tes",
    "/",
    "é",
    " ",
]


def test_marks_on_the_edge_of_two_windows_are_seen(monkeypatch: pytest.MonkeyPatch, stepped_over: list[int]) -> None:
    data = wrap(TEST * 2 + TEST.replace("<kw", "<!-- </test> --><kw", 1) + TEST)
    expected = read_whole(data)
    for block in range(len(HEAD), len(HEAD) + len(TEST)):
        stepped_over.clear()
        monkeypatch.setattr(robot_fast, "_BLOCK", block)
        assert robot.parse(io.BytesIO(data)) == expected
        assert stepped_over == [len(KW)] * 2


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.integers(len(HEAD), len(HEAD) + 300))
@settings(max_examples=300, deadline=None)
def test_where_the_windows_end_does_not_matter(tests: str, block: int) -> None:
    data = wrap(TEST + tests + TEST)
    expected = read_or_refuse(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robot_fast, "_BLOCK", block)
        assert read_or_refuse(data) == expected


def read_or_refuse(data: bytes) -> raw.RawReport | dict[str, object]:
    try:
        return robot.parse(io.BytesIO(data))
    except errors.ReportError as refusal:
        return vars(refusal)
