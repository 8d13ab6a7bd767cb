"""Robot Framework output.xml of every version, as robot, rebot and pabot write it.

The rows of ELEMENTS are the format. What happens at their starts and ends is in `robot_result`; of the bodies of tests
only warnings and errors are read, the test's place in the file is remembered instead.
"""

from __future__ import annotations

from testflux.model import raw
from testflux.parse import blocks, robot_fast, robot_result, xml_events

_NOT_READ = dict.fromkeys(
    ("arguments", "arg", "assign", "var", "value", "pattern", "doc", "tags", "tag", "timeout", "status"),
    xml_events.SKIP,
)
_STEPS = (
    "kw", "for", "while", "group", "if", "try", "iter", "branch", "variable", "return", "continue", "break", "error",
)  # fmt: skip
_Result = robot_result.Result
_Row = xml_events.Element[_Result]

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"robot": "robot", "suite": "suite"}),
    "robot": _Row({"suite": "suite", "statistics": xml_events.SKIP, "errors": "errors"}, start=_Result.start_robot),
    "suite": _Row(
        {
            "suite": "suite",
            "test": "test",
            "kw": "fixture",
            "doc": "suite doc",
            "metadata": "metadata",
            "meta": "suite meta",
            "status": "suite status",
        },
        start=_Result.start_suite,
        end=_Result.end_suite,
    ),
    "suite doc": _Row(text=True, end=_Result.end_suite_doc),
    "metadata": _Row({"item": "suite meta"}),
    "suite meta": _Row(text=True, start=_Result.start_meta, end=_Result.end_suite_meta),
    "suite status": _Row(text=True, start=_Result.start_suite_status, end=_Result.end_suite_status),
    "fixture": _Row(
        {**_NOT_READ, **dict.fromkeys((*_STEPS, "msg"), xml_events.SKIP), "status": "fixture status"},
        start=_Result.start_fixture,
        end=_Result.end_fixture,
    ),
    "fixture status": _Row(text=True, start=_Result.start_fixture_status, end=_Result.end_fixture_status),
    "test": _Row(
        {
            **_NOT_READ,
            **dict.fromkeys(_STEPS, "step"),
            "msg": "message",
            "doc": "test doc",
            "meta": "test meta",
            "tags": "tags",
            "tag": "tag",
            "timeout": "timeout",
            "status": "test status",
        },
        start=_Result.start_test,
        end=_Result.end_test,
    ),
    "step": _Row({**_NOT_READ, **dict.fromkeys(_STEPS, "step"), "msg": "message"}),
    "message": _Row(text=True, start=_Result.start_message, end=_Result.end_message),
    "test doc": _Row(text=True, end=_Result.end_test_doc),
    "test meta": _Row(text=True, start=_Result.start_meta, end=_Result.end_test_meta),
    "tags": _Row({"tag": "tag"}),
    "tag": _Row(text=True, end=_Result.end_tag),
    "timeout": _Row({"msg": xml_events.SKIP}, start=_Result.start_timeout),
    "test status": _Row(text=True, start=_Result.start_test_status, end=_Result.end_test_status),
    "errors": _Row({"msg": "error"}),
    "error": _Row(text=True, start=_Result.start_error, end=_Result.end_error),
}
"""Which element may stand where, and what is done with it."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read an output.xml; of one that breaks off, every complete test.

    Damage inside the body of a test is found when that test is opened. Raises ReportError when the file is not
    well-formed anywhere else, or breaks off before its first test is complete.
    """
    return _parse(stream, is_strict=False)


def parse_strict(stream: blocks.Stream) -> raw.RawReport:
    """Do the same and check every byte, at less than half the speed."""
    return _parse(stream, is_strict=True)


def _parse(stream: blocks.Stream, *, is_strict: bool) -> raw.RawReport:
    result = _Result()
    reader = xml_events.Reader(ELEMENTS, result, result.report.warnings)
    try:
        robot_fast.read(reader, result, stream, is_strict=is_strict)
    except xml_events.TruncatedError as error:
        result.break_off(error)
    return result.finish()
