"""One test of NUnit's XML, opened."""

from __future__ import annotations

from testflux.model import steps
from testflux.parse import plain_steps, xml_piece

_ENDS = {"Passed": "passed", "Failed": "failed", "Error": "failed", "Warning": "passed", "Inconclusive": "skipped"}


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test. Raises ReportError when it is not well-formed."""
    case = xml_piece.read(piece)
    assertions = list(case.find("assertions", "assertion"))
    return steps.Evidence(
        steps=(
            *(_assertion(assertion) for assertion in assertions),
            *(() if assertions else plain_steps.trace(case.text_of("failure", "stack-trace"))),
            *plain_steps.output("stdout", case.text_of("output")),
        ),
        properties=tuple(_properties(case)),
        files=tuple(
            steps.NamedFile(file.text_of("filePath"), file.text_of("description"))
            for file in case.find("attachments", "attachment")
        ),
    )


def _assertion(assertion: xml_piece.Node) -> steps.Step:
    """Return one of several things that a test asserted and that did not hold."""
    return steps.Step(
        kind="step",
        name="Assertion",
        status=_ENDS.get(assertion.get("result"), ""),
        message=assertion.text_of("message").strip("\r\n"),
        children=plain_steps.trace(assertion.text_of("stack-trace")),
    )


def _properties(case: xml_piece.Node) -> list[tuple[str, str]]:
    """Return the properties and categories of a test; NUnit's own ones begin with an underscore."""
    named = [(node.get("name"), node.get("value")) for node in case.find("properties", "property")]
    categories = [("Category", node.get("name")) for node in case.find("categories", "category")]
    return [pair for pair in (*named, *categories) if not pair[0].startswith("_")]
