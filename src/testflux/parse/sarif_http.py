"""The request and the answer of a SARIF result, as they went over the wire."""

from __future__ import annotations

from testflux.parse import json_document
from testflux.parse.sarif_rules import Object, child, text


def request(written: Object) -> tuple[str, str]:
    """Return a request's head and body, both "" when there is none."""
    if not written:
        return "", ""
    first = f"{text(written, 'method')} {text(written, 'target')} {_protocol(written)}"
    return _head(first, written), text(child(written, "body"), "text")


def answer(written: Object) -> tuple[str, str]:
    """Return an answer's head and body, both "" when there is none."""
    if not written or written.get("noResponseReceived") is True:
        return "", ""
    first = f"{_protocol(written)} {text(written, 'statusCode')} {text(written, 'reasonPhrase')}"
    return _head(first, written), text(child(written, "body"), "text")


def _protocol(written: Object) -> str:
    version = text(written, "version")
    return f"{text(written, 'protocol') or 'HTTP'}{'/' if version else ''}{version}"


def _head(first: str, written: Object) -> str:
    lines = [f"{name}: {json_document.as_text(value)}" for name, value in child(written, "headers").items()]
    return "\r\n".join([first.strip(), *lines, "", ""])
