"""What is done at each element of a TRX file."""

from __future__ import annotations

import msgspec

from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import dotnet_names, plain_text, times, xml_events

RESULTS: tuple[str, ...] = (
    "UnitTestResult", "GenericTestResult", "ManualTestResult", "TestResultAggregation", "TestResult", "WebTestResult",
    "LoadTestResult", "CodedWebTestResult",
)  # fmt: skip
OUTCOMES = {
    "Passed": Status.PASSED,
    "PassedButRunAborted": Status.PASSED,
    "Completed": Status.PASSED,
    "Warning": Status.PASSED,
    "Failed": Status.FAILED,
    "Timeout": Status.FAILED,
    "Error": Status.BROKEN,
    "Aborted": Status.BROKEN,
    "NotRunnable": Status.BROKEN,
    "Disconnected": Status.BROKEN,
    "InProgress": Status.BROKEN,
    "Inconclusive": Status.SKIPPED,
    "NotExecuted": Status.SKIPPED,
    "Pending": Status.SKIPPED,
}
_UNWRITTEN = "Error"  # Visual Studio leaves the first of its outcomes out
_STOPPED = {"Aborted", "Disconnected", "InProgress"}

_Reader = xml_events.Reader["Results"]
_Attributes = xml_events.Attributes


class _Definition(msgspec.Struct):
    """What the file says of a test apart from how it went."""

    assembly: str = ""
    class_name: str = ""
    doc: str = ""
    tags: list[str] = []


class _Open(msgspec.Struct):
    """A result that is being read; one with results in it only sums them up."""

    test: raw.RawTest
    test_id: str
    row: str
    trace: str = ""
    is_sum: bool = False


class Results:
    """A test run in the making of a report."""

    def __init__(self) -> None:
        self.report = raw.RawReport("trx", Kind.FUNCTIONAL, raw.Tool("VSTest"))
        self._definitions: dict[str, _Definition] = {}
        self._definition = _Definition()
        self._definition_id = ""
        self._open: list[_Open] = []
        self._closed: list[_Open] = []
        self._level = "ERROR"

    def start_times(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep when the run began, and how long it took."""
        start, finish = times.iso(attributes.get("start", "")), times.iso(attributes.get("finish", ""))
        self.report.started_at = start or times.iso(attributes.get("creation", ""))
        if start is not None and finish is not None:
            self.report.duration_ms = max(0.0, (finish - start).total_seconds() * 1000)

    def start_result(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a result."""
        if self._open:
            self._open[-1].is_sum = True
        outcome = attributes.get("outcome", _UNWRITTEN)
        status = OUTCOMES.get(outcome)
        if status is None:
            reader.warn("unknown-status", f'The outcome "{outcome[:80]}" is not known: taken as broken.')
        test = raw.RawTest(
            (),
            attributes.get("testName", ""),
            Status.BROKEN if status is None else status,
            started_at=times.iso(attributes.get("startTime", "")),
            duration_ms=dotnet_names.milliseconds(attributes.get("duration", "")),
            byte_start=reader.byte,
        )
        self._open.append(_Open(test, attributes.get("testId", ""), attributes.get("dataRowInfo", "")))

    def end_result(self, reader: _Reader, _text: str) -> None:
        """Close a result; one that sums up others is no test of its own."""
        result = self._open.pop()
        if result.is_sum:
            return
        test = result.test
        test.message = plain_text.plain(test.message).strip("\r\n") or plain_text.first_line(result.trace)
        test.byte_end = reader.byte_after
        if test.byte_end is None:
            test.byte_start = None
        self._closed.append(result)

    def end_message(self, _reader: _Reader, text: str) -> None:
        """Keep why a test ended so."""
        self._open[-1].test.message = text

    def end_trace(self, _reader: _Reader, text: str) -> None:
        """Keep where a test failed, for when it does not say why."""
        self._open[-1].trace = text

    def start_definition(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Open a test's definition."""
        self._definition = _Definition(assembly=dotnet_names.assembly(attributes.get("storage", "")), tags=[])
        self._definition_id = attributes.get("id", "")

    def end_definition(self, _reader: _Reader, _text: str) -> None:
        """Close a test's definition."""
        self._definitions[self._definition_id] = self._definition

    def end_description(self, _reader: _Reader, text: str) -> None:
        """Keep what somebody wrote of a test."""
        self._definition.doc = text

    def start_category(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep one of a test's categories."""
        if category := attributes.get("TestCategory"):
            self._definition.tags.append(category)

    def start_method(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep a test's class, and the assembly in its proper spelling."""
        self._definition.class_name = dotnet_names.class_name(attributes.get("className", ""))
        self._definition.assembly = dotnet_names.assembly(attributes.get("codeBase", "")) or self._definition.assembly

    def start_summary(self, reader: _Reader, attributes: _Attributes) -> None:
        """Learn whether the run came to its end."""
        outcome = attributes.get("outcome", "")
        if outcome in _STOPPED:
            self.report.is_complete = False
            reader.warn("run-stopped", f"The test run did not come to its end: {outcome}.")

    def start_info(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Learn how grave a message of the run is."""
        self._level = "WARN" if attributes.get("outcome") == "Warning" else "ERROR"

    def end_info_text(self, _reader: _Reader, text: str) -> None:
        """Keep a message of the run."""
        self.report.log.append(raw.RawLogMessage(self._level, text.strip()))

    def finish(self, *, is_complete: bool) -> None:
        """Give every result its definition's class and assembly.

        Without them a test is not the test it was: of a file that breaks off only results with a definition are kept.
        """
        for result in self._closed:
            if is_complete or result.test_id in self._definitions:
                _define(result, self._definitions.get(result.test_id, _Definition()))
                self.report.tests.append(result.test)


def _define(result: _Open, definition: _Definition) -> None:
    test = result.test
    named = dotnet_names.split(test.name, definition.class_name)
    test.name, test.parameters = named.name, named.arguments or result.row
    test.suite = tuple(part for part in (definition.assembly, definition.class_name) if part)
    test.doc, test.tags = definition.doc, tuple(definition.tags)
