from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import robot_steps, robot_steps_draft

EXCEPT = """<try><branch type="EXCEPT" pattern_type="GLOB" assign="${e}">
<pattern>a*</pattern><pattern>b</pattern></branch></try>"""


def first(body: str) -> steps.Step:
    return robot_steps.open_test(f'<test name="T">{body}<status status="PASS"/></test>'.encode()).steps[0]


def test_a_keyword_of_version_7() -> None:
    seen = first(
        '<kw name="Open shop" owner="Shop"><var>${page}</var><arg>basket</arg><arg/><tag>ui</tag>'
        "<doc>Opens it.</doc>"
        '<timeout value="1 minute"/><status status="FAIL" start="2026-03-14T09:15:30.250000" elapsed="1.5">gone'
        "</status></kw>"
    )
    assert seen == steps.Step(
        kind="keyword",
        name="Open shop",
        owner="Shop",
        status="failed",
        started_at=datetime(2026, 3, 14, 9, 15, 30, 250_000, tzinfo=UTC),
        duration_ms=1500,
        arguments=("basket", ""),
        assign=("${page}",),
        tags=("ui",),
        doc="Opens it.",
        timeout="1 minute",
        message="gone",
    )


def test_a_keyword_of_version_3() -> None:
    seen = first(
        '<kw name="Open shop" library="Shop" type="setup"><doc>Opens it.</doc><arguments><arg>basket</arg></arguments>'
        "<assign><var>${page}</var></assign><tags><tag>ui</tag></tags>"
        '<status status="NOT_RUN" starttime="20200911 14:05:33.123" endtime="20200911 14:05:34.000"/></kw>'
    )
    assert (seen.kind, seen.owner, seen.arguments, seen.assign) == ("setup", "Shop", ("basket",), ("${page}",))
    assert (seen.tags, seen.doc) == (("ui",), "Opens it.")
    assert seen.started_at == datetime(2020, 9, 11, 14, 5, 33, 123_000, tzinfo=UTC)
    assert seen.duration_ms == 877


def test_a_loop_is_the_same_in_every_version() -> None:
    old = first(
        '<kw type="for" name="${x} IN [ 1 | 2 ]"><kw type="foritem" name="${x} = 1"><status status="PASS"/></kw>'
        '<status status="PASS"/></kw>'
    )
    new = first(
        '<for flavor="IN"><iter><var name="${x}">1</var><status status="PASS"/></iter>'
        '<var>${x}</var><value>1</value><value>2</value><status status="PASS"/></for>'
    )
    assert old == new
    assert (new.kind, new.name, new.children[0].kind) == ("for", "${x} IN [ 1 | 2 ]", "iteration")


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        ('<if><branch type="IF" condition="$x"><status status="PASS"/></branch></if>', "if", "$x"),
        ('<if><branch type="ELSE IF" condition="$y"><status/></branch></if>', "else_if", "$y"),
        ('<if><branch type="ELSE"><status/></branch></if>', "else", ""),
        ('<try><branch type="TRY"><status/></branch></try>', "try", ""),
        (EXCEPT, "except", "a* | b type=GLOB AS ${e}"),
        ('<try><branch type="EXCEPT" variable="${e}"/></try>', "except", "AS ${e}"),
        ('<try><branch type="FINALLY"><status/></branch></try>', "finally", ""),
        ('<while condition="$x" limit="3"><status/></while>', "while", "$x limit=3"),
        (
            '<for flavor="IN ZIP" mode="STRICT"><var>${a}</var><value>@{b}</value></for>',
            "for",
            "${a} IN ZIP [ @{b} ] m",
        ),
        ('<group name="Pay"><status/></group>', "group", "Pay"),
        ('<variable name="${v}" scope="SUITE"><var>1</var><var>2</var></variable>', "variable", "${v} = 1 | 2 scope="),
        ("<return><value>1</value></return>", "return", "1"),
        ("<continue/>", "continue", ""),
        ("<break/>", "break", ""),
        ("<error><value>[Setpu]</value></error>", "error", "[Setpu]"),
    ],
)
def test_control_structures(body: str, kind: str, name: str) -> None:
    seen = first(body)
    assert seen.kind == kind
    assert seen.name.startswith(name)
    assert (seen.arguments, seen.assign) == ((), ())


def test_what_only_holds_branches_is_kept_when_they_were_removed() -> None:
    seen = first('<if><doc>_Data removed._</doc><status status="PASS"/></if>')
    assert (seen.kind, seen.message) == ("if", "_Data removed._")


