from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import robot_keywords

OWN = '<?xml version="1.0" encoding="UTF-8"?>\n<robot generator="Robot 7.5 (Python 3.11.7 on linux)">\n'
OTHER = '<?xml version="1.0" encoding="UTF-8"?>\n<robot generator="Oxygen 1">\n'
HEADS = (OWN, OTHER)


def keyword(name: str, status: str = "PASS", inner: str = "", elapsed: str = "0.25", more: str = ' owner="L"') -> str:
    start = "2026-01-02T03:04:05.000006"
    end = f'<status status="{status}" start="{start}" elapsed="{elapsed}"/>\n</kw>\n'
    return f'<kw name="{name}"{more}>\n{inner}<arg>x</arg>\n<doc>d</doc>\n{end}'


def wrap(body: str, head: str = OWN) -> bytes:
    test = f'<test name="T">\n{body}<status status="FAIL">no</status>\n</test>\n'
    return f'{head}<suite name="S">\n{test}<status status="FAIL"/>\n</suite>\n</robot>\n'.encode()


def count(body: str, head: str = OWN) -> dict[tuple[str, str], tuple[int, int, float]]:
    found = robot_keywords.count(io.BytesIO(wrap(body, head)))
    return {(item.owner, item.name): (item.calls, item.failed, item.duration_ms) for item in found}


@pytest.mark.parametrize("head", HEADS)
def test_calls_failures_and_times_are_added_up(head: str) -> None:
    inner = keyword("In") + keyword("In", "FAIL", elapsed="1.5") + keyword("In", "SKIP")
    assert count(keyword("Out", "FAIL", inner, "2.5", ""), head) == {
        ("", "Out"): (1, 1, 2500),
        ("L", "In"): (3, 1, 2000),
    }


@pytest.mark.parametrize("head", HEADS)
def test_what_was_not_run_is_no_call(head: str) -> None:
    assert count(keyword("A", "NOT RUN"), head) == {}
    assert count(keyword("A", "NOT_RUN"), head) == {}


@pytest.mark.parametrize("head", HEADS)
def test_control_structures_are_no_calls_and_what_is_in_them_is(head: str) -> None:
    status = '<status status="FAIL" start="2026-01-02T03:04:05" elapsed="9.0">\nwhy</status>\n'
    old = (
        f'<kw type="for" name="$x IN">\n<kw type="foritem" name="$x = 1">\n{keyword("A")}{status}</kw>\n{status}</kw>\n'
    )
    new = f"<for>\n<iter>\n<if>\n<branch>\n{keyword('A')}{status}</branch>\n{status}</if>\n{status}</iter>\n</for>\n"
    assert count(old + new, head) == {("L", "A"): (2, 0, 500)}


@pytest.mark.parametrize("head", HEADS)
def test_setups_and_teardowns_are_calls(head: str) -> None:
    body = keyword("A", more=' type="SETUP"') + keyword("A", more=' type="TEARDOWN"')
    assert count(body, head) == {("", "A"): (2, 0, 500)}


@pytest.mark.parametrize("head", HEADS)
def test_the_older_notation(head: str) -> None:
    status = '<status status="FAIL" starttime="20200911 14:05:33.123" endtime="20200911 14:05:34.125">why</status>'
    unknown = '<status status="PASS" starttime="N/A" endtime="N/A"></status>'
    body = f'<kw library="B" name="A">{status}</kw><kw name="A" library="B">{unknown}</kw>'
    assert count(body, head) == {("B", "A"): (2, 1, 1002)}


@pytest.mark.parametrize("head", HEADS)
def test_a_missing_status_is_a_failure_and_a_missing_name_is_none(head: str) -> None:
    assert count("<kw>\n</kw>\n<kw>\n<kw></kw>\n</kw>", head) == {("", ""): (3, 3, 0)}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("elapsed", ["1", "1e-3", "-1", "NaN", "", "x"])
def test_odd_times_are_read_alike(head: str, elapsed: str) -> None:
    ((calls, failed, duration),) = count(keyword("A", elapsed=elapsed), head).values()
    assert (calls, failed, duration) == (1, 0, {"1": 1000, "1e-3": 1}.get(elapsed, 0))


def test_names_are_unescaped() -> None:
    assert list(count(keyword("a &lt;b&gt; &quot;&amp;amp;&#10;é"))) == [("L", 'a <b> "&amp;\né')]


def test_files_of_others_may_be_written_in_any_way() -> None:
    body = "<kw name='A > B'><msg><![CDATA[<kw name='no'></kw>]]></msg><!-- <kw> --><status status='PASS'/><tag/></kw>"
    assert count(body, OTHER) == {("", "A > B"): (1, 0, 0)}


@pytest.mark.parametrize("head", HEADS)
def test_of_a_file_that_breaks_off_what_had_ended_is_counted(head: str) -> None:
    data = wrap(keyword("A", inner=keyword("B") * 2), head)
    found = robot_keywords.count(io.BytesIO(data[: data.rindex(b"</kw>")]))
    assert found == [raw.RawKeyword("L", "B", 2, 0, 500)]


def test_a_file_of_others_that_is_no_xml_is_refused() -> None:
    with pytest.raises(errors.ReportError) as caught:
        count("</kw>", OTHER)
    assert caught.value.code == "xml-malformed"


def test_past_a_limit_keywords_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot_keywords, "_MOST_KEYWORDS", 2)
    assert count("".join(keyword(name) for name in "ABCDBA")) == {
        ("L", "A"): (2, 0, 500),
        ("L", "B"): (2, 0, 500),
        ("", "(all other keywords)"): (2, 0, 500),
    }


def test_a_message_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    cut = robot_keywords._cut  # noqa: SLF001 - what is held is nobody's business outside

    def note(window: bytes) -> int:
        held.append(len(window))
        return cut(window)

    monkeypatch.setattr(robot_keywords, "_BLOCK", 1000)
    monkeypatch.setattr(robot_keywords, "_MOST_HELD", 2000)
    monkeypatch.setattr(robot_keywords, "_cut", note)
    message = f"<msg>{'x' * 50_000}</msg>\n"
    long_status = f'<kw name="B">\n<status status="FAIL" elapsed="1.0">{"y" * 50_000}</status>\n</kw>\n'
    assert count(keyword("A", inner=message) + long_status) == {("L", "A"): (1, 0, 250), ("", "B"): (1, 1, 1000)}
    assert max(held) < 5000


BODIES = st.recursive(
    st.just(""),
    lambda inner: st.builds(
        lambda name, status, inner: keyword(name, status, inner) + inner,
        st.sampled_from("AB"),
        st.sampled_from(["PASS", "FAIL", "NOT RUN"]),
        inner,
    ),
    max_leaves=8,
)


@given(BODIES, st.integers(100, 700))
@settings(deadline=None)
def test_the_quick_count_is_the_parser_s_whatever_the_blocks(body: str, block: int) -> None:
    expected = count(body, OTHER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robot_keywords, "_BLOCK", block)
        assert count(body) == expected
