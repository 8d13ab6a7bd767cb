"""xUnit.net's XML of versions 2 and 3 (`<assemblies>`)."""

from __future__ import annotations

from datetime import datetime

from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import blocks, cut_off, dotnet_names, plain_text, times, xml_events

RESULTS = {"Pass": Status.PASSED, "Fail": Status.FAILED, "Skip": Status.SKIPPED, "NotRun": Status.SKIPPED}

_FRAMEWORK = "xUnit.net"
_LONGEST_LINE = 9


class Run:
    """The assemblies of a file in the making of a report."""

    def __init__(self) -> None:
        self.report = raw.RawReport("xunit-net-xml", Kind.FUNCTIONAL, raw.Tool(_FRAMEWORK))
        self._assembly = ""
        self._test = raw.RawTest((), "", Status.BROKEN)
        self._tags: list[str] = []
        self._finish: datetime | None = None

    def start_assembly(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep an assembly's name, its times and what ran it."""
        self._assembly = dotnet_names.assembly(attributes.get("name", ""))
        name, _, version = attributes.get("test-framework", "").rpartition(" ")
        if name:
            self.report.tool = raw.Tool(name, version)
        start = times.iso(attributes.get("start-rtf", ""))
        if start is None:
            start = times.iso(f"{attributes.get('run-date', '')}T{attributes.get('run-time', '')}")
            self.report.local_times = self.report.local_times or start is not None
        if start is not None and (self.report.started_at is None or start < self.report.started_at):
            self.report.started_at = start
        self._keep_duration(attributes)

    def start_test(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a test."""
        result, class_name, method = (attributes.get(key, "") for key in ("result", "type", "method"))
        status = RESULTS.get(result)
        if status is None:
            reader.warn("unknown-status", f'The result "{result[:80]}" is not known: taken as broken.')
        named = dotnet_names.split(attributes.get("name", ""), class_name)
        line = attributes.get("source-line", "")
        self._tags = []
        self._test = raw.RawTest(
            tuple(part for part in (self._assembly, class_name) if part),
            named.name or method,
            Status.BROKEN if status is None else status,
            started_at=times.iso(attributes.get("start-rtf", "")),
            duration_ms=times.milliseconds(attributes.get("time", "")),
            source=attributes.get("source-file", ""),
            line=int(line) or None if line.isascii() and line.isdecimal() and len(line) <= _LONGEST_LINE else None,
            parameters=named.arguments,
            byte_start=reader.byte,
        )

    def end_test(self, reader: _Reader, _text: str) -> None:
        """Close a test."""
        self._test.tags = tuple(dict.fromkeys(self._tags))
        self._test.byte_end = reader.byte_after
        if self._test.byte_end is None:
            self._test.byte_start = None
        self.report.tests.append(self._test)

    def start_trait(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep one of a test's traits."""
        self._tags.append(dotnet_names.labelled(attributes.get("name", ""), attributes.get("value", "")))

    def end_message(self, _reader: _Reader, text: str) -> None:
        """Keep why a test failed, was skipped or could not be cleaned up after."""
        self._test.message = plain_text.plain(text).strip("\r\n") or self._test.message

    def start_failure(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep the exception's class, for when nothing more is said."""
        self._test.message = attributes.get("exception-type", "")

    def start_error(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Open what failed outside any test: it stands for a test that broke, so that such a run is never green."""
        words = [attributes.get("type", ""), attributes.get("name", "")]
        name = ": ".join(word for word in words if word) or "error"
        self._test = raw.RawTest((self._assembly,) if self._assembly else (), name, Status.BROKEN)

    def end_error(self, _reader: _Reader, _text: str) -> None:
        """Close what failed outside any test."""
        self.report.tests.append(self._test)

    def _keep_duration(self, attributes: _Attributes) -> None:
        """Take the time from first start to last finish where it is written, else the sum of the assemblies' times."""
        finish = times.iso(attributes.get("finish-rtf", ""))
        if finish is not None and self.report.started_at is not None:
            self._finish = max(finish, self._finish or finish)
            self.report.duration_ms = max(0.0, (self._finish - self.report.started_at).total_seconds() * 1000)
        elif (own := times.milliseconds(attributes.get("time", ""))) is not None:
            self.report.duration_ms = (self.report.duration_ms or 0) + own


_Reader = xml_events.Reader[Run]
_Attributes = xml_events.Attributes
_Row = xml_events.Element[Run]
_SKIP = xml_events.SKIP

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"assemblies": "assemblies"}),
    "assemblies": _Row({"assembly": "assembly"}),
    "assembly": _Row({"errors": "errors", "collection": "collection"}, start=Run.start_assembly),
    "errors": _Row({"error": "error"}),
    "error": _Row({"failure": "failure"}, start=Run.start_error, end=Run.end_error),
    "collection": _Row({"test": "test"}),
    "test": _Row(
        {
            "traits": "traits",
            "failure": "failure",
            "reason": "message",
            **dict.fromkeys(("output", "warnings", "attachments"), _SKIP),
        },
        start=Run.start_test,
        end=Run.end_test,
    ),
    "traits": _Row({"trait": "trait"}),
    "trait": _Row(start=Run.start_trait),
    "failure": _Row({"message": "message", "stack-trace": _SKIP}, start=Run.start_failure),
    "message": _Row(text=True, end=Run.end_message),
}
"""Which element may stand where, and what is done with it."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a file of assemblies; one that breaks off keeps its complete tests.

    Raises ReportError when it is not well-formed, or breaks off before its first test ends.
    """
    run = Run()
    cut_off.read(xml_events.Reader(ELEMENTS, run, run.report.warnings), stream, run.report)
    return run.report