def test_messages_stand_where_they_were_written() -> None:
    seen = robot_steps.open_test(
        b'<test><msg timestamp="20200911 14:05:33.123" level="WARN">before</msg><kw name="K">'
        b'<msg time="2026-03-14T09:15:30" level="FAIL">inside &amp; plain</msg></kw>'
        b'<msg html="yes"> &lt;/td>&lt;/tr>&lt;tr>&lt;td colspan="3">&lt;a href="s 1.png">&lt;img src="s 1.png">&lt;/a>'
        b"</msg></test>"
    )
    before, keyword, html = seen.steps
    assert (before.kind, before.level, before.text, before.is_html) == ("message", "WARN", "before", False)
    assert before.started_at == datetime(2020, 9, 11, 14, 5, 33, 123_000, tzinfo=UTC)
    assert keyword.children[0].text == "inside & plain"
    assert (html.level, html.is_html, html.text) == ("INFO", True, '<a href="s 1.png"><img src="s 1.png"></a>')
    assert [file.path for file in seen.files] == ["s 1.png"]


def test_a_status_text_may_be_html() -> None:
    seen = first('<kw name="K"><status status="FAIL">*HTML* &lt;b>bad&lt;/b></status></kw>')
    assert (seen.message, seen.is_html) == ("<b>bad</b>", True)


def test_without_times_a_step_took_what_is_in_it() -> None:
    seen = first(
        '<kw name="K"><kw name="A"><status status="PASS" elapsed="1"/></kw>'
        '<kw name="B"><status status="PASS" elapsed="0.5"/></kw><kw name="C"/>'
        '<status status="PASS" starttime="N/A" endtime="N/A"/></kw>'
    )
    assert seen.duration_ms == 1500
    assert seen.children[2].duration_ms is None
    assert seen.children[2].status == "failed"


def test_the_test_s_own_parts_are_properties() -> None:
    seen = robot_steps.open_test(
        b'<test><timeout value="5 s"/><meta name="Owner">shop</meta><doc>D</doc><tag>t</tag><tags><tag>u</tag></tags>'
        b'<status status="PASS"/></test>'
    )
    assert seen == steps.Evidence(properties=(("Timeout", "5 s"), ("Owner", "shop")))


def test_what_is_not_known_is_named_and_left_out() -> None:
    seen = robot_steps.open_test(b'<test><kw name="K"><new><kw/></new><status status="PASS"/></kw></test>')
    assert [(warning.code, "<new>" in warning.message) for warning in seen.warnings] == [("unknown-element", True)]
    assert [step.name for step in seen.steps] == ["K"]


@pytest.mark.parametrize(
    ("piece", "code", "byte"),
    [
        (b'<test><kw name="K"><status></kw></test>', "xml-malformed", 29),
        (b'<test><kw name="K">', "report-truncated", 19),
        (b"", "report-truncated", 0),
        (b"<!DOCTYPE x><test/>", "xml-doctype", None),
        (b"<kw>" * 2000, "report-too-deep", None),
    ],
)
def test_damage_is_found_when_the_test_is_opened(piece: bytes, code: str, byte: int | None) -> None:
    piece = b"<test>" + piece if piece.startswith(b"<kw>") else piece
    with pytest.raises(errors.ReportError) as caught:
        robot_steps.open_test(piece)
    assert caught.value.code == code
    assert byte is None or caught.value.byte == byte


def test_deep_nesting_is_cut_off() -> None:
    deep = robot_steps_draft.DEEPEST + 100
    seen = robot_steps.open_test(b"<test>" + b'<kw name="K">' * deep + b"</kw>" * deep + b"</test>")
    assert [warning.code for warning in seen.warnings] == ["steps-too-deep"]
    depth, step = 0, seen.steps
    while step:
        depth, step = depth + 1, step[0].children
    assert depth == robot_steps_draft.DEEPEST


PIECE = b"""<test id="s1-t1" name="T" line="3"><kw name="Log" owner="BuiltIn">
<msg time="2026-03-14T09:15:30" level="INFO" html="true">&lt;img src="a.png"></msg>
<arg>x</arg><status status="PASS" start="2026-03-14T09:15:30" elapsed="0.1"/>
</kw><for flavor="IN"><iter><var name="${x}">1</var><status status="PASS"/></iter>
</for><status status="PASS"/></test>"""


@given(st.integers(0, len(PIECE)), st.integers(0, 40), st.binary(max_size=8))
def test_damaged_pieces_are_read_or_refused(at: int, cut: int, instead: bytes) -> None:
    try:
        seen = robot_steps.open_test(PIECE[:at] + instead + PIECE[at + cut :])
    except errors.ReportError as error:
        assert error.hint  # noqa: PT017 - either way is right
    else:
        assert isinstance(seen, steps.Evidence)
