from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import together

POINTS = (
    b'{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],'
    b'"submetrics":null},"metric":"http_reqs"}\n'
    b'{"type":"Point","data":{"time":"2026-06-15T12:00:00Z","value":1,"tags":{}},"metric":"http_reqs"}\n'
)
SUMMARY = b'{"metrics":{"http_reqs":{"count":1,"rate":1,"thresholds":{"count>0":false}}},"root_group":{"name":""}}'
ROBOT = b"""<robot generator="Robot 7.0" generated="2026-06-15T12:00:00.000000"><suite name="A"><test name="t">
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></test>
<status status="PASS"/></suite></robot>"""


def read(own: bytes, *others: bytes, exit_code: int | None = None) -> raw.RawReport:
    return together.parse(io.BytesIO(own), streams(others), exit_code)


def streams(contents: Sequence[bytes]) -> list[io.BytesIO]:
    return [io.BytesIO(content) for content in contents]


def test_a_report_alone_is_read_as_ever() -> None:
    assert read(POINTS).format == "k6-ndjson"
    assert read(ROBOT, exit_code=1).tests[0].name == "t"


def test_samples_take_the_thresholds_of_their_summary() -> None:
    assert read(POINTS).thresholds == []
    joined = read(POINTS, SUMMARY)
    assert joined.format == "k6-ndjson"
    assert [(item.metric, item.expression, item.is_met) for item in joined.thresholds] == [
        ("http_reqs", "count>0", True)
    ]


def test_the_exit_code_of_the_tool_counts() -> None:
    missed = read(SUMMARY, exit_code=99)
    assert [item.is_met for item in missed.thresholds] == [True, False]
    assert [warning.code for warning in missed.warnings] == ["k6-exit"]
    assert read(SUMMARY, exit_code=0).warnings == []
    assert read(SUMMARY).thresholds == missed.thresholds[:1]


@pytest.mark.parametrize("summary", [b"", SUMMARY[:50], b"<html></html>"])
def test_a_summary_that_cannot_be_read_is_named_and_left_out(summary: bytes) -> None:
    joined = read(POINTS, summary)
    assert [metric.name for metric in joined.metrics] == [metric.name for metric in read(POINTS).metrics]
    (doubt,) = [warning for warning in joined.warnings if warning.code == "companion-unreadable"]
    assert doubt.message.startswith("The summary was left out: ")


def test_a_report_that_cannot_be_read_itself_is_an_error() -> None:
    with pytest.raises(errors.ReportError):
        read(b"<html></html>", SUMMARY)
