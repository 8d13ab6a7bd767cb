"""One test of xUnit.net's XML, opened."""

from __future__ import annotations

from testflux.model import steps
from testflux.parse import plain_steps, xml_piece


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test. Raises ReportError when it is not well-formed."""
    test = xml_piece.read(piece)
    return steps.Evidence(
        steps=(
            *plain_steps.trace(test.text_of("failure", "stack-trace")),
            *plain_steps.output("stdout", test.text_of("output")),
            *plain_steps.output("stderr", test.text_of("warnings", "warning"), "Warnings"),
        ),
        properties=(
            *(("exception", node.get("exception-type")) for node in test.find("failure") if node.get("exception-type")),
            *((trait.get("name"), trait.get("value")) for trait in test.find("traits", "trait")),
        ),
        files=tuple(_file(node) for node in test.find("attachments", "attachment")),
    )


def _file(node: xml_piece.Node) -> steps.NamedFile:
    """Return an attachment: base64 when it has a media type, else a text."""
    media_type = node.get("media-type")
    content = plain_steps.decoded(node.text.strip()) if media_type else node.text.encode()
    return steps.NamedFile("", node.get("name"), media_type or "text/plain", content)
