"""Why a phase of a pytest test failed, in the three shapes that pytest gives it."""

from __future__ import annotations

from typing import NamedTuple, cast

from testflux.parse import json_document, json_pieces, plain_text

_SKIPPED = "Skipped: "


class Failure(NamedTuple):
    """What is said in short, and everything that is said."""

    message: str = ""
    trace: str = ""


def read(longrepr: object) -> Failure:
    """Return the failure: of an exception with its tracebacks, of a skip with its place, or of a text."""
    if json_document.is_object(longrepr):
        crash = json_pieces.members(longrepr, "reprcrash")
        trace = _trace(longrepr)
        message = plain_text.plain(json_pieces.text(crash, "message"))
        return Failure(message or plain_text.first_line(trace), trace)
    if isinstance(longrepr, list):
        *_, words = "", *map(json_document.as_text, json_document.as_list(cast("object", longrepr)))
        return Failure(words.removeprefix(_SKIPPED))
    text = plain_text.plain(json_document.as_text(longrepr))
    return Failure(_message(text), text)


def _message(text: str) -> str:
    """Return the line of a text that says what happened: pytest marks it with an E, and begins others with it."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return next((line for line in marked if line), "") or plain_text.first_line(text)


def _trace(failure: dict[str, object]) -> str:
    """Return the tracebacks of an exception and of those it came from, the first cause first."""
    links = [json_document.as_list(link) for link in json_document.as_list(failure.get("chain"))]
    chain = [json_document.as_object(link[0]) for link in links if link]
    return "\n\n".join(_traceback(item) for item in chain or [json_pieces.members(failure, "reprtraceback")])


def _traceback(traceback: dict[str, object]) -> str:
    return "\n\n".join(_entry(entry) for entry in json_pieces.objects(traceback, "reprentries"))


def _entry(entry: dict[str, object]) -> str:
    data = json_pieces.members(entry, "data")
    lines = [json_document.as_text(line) for line in json_document.as_list(data.get("lines"))]
    place = json_pieces.members(data, "reprfileloc")
    if place:
        where = f"{json_pieces.text(place, 'path')}:{json_pieces.text(place, 'lineno')}"
        lines.extend(("", f"{where}: {json_pieces.text(place, 'message')}"))
    return plain_text.plain("\n".join(lines))
