"""The fast way through JUnit XML: test cases that are as simple as most are never shown to expat.

A test case is simple when its attributes stand in the order of the one before, its children are the common ones and
all of it is what `junit_simple` can tell to be well-formed. Such cases are cut out of the document where nothing is
open but suites. Expat reads what is left, in pieces, so that everything is seen in order; what comes of it is the same
either way.
"""

from __future__ import annotations

from collections.abc import Mapping

from testflux.model import raw
from testflux.parse import blocks, junit_columns, junit_result, junit_simple, xml_events

_CASE = b"<testcase"
_BLOCK = 4 * blocks.SIZE
_SHORTEST_REACH = 4 * 1024
"""How far to look for simple cases where they are rare, so that a look costs no more than they do."""


class Reader(xml_events.Reader[junit_result.Result]):
    """Reads a document of legal characters: its simple test cases by itself, all else through the table."""

    def __init__(
        self,
        table: Mapping[str, xml_events.Element[junit_result.Result]],
        result: junit_result.Result,
        warnings: list[raw.ReportWarning],
    ) -> None:
        super().__init__(table, result, warnings)
        self._among_cases = (table["testsuite"], table["testsuites"])
        self._is_utf8 = True
        self._is_cdata = False
        self._layouts: dict[tuple[str, ...], junit_simple.Layout | None] = {}
        self._tests = junit_columns.Tests(result)
        self._is_exact = False
        self._reach = _BLOCK
        self._parser.StartCdataSectionHandler = self._start_cdata
        self._parser.EndCdataSectionHandler = self._end_cdata

    def read(self, stream: blocks.Stream) -> None:
        """Read to the end; raises what the slower reader raises."""
        first = True
        while whole := blocks.full(stream, _BLOCK):
            self._read_block(self._without_prolog(whole) if first else whole)
            first = False
        self._feed(b"", last=True)

    def _read_block(self, block: bytes) -> None:
        text = block.decode("latin-1")
        self._is_exact = False
        at = 0
        while at < len(block):
            layout = self._layout() if self._is_settled() else None
            if layout is not None:
                begun, at = at, self._take(text, at, layout)
                self._lines_before += text.count("\n", begun, at)
                self._base = self._base + at - begun
            end = block.find(_CASE, at + 1)
            end = len(block) if end < 0 else end
            if end > at:
                self._feed(block[at:end], last=False)
            if end - at > self._reach:
                self._reach = _BLOCK
            at = end

    def _is_settled(self) -> bool:
        """True when expat holds nothing back and stands between test cases."""
        return (
            self._parser.CurrentByteIndex == self._fed
            and self._rows[-1] in self._among_cases
            and self._parser.StartElementHandler == self._start
            and self._is_utf8
            and not self._is_cdata
        )

    def _layout(self) -> junit_simple.Layout | None:
        """Return what a simple case looks like here, None when none can be."""
        if self._builder.suites[-1].project:
            return None
        attributes = self._builder.layout
        if attributes not in self._layouts:
            self._layouts[attributes] = junit_simple.layout(attributes)
        return self._layouts[attributes]

    def _take(self, text: str, at: int, layout: junit_simple.Layout) -> int:
        """Read simple cases as long as there are some; return where what is none begins."""
        first_byte = self._base + self._fed - at
        at = junit_simple.after_space(text, at)
        first_byte += at
        near = text[at : at + self._reach]
        run = layout.read(near, first_byte, is_exact=self._is_exact)
        if run is None:
            self._is_exact = True
            run = layout.read(near, first_byte, is_exact=True)
        if run is None:
            return at
        self._reach = _BLOCK if 2 * run.size > len(near) else max(_SHORTEST_REACH, self._reach // 2)
        if run.starts:
            self._tests.keep(run)
        return at + run.size

    def _start_cdata(self) -> None:
        self._is_cdata = True

    def _end_cdata(self) -> None:
        self._is_cdata = False

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._is_utf8 = encoding is None or encoding.lower() == "utf-8"
        super()._check_encoding(_version, encoding, _standalone)
