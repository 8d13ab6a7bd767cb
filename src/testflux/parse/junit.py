"""JUnit XML in the dialects of its many writers.

The rows of ELEMENTS are the format. What happens at their starts and ends is in `junit_result`; what a test printed is
not read, its place in the file is remembered instead.
"""

from __future__ import annotations

from testflux.model import raw
from testflux.parse import blocks, cut_off, junit_case, junit_mend, junit_result, junit_runs, xml_events

_Result = junit_result.Result
_Row = xml_events.Element[_Result]
_OUTPUT: dict[str, str] = {"system-out": xml_events.SKIP, "system-err": xml_events.SKIP}
_OUTCOMES = dict.fromkeys(junit_case.STATUSES, "outcome")
_ATTEMPTS = dict.fromkeys(junit_case.ATTEMPTS, "attempt")

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"testsuites": "testsuites", "testsuite": "testsuite"}),
    "testsuites": _Row(
        {**_OUTPUT, "testsuite": "testsuite", "testcase": "testcase", "properties": "suite properties"},
        start=_Result.start_root,
    ),
    "testsuite": _Row(
        {**_OUTPUT, "testsuite": "testsuite", "testcase": "testcase", "properties": "suite properties"},
        start=_Result.start_suite,
        end=_Result.end_suite,
    ),
    "suite properties": _Row({"property": "suite property"}),
    "suite property": _Row(start=_Result.start_suite_property),
    "testcase": _Row(
        {**_OUTPUT, **_OUTCOMES, **_ATTEMPTS, "testcase": "testcase", "properties": "properties"},
        start=_Result.start_case,
        end=_Result.end_case,
    ),
    "outcome": _Row(_OUTPUT, text=True, start=_Result.start_outcome, end=_Result.end_outcome),
    "attempt": _Row(
        {**_OUTPUT, "stackTrace": "stack trace"}, text=True, start=_Result.start_outcome, end=_Result.end_outcome
    ),
    "stack trace": _Row(text=True, end=_Result.end_trace),
    "properties": _Row({"property": "property"}),
    "property": _Row({"item": xml_events.SKIP}, text=True, start=_Result.start_property, end=_Result.end_property),
}
"""Which element may stand where, and what is done with it."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a JUnit XML. One that breaks off keeps its complete tests; without any it raises ReportError."""
    result = _Result()
    return _read(junit_runs.Reader(ELEMENTS, result, result.report.warnings), result, stream)


def parse_strictly(stream: blocks.Stream) -> raw.RawReport:
    """Do the same with every byte shown to expat: slower, and what `parse` must always agree with."""
    result = _Result()
    return _read(xml_events.Reader(ELEMENTS, result, result.report.warnings), result, stream)


def _read(reader: xml_events.Reader[_Result], result: _Result, stream: blocks.Stream) -> raw.RawReport:
    mended = junit_mend.Mended(stream)
    cut_off.read(reader, mended, result.report)
    if mended.first_byte is not None:
        result.report.warnings.append(
            raw.ReportWarning(
                "illegal-characters",
                "The file has characters that no XML may hold; they were left out.",
                byte=mended.first_byte,
            )
        )
    return result.finish()
