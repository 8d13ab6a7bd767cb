"""How often each keyword was called in a Robot Framework JSON output: a second reading, of the bodies too."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks, json_document, robot_json_body

_CALLS = {"", "KEYWORD", "SETUP", "TEARDOWN"}
_BODY = b'"body":'
_BOM = b"\xef\xbb\xbf"


class _Item(msgspec.Struct):
    """A step, or a test, as far as it matters here."""

    name: str = ""
    owner: str = ""
    type: str = ""
    status: str = "FAIL"
    elapsed_time: float = 0.0
    body: list[_Item] | msgspec.UnsetType = msgspec.UNSET
    setup: _Item | None = None
    teardown: _Item | None = None


class _Suite(msgspec.Struct):
    suites: list[_Suite] = []
    tests: list[msgspec.Raw] = []
    setup: msgspec.Raw = msgspec.Raw(b"")
    teardown: msgspec.Raw = msgspec.Raw(b"")


class _Output(_Suite):
    """A whole output, or one suite alone."""

    suite: _Suite = msgspec.field(default_factory=_Suite)


class _Count(msgspec.Struct):
    calls: int = 0
    failed: int = 0
    seconds: float = 0.0


_read_output = msgspec.json.Decoder(_Output).decode
_read_item = msgspec.json.Decoder(_Item).decode


def count(stream: blocks.Stream) -> list[raw.RawKeyword]:
    """Count the calls of keywords, in the order in which they are first met.

    What was not run is not a call; a control structure is none either. Times include what a keyword called. Raises
    ReportError when the JSON is not what robot and rebot write.
    """
    counts: dict[tuple[str, str], _Count] = {}
    try:
        output = _decode(blocks.everything(stream))
        for suite in (output, output.suite):
            for items in _pieces(suite):
                _add(items, counts)
    except (msgspec.ValidationError, RecursionError) as error:
        raise errors.ReportError(
            f"The keywords cannot be counted: {error}.",
            code="json-malformed",
            hint="Let Robot Framework write the file again and send it as it was written.",
        ) from None
    return [
        raw.RawKeyword(owner, name, found.calls, found.failed, found.seconds * 1000)
        for (owner, name), found in counts.items()
    ]


def _decode(data: bytes) -> _Output:
    try:
        return _read_output(data.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_output(msgspec.json.encode(json_document.decode(data, [])))


def _pieces(suite: _Suite) -> Iterator[list[_Item]]:
    """Yield the setup, what is in the tests, and the teardown, of the suite and of those in it."""
    if bytes(suite.setup):
        yield _items(bytes(suite.setup))
    for child in suite.suites:
        yield from _pieces(child)
    for test in suite.tests:
        yield _items(bytes(test))[1:]
    if bytes(suite.teardown):
        yield _items(bytes(suite.teardown))


def _add(items: list[_Item], counts: dict[tuple[str, str], _Count]) -> None:
    for item in items:
        if item.type in _CALLS and item.status != "NOT RUN" and item.name:
            found = counts.setdefault((item.owner, item.name), _Count())
            found.calls += 1
            found.failed += item.status not in {"PASS", "SKIP"}
            found.seconds += item.elapsed_time


def _items(piece: bytes) -> list[_Item]:
    """Return the object and all that is in it, in the order of the file."""
    try:
        items, bodies = _walk(_read_item(piece))
    except (msgspec.DecodeError, UnicodeDecodeError):
        items, bodies = [], -1
    if bodies != piece.count(_BODY):
        items, _ = _walk(msgspec.convert(robot_json_body.decode(piece), _Item, strict=False))
    return items


def _walk(top: _Item) -> tuple[list[_Item], int]:
    """Return all items, and how many of them have a body."""
    waiting, items, bodies = [top], list[_Item](), 0
    while waiting:
        item = waiting.pop()
        items.append(item)
        inside: list[_Item] = []
        if item.setup is not None:
            inside.append(item.setup)
        if item.body is not msgspec.UNSET:
            bodies += 1
            inside += item.body
        if item.teardown is not None:
            inside.append(item.teardown)
        inside.reverse()
        waiting += inside
    return items, bodies
