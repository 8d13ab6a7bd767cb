"""How often each keyword was called in an output.xml: a second, slower reading that goes through the bodies of tests.

In files of `robot` and `rebot`, which escape every `<` and `>`, write no comments and put a keyword's status last, an
expression finds the beginnings and ends of keywords; files of others are given to a parser.
"""

from __future__ import annotations

import re

import msgspec

from testflux.model import raw
from testflux.parse import blocks, robot_fast, times, xml_events

_BLOCK = 1024 * 1024
_MOST_HELD = 8 * 1024 * 1024
_LONGEST_STATUS = 4096
_MOST_KEYWORDS = 100_000
_NOT_RUN = {"NOT RUN", "NOT_RUN"}
"""As version 4 and later write it, and as dry runs did until 3."""
_CALLS = {"", "kw", "keyword", "setup", "teardown"}
_MARK = re.compile(rb'<(?:(kw[^>]*+)>|status status="([A-Z_ ]+)"([^>]*+)>(?:[^<]*+</status>)?\s*</kw>|(/kw)>)')
_ELAPSED = re.compile(rb' elapsed="(\d{1,9}\.\d+)"')


class _Count(msgspec.Struct):
    owner: str
    name: str
    calls: int = 0
    failed: int = 0
    duration_ms: float = 0.0

    def add(self, status: str, duration_ms: float | None) -> None:
        """Count a call that ended so."""
        if status not in _NOT_RUN:
            self.calls += 1
            self.failed += status not in {"PASS", "SKIP"}
            self.duration_ms += duration_ms or 0.0


class _Counts:
    """The keywords counted so far, and those whose end has not been read: None for control structures."""

    def __init__(self) -> None:
        self.open_ones: list[_Count | None] = []
        self._found: dict[tuple[str, str], _Count] = {}
        self._others = _Count("", "(all other keywords)")
        self._status: xml_events.Attributes = {}

    def find(self, attributes: xml_events.Attributes) -> _Count | None:
        """Return where a call is to be counted, None for what is no call."""
        if attributes.get("type", "").lower() not in _CALLS:
            return None
        key = (attributes.get("owner") or attributes.get("library", ""), attributes.get("name", ""))
        if key not in self._found and len(self._found) >= _MOST_KEYWORDS:
            return self._others
        return self._found.setdefault(key, _Count(*key))

    def list(self) -> list[raw.RawKeyword]:
        """Return what was called at least once."""
        return [
            raw.RawKeyword(count.owner, count.name, count.calls, count.failed, count.duration_ms)
            for count in (*self._found.values(), self._others)
            if count.calls
        ]

    def start_keyword(self, _reader: _Reader, attributes: xml_events.Attributes) -> None:
        """Open a call."""
        self.open_ones.append(self.find(attributes))
        self._status = {}

    def start_status(self, _reader: _Reader, attributes: xml_events.Attributes) -> None:
        """Remember the status of the keyword that is open."""
        self._status = attributes

    def end_keyword(self, _reader: _Reader, _text: str) -> None:
        """Close a call."""
        ended, status = self.open_ones.pop(), self._status
        self._status = {}
        if ended is not None:
            ended.add(status.get("status", "FAIL"), times.robot(status)[1])


_Reader = xml_events.Reader[_Counts]
_Row = xml_events.Element[_Counts]
_INSIDE = {
    **dict.fromkeys(("suite", "test", "for", "iter", "while", "if", "branch", "try", "group"), "block"),
    "kw": "keyword",
}
_ELEMENTS: dict[str, _Row] = {
    "document": _Row({"robot": "block", "suite": "block"}),
    "block": _Row(_INSIDE),
    "keyword": _Row({**_INSIDE, "status": "status"}, start=_Counts.start_keyword, end=_Counts.end_keyword),
    "status": _Row(start=_Counts.start_status),
}


def count(stream: blocks.Stream) -> list[raw.RawKeyword]:
    """Count the calls of keywords, in the order in which they are first met.

    What was not run is not a call; a control structure is none either. Times include what a keyword called. Of a file
    that breaks off, what ended before that is counted. Raises ReportError when the file is not well-formed XML, as far
    as that is looked at.
    """
    first = blocks.full(stream, _BLOCK)
    counts = _Counts()
    if robot_fast.is_own(first):
        _scan(counts, first, stream)
    else:
        try:
            xml_events.Reader(_ELEMENTS, counts, []).read(blocks.Replay(first, stream))
        except xml_events.TruncatedError:
            return counts.list()
    return counts.list()


def _scan(counts: _Counts, first: bytes, stream: blocks.Stream) -> None:
    keywords: dict[bytes, _Count | None] = {}
    rest, more = b"", first
    while more:
        window = rest + more
        cut = _cut(window)
        _count_window(counts, keywords, window[:cut])
        rest = window[cut:]
        if len(rest) > _MOST_HELD:
            rest = rest[: rest.find(b">") + 1]
        if len(keywords) > _MOST_KEYWORDS:
            keywords.clear()
        more = blocks.full(stream, _BLOCK)


def _cut(window: bytes) -> int:
    """Return where no mark is cut in two: behind the last keyword, or, in a text without end, before the last tag."""
    behind = window.rfind(b"</kw>") + len(b"</kw>")
    if len(window) - behind <= _MOST_HELD:
        return behind if behind >= len(b"</kw>") else 0
    status = window.rfind(b"<status ", len(window) - _LONGEST_STATUS)
    return status if status > 0 else window.rfind(b"<")


def _count_window(counts: _Counts, keywords: dict[bytes, _Count | None], window: bytes) -> None:
    open_ones = counts.open_ones
    for start, status, attributes, end in _MARK.findall(window):
        if start:
            if start not in keywords:
                keywords[start] = counts.find(robot_fast.attributes(start))
            open_ones.append(keywords[start])
        elif (status or end) and open_ones:
            ended = open_ones.pop()
            if ended is not None:
                ended.add(status.decode() or "FAIL", _duration(attributes))


def _duration(attributes: bytes) -> float | None:
    found = _ELAPSED.search(attributes)
    return float(found[1]) * 1000 if found else times.robot(robot_fast.attributes(attributes))[1]
