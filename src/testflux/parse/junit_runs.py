"""The fast way through JUnit XML: test cases that are as simple as most are never shown to expat.

A test case is simple when its attributes stand in the order of the one before, its children are the common ones and
all of it is what `junit_simple` can tell to be well-formed. Such cases are cut out of the document where nothing is
open but suites. Expat reads what is left, in pieces, so that everything is seen in order; what comes of it is the same
either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import blocks, junit_case, junit_result, junit_simple, xml_events

_CASE = b"<testcase"
_PASS = (Status.PASSED, "")
_NEVER = "\x7f"  # no name ends with it
_NO_ATTRIBUTES: dict[str, str] = {}
_MOST_DURATIONS = 20_000
_BLOCK = 4 * blocks.SIZE
_NONE: list[junit_case.Outcome] = []


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
        self._suite: junit_result.OpenSuite | None = None
        self._places: dict[str, junit_result.Place] = {}
        self._sources: dict[str, str] = {}
        self._durations: dict[str, float] = {}
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
        suite = self._builder.suites[-1]
        if suite.project:
            return None
        if suite is not self._suite:
            self._suite, self._places, self._sources = suite, {}, {"": suite.source}
        attributes = self._builder.layout
        if attributes not in self._layouts:
            self._layouts[attributes] = junit_simple.layout(attributes)
        return self._layouts[attributes]

    def _take(self, text: str, at: int, layout: junit_simple.Layout) -> int:
        """Read simple cases as long as there are some; return where what is none begins."""
        moved = self._base + self._fed - at
        at = junit_simple.after_space(text, at)
        match, order, durations, is_ascii = layout.pattern.match, layout.order, self._durations, text.isascii()
        places, sources, keep = self._places, self._sources, self._builder.report.tests.append
        while found := match(text, at):
            classname, name, seconds, file, line, mark = found.group(*order)
            end, outcomes = found.end(), _NONE
            if not mark:
                body = junit_simple.body(text, end)
                if body is None:
                    break
                end, outcomes = body
            if "&" in name or not (is_ascii or name.isascii()):
                name = junit_simple.decoded(name)
            duration_ms = durations.get(seconds) or self._duration_ms(seconds)
            place = places.get(classname)
            if (
                place is None
                or (file and file not in sources)
                or (len(name) >= len(classname) and name.endswith(classname or _NEVER))
                or (outcomes and (len(outcomes) > 1 or outcomes[0].message.startswith("*")))
                or name.strip() != name
            ):
                self._add(found, layout, name, outcomes, duration_ms, (moved + at, moved + end))
            else:
                place.names.append(name)
                status, message = (junit_case.STATUSES[outcomes[0].tag], outcomes[0].message) if outcomes else _PASS
                number = self._builder.line(line) if line else None
                keep(
                    raw.RawTest(
                        place.path, name, status, message, False, None, duration_ms, (), sources[file], number, "", 1,
                        place.parameters, moved + at, moved + end, _NO_ATTRIBUTES,
                    )
                )  # fmt: skip
            at = end if text[end : end + 1] == "<" else junit_simple.after_space(text, end)
        return at

    def _add(
        self,
        found: re.Match[str],
        layout: junit_simple.Layout,
        name: str,
        outcomes: list[junit_case.Outcome],
        duration_ms: float | None,
        span: tuple[int, int],
    ) -> None:
        """Keep a case that is more than a pass, or the first of its class or file."""
        class_, file, line = (found[number] for number in (layout.order[0], layout.order[3], layout.order[4]))
        classname = junit_simple.decoded(class_)
        source = junit_simple.decoded(file) or self._sources[""]
        attributes = {"classname": classname, "name": name, "file": source, "line": line}
        case = self._builder.new_case(attributes, span[0])
        case.outcomes += outcomes
        self._builder.add(case, span, duration_ms)
        self._sources[file] = source
        if case.classname == class_ and not case.name.endswith(class_ or _NEVER):
            self._places[class_] = self._builder.place(class_, case.name)

    def _duration_ms(self, seconds: str) -> float | None:
        """Return milliseconds; the most frequent durations are remembered, which saves time and memory."""
        if not seconds:
            return None
        found = float(seconds) * 1000
        if len(self._durations) < _MOST_DURATIONS:
            self._durations[seconds] = found
        return found

    def _start_cdata(self) -> None:
        self._is_cdata = True

    def _end_cdata(self) -> None:
        self._is_cdata = False

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._is_utf8 = encoding is None or encoding.lower() == "utf-8"
        super()._check_encoding(_version, encoding, _standalone)
