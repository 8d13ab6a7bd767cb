from __future__ import annotations

import io

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import cut_off, xml_events

Row = xml_events.Element[raw.RawReport]


def keep_test(report: raw.RawReport, _reader: xml_events.Reader[raw.RawReport], _text: str) -> None:
    report.tests.append(raw.RawTest((), "a", Status.PASSED))


TABLE: dict[str, Row] = {"document": Row({"r": "r"}), "r": Row({"t": "t"}), "t": Row(end=keep_test)}


def read(data: bytes) -> raw.RawReport:
    report = raw.RawReport("x", Kind.FUNCTIONAL, raw.Tool("x"), tests=[], warnings=[])
    cut_off.read(xml_events.Reader(TABLE, report, report.warnings), io.BytesIO(data), report)
    return report


def test_a_whole_file_is_complete() -> None:
    assert read(b"<r/>").is_complete
    assert read(b"<r><t/></r>").warnings == []


def test_a_file_that_breaks_off_says_after_which_byte() -> None:
    report = read(b"<r>\n<t/>\n<t")
    assert (len(report.tests), report.is_complete) == (1, False)
    (warning,) = report.warnings
    assert (warning.code, warning.byte, warning.line) == ("report-truncated", 11, 3)
    assert "11 bytes" in warning.message
    assert "1 complete" in warning.message


@pytest.mark.parametrize(("data", "code"), [(b"<r><t", "report-truncated"), (b"<r><t/><t></r>", "xml-malformed")])
def test_without_a_test_or_with_other_damage_nothing_is_kept(data: bytes, code: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(data)
    assert caught.value.code == code
