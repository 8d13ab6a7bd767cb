"""Security reports read piece by piece say the same as read as a whole: every file, every cut, every damage."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.normalise import report
from testflux.parse import zap_json, zap_json_lists, zap_xml, zap_xml_lists

HERE = Path(__file__).parent / "zap"
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "zap"
XML = sorted([*HERE.glob("*.xml"), *CORPUS.glob("*.xml")])
JSON = sorted(path for path in [*HERE.glob("*.json"), *CORPUS.glob("*.json")] if b'"site"' in path.read_bytes())
Outcome = raw.RawReport | tuple[object, ...]
Read = Callable[[io.BytesIO], raw.RawReport]


def outcome(read: Read, data: bytes) -> Outcome:
    try:
        return read(io.BytesIO(data))
    except errors.ReportError as error:
        return error.code, error.message, error.hint, error.line, error.column, error.byte


def read_whole(stream: io.BytesIO) -> raw.RawReport:
    return zap_json.read_whole(stream.read())


@pytest.mark.parametrize("path", XML, ids=lambda path: path.name)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_xml_files(path: Path, ends: bytes) -> None:
    data = path.read_bytes().replace(b"\n", ends)
    assert outcome(zap_xml.parse, data) == outcome(zap_xml.read_elements, data)


@pytest.mark.parametrize("path", JSON, ids=lambda path: path.name)
def test_json_files(path: Path) -> None:
    data = path.read_bytes()
    assert outcome(zap_json.read_pieces, data) == outcome(read_whole, data)


PLACE = (
    "<instance>\n\t<uri>http://h/{at}?a=1&amp;b=2</uri>\n\t<method>GET</method>\n\t<param/>\n"
    "\t<evidence>&lt;x&gt; &#233;</evidence>\n</instance>\n"
)
ALERT = "<alertitem><pluginid>1</pluginid><instances>\n{places}</instances><count>{count}</count></alertitem>\n"
AWKWARD_XML = (
    b"<!-- -->", b"<!-- <instances> -->", b"<![CDATA[<instances>]]>", b"&unknown;", b"&#0;", b"&#x41;", b"&#xD800;",
    b"]]>", b"\x01", b"\xff", b"\xef\xbf\xbe", b"<instance>", b"</instance>", b"</instances>", b"<instances>", b"&",
    b"<id>7</id>", b"<uri>again</uri>", b"<method/>", b"<novelty>1</novelty>", b"<?pi?>", b"\r\n", b"\r", b" ", b"&amp",
    b"<instance a='1'>", b"&#1114112;", b"<uri >x</uri>", b"text",
)  # fmt: skip


def make_xml(counts: list[int]) -> bytes:
    alerts = [ALERT.format(places="".join(PLACE.format(at=at) for at in range(n)), count=n) for n in counts]
    inside = "".join(alerts)
    return f'<?xml version="1.0"?>\n<OWASPZAPReport><site name="http://h"><alerts>{inside}</alerts></site></OWASPZAPReport>'.encode()


@given(st.lists(st.integers(0, 400), max_size=6), st.sampled_from((b"", *AWKWARD_XML)), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_xml_with_something_awkward_anywhere(counts: list[int], awkward: bytes, where: float) -> None:
    data = make_xml(counts)
    at = int(where * len(data))
    data = data[:at] + awkward + data[at:]
    assert outcome(zap_xml.parse, data) == outcome(zap_xml.read_elements, data)


@pytest.mark.parametrize("awkward", AWKWARD_XML)
@pytest.mark.parametrize("before", [b"<instances>", b"</instance>", b"<uri>", b"</uri>", b"<evidence>", b"</evidence>"])
def test_xml_with_something_awkward_in_a_list(awkward: bytes, before: bytes) -> None:
    data = make_xml([3, 300, 2])
    at = data.rfind(before, 0, len(data) // 2) + len(before)
    data = data[:at] + awkward + data[at:]
    assert outcome(zap_xml.parse, data) == outcome(zap_xml.read_elements, data)


@given(st.lists(st.integers(0, 400), max_size=6), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_xml_that_breaks_off(counts: list[int], where: float) -> None:
    data = make_xml(counts)
    data = data[: int(where * len(data))]
    assert outcome(zap_xml.parse, data) == outcome(zap_xml.read_elements, data)


def test_xml_in_other_encodings() -> None:
    text = make_xml([3]).decode().replace("GET", "G\u00c9T")
    for name in ("utf-16", "iso-8859-1", "utf-8"):
        data = text.replace('"1.0"', f'"1.0" encoding="{name}"').encode(name)
        read = zap_xml.parse(io.BytesIO(data))
        assert read == zap_xml.read_elements(io.BytesIO(data))
        assert read.alerts[0].instances[0].method == "G\u00c9T"


ENTRY = (
    '{{"id": "{at}", "uri": "http://h/{at}", "nodeName": null, "method": "GET", '
    '"evidence": "a]}}, {{\\"instances\\": [é"}}'
)
AWKWARD_JSON = (
    b'"instances": [', b'{"uri": 7}', b'"\\u0000"', b'"\\ud800"', b"]", b"}", b"{", b"[", b",", b'"', b"\\", b"null",
    b"7", b'\\"instances": [', b"\xff", b"\x01", b"\n", b"\n\n  ", b'"x": 1,',
)  # fmt: skip


def make_json(counts: list[int], gap: str) -> bytes:
    alerts = [
        f'{{"pluginid": "{number}", "instances"{gap}:{gap}[{gap}'
        + f",{gap}".join(ENTRY.format(at=at) for at in range(count))
        + f'{gap}],{gap}"name": "instances"}}'
        for number, count in enumerate(counts)
    ]
    return f'{{"site": [{{"@name": "http://h", "alerts": [{",".join(alerts)}]}}]}}'.encode()


@given(
    st.lists(st.integers(0, 700), max_size=5),
    st.sampled_from(["", " ", "\n\t"]),
    st.sampled_from((b"", *AWKWARD_JSON)),
    st.floats(0, 1),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_json_with_something_awkward_anywhere(counts: list[int], gap: str, awkward: bytes, where: float) -> None:
    data = make_json(counts, gap)
    at = int(where * len(data))
    check_json(data[:at] + awkward + data[at:])


@given(st.lists(st.integers(0, 700), max_size=5), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_json_that_breaks_off(counts: list[int], where: float) -> None:
    data = make_json(counts, "\n")
    check_json(data[: int(where * len(data))])


@pytest.mark.parametrize("where", [b'"id', b'"http', b'"evidence', b'"metho', b'"site', b'"name'])
def test_bytes_that_are_no_text_are_told_of_wherever_they_are(where: bytes) -> None:
    data = make_json([2, 2], "").replace(where, where + b"\xff")
    pieces = outcome(zap_json.read_pieces, data)
    assert pieces == outcome(read_whole, data)
    assert isinstance(pieces, tuple) or [warning.code for warning in pieces.warnings] == ["text-not-utf8"]


def check_json(data: bytes) -> None:
    """Reports are equal; refusals have one code, and name one line as long as nothing was written anew before it."""
    pieces, whole = outcome(zap_json.read_pieces, data), outcome(read_whole, data)
    if isinstance(whole, raw.RawReport):
        assert pieces == whole
    else:
        assert isinstance(pieces, tuple)
        assert pieces[0] == whole[0]


def test_an_error_behind_a_list_is_where_it_is_in_the_file() -> None:
    data = make_json([900, 2], "\n")
    at = data.rfind(b'"name"')
    data = data[:at] + b"\n?" + data[at:]
    pieces, whole = outcome(zap_json.read_pieces, data), outcome(read_whole, data)
    assert isinstance(pieces, tuple)
    assert pieces == whole
    assert pieces[-1] == at + 1


def test_lists_are_really_cut_out() -> None:
    data = make_json([900, 0, 700], "\n")
    cut = zap_json_lists.Cut(io.BytesIO(data))
    assert [len(listed) for listed in cut.lists] == [900, 0, 700]
    assert len(cut.text) < 400
    assert cut.text.count(b"http://h/") == 0


@pytest.mark.parametrize(
    ("read", "make"), [(zap_xml.parse, make_xml), (zap_json.read_pieces, lambda n: make_json(n, "\n"))]
)
def test_places_that_repeat_each_other_take_a_few_bytes_each(read: Read, make: Callable[[list[int]], bytes]) -> None:
    few, many = (measure(read, make(counts)) for counts in ([500] * 2, [500] * 42))
    assert (many - few) / (500 * 40) < 120


def measure(read: Read, data: bytes) -> int:
    """Return the peak of memory of reading a report, in bytes."""
    stream = io.BytesIO(data)
    tracemalloc.start()
    try:
        report.build(read(stream))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_instances_are_really_read_by_pattern() -> None:
    data = make_xml([3, 300, 0])
    lists = zap_xml_lists.Lists(io.BytesIO(data))
    passed = b"".join(iter(lambda: lists.read(1000), b""))
    assert [len(listed) for listed in lists.found.values()] == [3, 300, 0]
    assert passed.count(b"<instance>") == 0
    assert len(passed) == len(data)
    assert passed.count(b"\n") == data.count(b"\n")
    assert all(data[at:].startswith(b"<instances>") for at in lists.found)


def test_a_list_within_a_text_is_text() -> None:
    listed = "<instances><instance><uri>u</uri></instance></instances>"
    data = make_xml([1]).replace(b"<count>", f"<desc><![CDATA[{listed}]]></desc><count>".encode())
    read = zap_xml.parse(io.BytesIO(data))
    assert read.alerts[0].description == listed
    assert read == zap_xml.read_elements(io.BytesIO(data))


def test_a_key_that_only_ends_in_the_word_is_no_list() -> None:
    data = make_json([2], "").replace(b'"pluginid"', b'"my \\"instances": [{"uri": "x"}], "pluginid"')
    assert len(zap_json_lists.Cut(io.BytesIO(data)).lists) == 1
    check_json(data)
