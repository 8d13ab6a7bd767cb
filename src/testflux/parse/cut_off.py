"""What is kept of a report that breaks off."""

from __future__ import annotations

from testflux.model import raw
from testflux.parse import blocks, xml_events


def read(reader: xml_events.Reader[xml_events.Builder], stream: blocks.Stream, report: raw.RawReport) -> None:
    """Read a document into its builder; one that breaks off keeps the tests that are complete.

    Raises ReportError when it is damaged otherwise, or no test was complete.
    """
    try:
        reader.read(stream)
    except xml_events.TruncatedError as error:
        keep(report, error)


def keep(report: raw.RawReport, error: xml_events.TruncatedError) -> None:
    """Say of a report that it is not complete; raises the error when it has no test."""
    if not report.tests:
        raise error
    report.is_complete = False
    words = f"The file breaks off after {error.byte} bytes; the {len(report.tests)} complete tests were kept."
    report.warnings.append(raw.ReportWarning("report-truncated", words, line=error.line, byte=error.byte))
