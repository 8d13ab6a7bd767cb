from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import xunit_net_evidence


def open_test(inside: str) -> steps.Evidence:
    return xunit_net_evidence.open_test(f'<test name="a">{inside}</test>'.encode())


def test_trace_output_and_warnings_come_in_this_order() -> None:
    seen = open_test(
        "<warnings><warning>b</warning><warning>c</warning></warnings><output>a</output>"
        '<failure exception-type="E"><message>m</message><stack-trace>at x</stack-trace></failure>'
    )
    assert [(step.level, step.name, step.text) for step in seen.steps] == [
        ("FAIL", "", "at x"),
        ("stdout", "", "a"),
        ("stderr", "Warnings", "b\nc"),
    ]


def test_exception_and_traits_are_properties() -> None:
    seen = open_test('<traits><trait name="owner" value="ann"/></traits><failure exception-type="E"/><failure/>')
    assert seen.properties == (("exception", "E"), ("owner", "ann"))


def test_attachments_are_texts_or_base64() -> None:
    seen = open_test(
        '<attachments><attachment name="note">hello</attachment>'
        '<attachment name="shot" media-type="image/png"> iVBORw== </attachment>'
        '<attachment name="bad" media-type="image/png">?</attachment></attachments>'
    )
    assert seen.files == (
        steps.NamedFile("", "note", "text/plain", b"hello"),
        steps.NamedFile("", "shot", "image/png", b"\x89PNG"),
        steps.NamedFile("", "bad", "image/png", None),
    )


def test_damage_is_told() -> None:
    with pytest.raises(errors.ReportError):
        xunit_net_evidence.open_test(b"<test></text>")
