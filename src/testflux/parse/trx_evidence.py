"""One result of a TRX file, opened."""

from __future__ import annotations

from testflux.model import steps
from testflux.parse import plain_steps, xml_piece


def open_test(piece: bytes) -> steps.Evidence:
    """Read one result. Raises ReportError when it is not well-formed."""
    result = xml_piece.read(piece)
    return steps.Evidence(
        steps=(
            *plain_steps.trace(result.text_of("Output", "ErrorInfo", "StackTrace")),
            *plain_steps.output("stdout", result.text_of("Output", "StdOut")),
            *plain_steps.output("stdout", result.text_of("Output", "TextMessages", "Message"), "Messages"),
            *plain_steps.output("stdout", result.text_of("Output", "DebugTrace"), "Debug trace"),
            *plain_steps.output("stderr", result.text_of("Output", "StdErr")),
        ),
        properties=tuple(
            (name, result.get(name)) for name in ("computerName", "executionId", "dataRowInfo") if result.get(name)
        ),
        files=(*_files(result), *_collected(result)),
    )


def _files(result: xml_piece.Node) -> tuple[steps.NamedFile, ...]:
    """Return the files of a result: their paths are relative to the folder of its execution."""
    folder = result.get("relativeResultsDirectory") or result.get("executionId")
    return tuple(
        steps.NamedFile("/".join(part for part in (folder, path) if part), path.replace("\\", "/").rpartition("/")[2])
        for file in result.find("ResultFiles", "ResultFile")
        if (path := file.get("path"))
    )


def _collected(result: xml_piece.Node) -> tuple[steps.NamedFile, ...]:
    """Return the files of data collectors, a video of the screen for one."""
    found = result.find("CollectorDataEntries", "Collector", "UriAttachments", "UriAttachment", "A")
    return tuple(steps.NamedFile(file.get("href"), file.text.strip()) for file in found if file.get("href"))
