"""The fast way through an output.xml: the bodies of tests, which are nearly all of it, are stepped over.

`robot` and `rebot` write one element a line, escape every `<`, and put a test's body first and its documentation, tags,
timeout and status after it. A scan for the few marks that matter finds each test's end; what follows the body is found
by walking back from there. Only what lies outside the bodies reaches the reader of `robot`, with its place in the file.

Whatever is not exactly so, one test or the rest of the file, is handed to that reader whole: slower, never different.
"""

from __future__ import annotations

import html
import re

from testflux.parse import blocks, robot_result, xml_events

_BLOCK = 256 * 1024
_LARGEST_BLOCK = 2 * 1024 * 1024
_MOST_HELD = 8 * 1024 * 1024
"""A longer test is read whole, because it would not fit into the memory allowed."""
_HEAD = re.compile(rb'<\?xml version="1\.0" encoding="UTF-8"\?>\s*<robot [^<>]*?generator="R(?:o|e)bot ')
_MARK = re.compile(rb"<(?:test|/test|[!?])")
_LONGEST_PART_OF_A_MARK = 5
_BODY = (
    b"kw",
    b"for",
    b"while",
    b"group",
    b"if",
    b"try",
    b"variable",
    b"return",
    b"continue",
    b"break",
    b"error",
    b"msg",
)
_AFTER_BODY = {b"doc", b"meta", b"tags", b"tag", b"timeout", b"status"}
_BODY_START = re.compile(rb">\s*\n(?=<(?:" + b"|".join(_BODY) + rb")[ >])")
_ATTRIBUTE = re.compile(rb"""(\w+)=(?:"([^"]*)"|'([^']*)')""")
_Reader = xml_events.Reader[robot_result.Result]


def is_own(head: bytes) -> bool:
    """Return whether a file that begins so is in UTF-8 and as only `robot` and `rebot` write it."""
    return _HEAD.match(head) is not None


def read(reader: _Reader, result: robot_result.Result, stream: blocks.Stream, *, is_strict: bool) -> None:
    """Read to the end; `is_strict` has every byte checked for well-formedness, the bodies' too. Raises ReportError."""
    more = blocks.full(stream, _BLOCK)
    head = _HEAD.match(more)
    if head is None:
        reader.read(blocks.Replay(more, stream))
        return
    scan = _Scan(reader, result, is_strict=is_strict)
    rest, seen = b"", head.end()
    while more and not scan.is_over:
        rest, seen = scan.read(rest + more, seen)
        more = blocks.full(stream, min(max(_BLOCK, len(rest)), _LARGEST_BLOCK))
    reader.feed(rest)
    while more:
        reader.feed(more)
        more = blocks.full(stream)
    reader.finish()


class _Scan:
    """Goes through a file window by window."""

    def __init__(self, reader: _Reader, result: robot_result.Result, *, is_strict: bool) -> None:
        self._reader = reader
        self._result = result
        self._is_strict = is_strict
        self._window = b""
        self._offset = 0
        self._fed = 0
        self._test: int | None = None
        self.is_over = False
        """True from the first comment, CDATA section or instruction on: the rest is for the reader alone."""

    def read(self, window: bytes, seen: int) -> tuple[bytes, int]:
        """Read a window of which `seen` bytes were searched before; return its unread rest and how much of that is."""
        self._window, self._fed = window, 0
        for found in _MARK.finditer(window, seen):
            seen = found.end()
            self._meet(found[0], found.start())
            if self.is_over:
                return window[self._fed :], 0
        if self._test is None or len(window) - self._test > _MOST_HELD:
            self._test = None
            self._feed(max(window.rfind(b">") + 1, len(window) - _MOST_HELD))
            rest = self._fed
        else:
            rest = self._test
            self._feed(rest)
            self._test = 0
        self._offset += rest
        return window[rest:], max(seen, len(window) - _LONGEST_PART_OF_A_MARK, rest) - rest

    def _meet(self, mark: bytes, at: int) -> None:
        if mark == b"<test":
            self._test = at
        elif mark != b"</test":
            self.is_over = True
        elif self._test is not None:
            self._step_over_body(self._test, at)
            self._test = None

    def _step_over_body(self, start: int, end: int) -> None:
        first, last = self._find_body(start, end)
        if first >= last:
            return
        self._feed(first)
        if self._result.test_at != self._offset + start:
            return
        for level in robot_result.LOUD:
            self._find_messages(b' level="%s"' % level.encode(), first, last)
        if self._is_strict:
            self._reader.feed_unheard(self._window[first:last])
        else:
            self._reader.skip(last - first, self._window.count(b"\n", first, last))
        self._fed = last

    def _find_messages(self, level: bytes, first: int, last: int) -> None:
        """Tell of the messages of a level that are in the body from `first` to `last`."""
        window = self._window
        end = first
        while (at := window.find(level, end, last)) >= 0 and (end := window.find(b">", at, last)) >= 0:
            start = window.rfind(b"<", first, at)
            if window.startswith(b"<msg ", start) and window.find(b">", start, at) < 0:
                text = window[end + 1 : window.find(b"<", end, last)]
                self._result.start_message(self._reader, attributes(window[start:end]))
                self._result.end_message(self._reader, _text(text))

    def _find_body(self, start: int, end: int) -> tuple[int, int]:
        """Return where the body of a test begins and ends, at the beginnings of lines; (0, 0) when that is not sure."""
        opened = _BODY_START.match(self._window, self._window.find(b">", start, end), end)
        if opened is None:
            return 0, 0
        first = opened.end()
        last = _walk_back(self._window, first, end)
        return (first, last) if self._window.startswith(b"\n", last - 1) else (0, 0)

    def _feed(self, end: int) -> None:
        if end > self._fed:
            self._reader.feed(self._window[self._fed : end])
            self._fed = end


def attributes(tag: bytes) -> xml_events.Attributes:
    """Return the attributes of a start tag."""
    return {name.decode(): _text(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _text(escaped: bytes) -> str:
    return html.unescape(escaped.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))


def _walk_back(window: bytes, first: int, end: int) -> int:
    """Go from `end`, where a test's end tag begins, back over what follows its body; return 0 when that is not sure."""
    at = end
    while True:
        closed = window.rfind(b">", first, at)
        if closed < 0:
            return 0
        if window.startswith(b"/", closed - 1):
            start = window.rfind(b"<", first, closed)
            name = window[start + 1 : closed].split(maxsplit=1)[0]
        else:
            start = window.rfind(b"</", first, closed)
            name = window[start + 2 : closed]
            if name in _BODY and at < end:
                return at
            start = window.rfind(b"<tags" if name == b"tags" else b"<", first, start)
        if name not in _AFTER_BODY or not window.startswith(b"<" + name, start) or (at == end and name != b"status"):
            return 0
        at = start
