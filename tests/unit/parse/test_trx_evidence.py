from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import trx_evidence


def open_test(inside: str, more: str = "") -> steps.Evidence:
    return trx_evidence.open_test(f"<UnitTestResult {more}>{inside}</UnitTestResult>".encode())


def test_trace_and_output_come_in_this_order() -> None:
    seen = open_test(
        "<Output><StdOut>a</StdOut><StdErr>b</StdErr><DebugTrace>c</DebugTrace>"
        "<ErrorInfo><Message>m</Message><StackTrace>at x</StackTrace></ErrorInfo>"
        "<TextMessages><Message>d</Message><Message>e</Message></TextMessages></Output>"
    )
    assert [(step.level, step.name, step.text) for step in seen.steps] == [
        ("FAIL", "", "at x"),
        ("stdout", "", "a"),
        ("stdout", "Messages", "d\ne"),
        ("stdout", "Debug trace", "c"),
        ("stderr", "", "b"),
    ]


def test_files_stand_in_the_folder_of_the_result() -> None:
    files = (
        '<ResultFiles><ResultFile path="agent\\shot.png"/><ResultFile/></ResultFiles><CollectorDataEntries><Collector>'
        '<UriAttachments><UriAttachment><A href="agent/video.mp4">video</A></UriAttachment></UriAttachments>'
        "</Collector></CollectorDataEntries>"
    )
    named = (steps.NamedFile("e1/agent\\shot.png", "shot.png"), steps.NamedFile("agent/video.mp4", "video"))
    assert open_test(files, 'relativeResultsDirectory="e1" executionId="e2"').files == named
    assert open_test(files, 'executionId="e2"').files[0].path == "e2/agent\\shot.png"


def test_where_it_ran_is_a_property() -> None:
    seen = open_test("", 'computerName="agent" executionId="e" dataRowInfo="" testName="a"')
    assert seen.properties == (("computerName", "agent"), ("executionId", "e"))


def test_damage_is_told() -> None:
    with pytest.raises(errors.ReportError):
        trx_evidence.open_test(b"<UnitTestResult><Output></UnitTestResult>")
