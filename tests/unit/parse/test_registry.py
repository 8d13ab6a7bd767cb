from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import registry

HANDLE_SUMMARY = b'{"metrics": {"vus": {"type": "gauge", "contains": "default", "values": {"value": 1}}}}'


def refuse(data: bytes) -> errors.ReportError:
    with pytest.raises(errors.ReportError) as caught:
        registry.parse(io.BytesIO(data))
    return caught.value


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<robot><suite name='A'/></robot>", "robot-xml"),
        (b"<suite name='A'/>", "robot-xml"),
        (b"<OWASPZAPReport version='2.16.1'/>", "zap-xml"),
        (b"<testsuites/>", "junit-xml"),
        (b"<testsuite name='A'/>", "junit-xml"),
        (b'\xef\xbb\xbf\n{"@version": "2.16.1", "@generated": "", "site": []}', "zap-json"),
        ('{"site": []}'.encode("utf-16"), "zap-json"),
        (b'[{"pluginId": "1"}]', "zap-api"),
        (b'{"alerts": [{"pluginId": "1"}]}', "zap-api"),
        (b'{"version": "2.1.0", "runs": [{"results": []}]}', "sarif"),
        (b'{"metrics": {"vus": {"value": 1}}}', "k6-summary"),
        (HANDLE_SUMMARY, "k6-handle-summary"),
    ],
)
def test_the_content_decides(data: bytes, name: str) -> None:
    assert registry.detect(data) == name
    assert registry.parse(io.BytesIO(data)).format == name


def test_a_summary_is_known_even_behind_much_else() -> None:
    filler = b'"setup_data": ["' + b"x" * 200_000 + b'"], "more": ['
    data = b"{" + filler + b'{"a": 1}],' + HANDLE_SUMMARY[1:]
    assert registry.detect(data[: 64 * 1024]) == "json"
    assert registry.parse(io.BytesIO(data)).format == "k6-handle-summary"


@pytest.mark.parametrize("data", [b"", b"  \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_is_an_empty_file(data: bytes) -> None:
    assert refuse(data).code == "empty-file"


@pytest.mark.parametrize(
    ("data", "name", "advice"),
    [
        (b"# rules of the shop\n10011\tFAIL\t(Cookie Without Secure Flag)\n", "rule file", "-J"),
        (b'{"event":"param","data":{}}\n{"event":"stop","data":{}}\n', "dashboard", "--summary-export"),
        (b"<project><build/></project>", "<project>", "JUnit"),
        (b'{"name": "left-pad"}', "JSON", "k6"),
    ],
)
def test_known_strangers_are_named_and_told_what_to_send(data: bytes, name: str, advice: str) -> None:
    error = refuse(data)
    assert error.code == "format-not-read"
    assert name in error.message
    assert advice in error.hint


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"<!DOCTYPE html>\n<html id='robot-log'><head><title>Log</title>", "output.xml"),
        (b"<!DOCTYPE html><html><head><title>ZAP Scanning Report</title>", "-J"),
        (b"<!DOCTYPE html><html><head><title>K6 Load Test: 2025</title>", "--summary-export"),
        (b"<html><form><input type='password'>", "sign-in"),
        (b"<html><body>hello</body></html>", "for machines"),
    ],
)
def test_pages_are_told_apart(data: bytes, advice: str) -> None:
    error = refuse(data)
    assert error.code == "html-report"
    assert advice in error.hint


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b\x08\x00\x00\x00", b"\x89PNG\r\n\x1a\n\x00", b"Traceback (most recent", b"0"]
)
def test_anything_else_is_unknown(data: bytes) -> None:
    assert refuse(data).code == "format-unknown"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<root", "xml-malformed"),
        (b"<root></toor>", "xml-malformed"),
        (b"<!DOCTYPE root><root/>", "xml-doctype"),
        (b'{"a": }', "json-malformed"),
        (b'{"a": [', "report-truncated"),
        (b'{"@version": "2", "site": [{', "report-truncated"),
        (b"<robot><suite>", "report-truncated"),
        (b'<!DOCTYPE robot [<!ENTITY x SYSTEM "file:///etc/passwd">]><robot>&x;</robot>', "xml-doctype"),
    ],
)
def test_what_is_not_sound_says_so_first(data: bytes, code: str) -> None:
    assert refuse(data).code == code


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        seen: object = registry.parse(io.BytesIO(data))
    except errors.ReportError as refusal:
        seen = refusal
    assert isinstance(seen, raw.RawReport | errors.ReportError)
