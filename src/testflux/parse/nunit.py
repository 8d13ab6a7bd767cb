"""NUnit's own XML: `<test-run>` of version 3, `<test-results>` of version 2.

The rows of ELEMENTS are both formats; what happens at their starts and ends is in `nunit_result`.
"""

from __future__ import annotations

from testflux.model import raw
from testflux.parse import blocks, cut_off, nunit_result, xml_events

_Results = nunit_result.Results
_Row = xml_events.Element[_Results]
_SKIP = xml_events.SKIP

_INSIDE = {"test-suite": "suite", "test-case": "case"}
_HELD = {
    "properties": "properties",
    "categories": "categories",
    "reason": "reason",
    "failure": "failure",
    **dict.fromkeys(("output", "attachments", "assertions", "assertion-count"), _SKIP),
}

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"test-run": "run", "test-results": "results"}),
    "run": _Row(
        {**_INSIDE, "environment": "environment", **dict.fromkeys(("command-line", "filter", "settings"), _SKIP)},
        start=_Results.start_run,
    ),
    "results": _Row({**_INSIDE, "environment": "environment", "culture-info": _SKIP}, start=_Results.start_results),
    "environment": _Row(start=_Results.start_environment),
    "suite": _Row(
        {
            **_INSIDE,
            **_HELD,
            "results": "suite results",
            "environment": "environment",
            "settings": _SKIP,
        },
        start=_Results.start_suite,
        end=_Results.end_suite,
    ),
    "suite results": _Row(_INSIDE),
    "case": _Row(_HELD, start=_Results.start_case, end=_Results.end_case),
    "properties": _Row({"property": "property"}),
    "property": _Row(start=_Results.start_property),
    "categories": _Row({"category": "category"}),
    "category": _Row(start=_Results.start_category),
    "reason": _Row({"message": "message"}),
    "failure": _Row({"message": "message", "stack-trace": "trace"}),
    "message": _Row(text=True, end=_Results.end_message),
    "trace": _Row(text=True, end=_Results.end_trace),
}
"""Which element may stand where, and what is done with it."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a file of either version; one that breaks off keeps its complete tests.

    Raises ReportError when it is not well-formed, or breaks off before its first test ends.
    """
    results = _Results()
    cut_off.read(xml_events.Reader(ELEMENTS, results, results.report.warnings), stream, results.report)
    return results.report
