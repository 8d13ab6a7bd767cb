"""TRX, the test results of Visual Studio, `dotnet test` and `vstest`.

A result names its test by an id; class, assembly and categories stand in the definitions, before or after the results.
The rows of ELEMENTS are the format; what happens at their starts and ends is in `trx_result`.
"""

from __future__ import annotations

from testflux.model import raw
from testflux.parse import blocks, cut_off, trx_result, xml_events

_Results = trx_result.Results
_Row = xml_events.Element[_Results]
_SKIP = xml_events.SKIP

_RESULTS: dict[str, str] = dict.fromkeys(trx_result.RESULTS, "result")
_NOT_RUN = ("TestEntries", "TestLists", "TestSettings", "TestRunConfiguration", "Build", "RunInfos")
_DEFINITION = (
    "Css", "DeploymentItems", "Execution", "Owners", "Properties", "TestResultFiles", "WorkItemIDs", "Agent",
    "Priority", "ExpectedException", "UnitTest", "Command", "Annotations", "TestLinks",
)  # fmt: skip

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"TestRun": "run"}),
    "run": _Row(
        {
            **dict.fromkeys(_NOT_RUN, _SKIP),
            "Times": "times",
            "Results": "results",
            "TestDefinitions": "definitions",
            "ResultSummary": "summary",
        }
    ),
    "times": _Row(start=_Results.start_times),
    "results": _Row(_RESULTS),
    "result": _Row(
        {
            "Output": "output",
            "InnerResults": "results",
            **dict.fromkeys(
                ("ResultFiles", "CollectorDataEntries", "InvokeInfo", "Timers", "Entries", "Comments"), _SKIP
            ),
        },
        start=_Results.start_result,
        end=_Results.end_result,
    ),
    "output": _Row(
        {
            "ErrorInfo": "error",
            **dict.fromkeys(
                ("StdOut", "StdErr", "DebugTrace", "TraceInfo", "TextMessages", "Exceptions", "TestStepTrace"), _SKIP
            ),
        }
    ),
    "error": _Row({"Message": "message", "StackTrace": "trace"}),
    "message": _Row(text=True, end=_Results.end_message),
    "trace": _Row(text=True, end=_Results.end_trace),
    "definitions": _Row(
        {
            **dict.fromkeys(
                ("UnitTest", "GenericTest", "ManualTest", "OrderedTest", "WebTest", "LoadTest"), "definition"
            ),
            **dict.fromkeys(("CodedWebTest", "DatabaseTest", "TestType", "Test"), "definition"),
        }
    ),
    "definition": _Row(
        {
            **dict.fromkeys(_DEFINITION, _SKIP),
            "Description": "description",
            "TestCategory": "categories",
            "TestMethod": "method",
        },
        start=_Results.start_definition,
        end=_Results.end_definition,
    ),
    "description": _Row(text=True, end=_Results.end_description),
    "categories": _Row({"TestCategoryItem": "category"}),
    "category": _Row(start=_Results.start_category),
    "method": _Row(start=_Results.start_method),
    "summary": _Row(
        {
            "RunInfos": "infos",
            **dict.fromkeys(("Counters", "Output", "CollectorDataEntries", "ResultFiles"), _SKIP),
        },
        start=_Results.start_summary,
    ),
    "infos": _Row({"RunInfo": "info"}),
    "info": _Row({"Text": "info text", "Exception": _SKIP}, start=_Results.start_info),
    "info text": _Row(text=True, end=_Results.end_info_text),
}
"""Which element may stand where, and what is done with it."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a TRX file. One that breaks off keeps the tests whose definitions were read.

    Raises ReportError when it is not well-formed, or breaks off before any test is known.
    """
    results = _Results()
    reader = xml_events.Reader(ELEMENTS, results, results.report.warnings)
    try:
        reader.read(stream)
    except xml_events.TruncatedError as error:
        results.finish(is_complete=False)
        cut_off.keep(results.report, error)
    else:
        results.finish(is_complete=True)
    return results.report
