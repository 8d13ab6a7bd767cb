"""What the elements of JUnit XML mean: the report grows as they start and end. Its counts are never believed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import (
    junit_attempts,
    junit_case,
    junit_mend,
    junit_names,
    junit_tools,
    junit_values,
    xml_events,
)

_HTML = "*HTML*"
_DEEPEST = 100
_TOP = 2  # open suites, the nameless one around all counted


class Place(msgspec.Struct):
    """A suite path with the parameters that its tests share; `names` are those of its test cases."""

    path: tuple[str, ...]
    parameters: str
    names: list[str]


class OpenSuite(msgspec.Struct):
    """A suite whose end has not been read, or a test case that others stand in.

    `project` is Playwright's, which tells the variants of a test apart. `places` are those of its tests, by class name.
    """

    path: tuple[str, ...]
    source: str
    project: str
    places: dict[str, Place]


class Result:
    """The tests of one file in the making."""

    def __init__(self) -> None:
        self.report = raw.RawReport("junit-xml", Kind.FUNCTIONAL, raw.Tool(junit_tools.UNKNOWN))
        self.suites = [OpenSuite((), "", "", {})]
        self._cases: list[junit_case.Case] = []
        self._places: dict[tuple[tuple[str, ...], str], Place] = {}
        self._attributes: _Attributes = {}
        self._trace = ""
        self._attempt_ms: float | None = None
        self._top_ms = 0.0
        self._warned: set[str] = set()
        self._has_root = False
        self.layout: tuple[str, ...] = ()
        """The attributes of the last test case that was read in full, in their order."""

    def start_root(self, reader: _Reader, attributes: _Attributes) -> None:
        """Learn who wrote the file, and the times of the whole."""
        self._has_root = True
        self._learn(junit_tools.of_root(attributes))
        self._describe(reader, attributes)

    def start_suite(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a suite inside the one that is open."""
        if len(self.suites) > _DEEPEST:
            raise reader.too_deep("suites", _DEEPEST)
        self._learn(junit_tools.of_suite(attributes, is_root=not self._has_root))
        if not self._has_root:
            self._has_root = True
            self._describe(reader, attributes)
        above, tool = self.suites[-1], self.report.tool.name
        name = junit_names.suite(_words(attributes, "name"), tool)
        path = (*above.path, name) if name else above.path
        project = _words(attributes, "hostname") if tool == junit_tools.PLAYWRIGHT else ""
        self.suites.append(OpenSuite(path, _source(attributes) or above.source, project, {}))
        started_at, duration_ms = self._moment(reader, attributes), self._duration(reader, attributes)
        self.report.suites.append(
            raw.RawSuite(path, self.suites[-1].source, metadata={}, started_at=started_at, duration_ms=duration_ms)
        )
        if len(self.suites) == _TOP:
            self._top_ms += duration_ms or 0.0

    def end_suite(self, _reader: _Reader, _text: str) -> None:
        """Close the innermost suite."""
        self.suites.pop()

    def start_suite_property(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Look for the tool's version; all else about a suite's machine stays in the file."""
        tool = junit_tools.of_property(attributes.get("name", ""), attributes.get("value", ""))
        if tool is not None:
            self.report.tool = tool

    def start_case(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a test case; one that stands in another makes that one a suite."""
        if self._cases:
            suite, outer = self.suites[-1], self._cases[-1]
            path = (*self.place(outer.classname, outer.name).path, outer.name)
            self.suites.append(OpenSuite(path, suite.source, suite.project, {}))
        self.layout = tuple(attributes)
        self._cases.append(self.new_case(attributes, reader.byte))

    def end_case(self, reader: _Reader, _text: str) -> None:
        """Close a test case."""
        case = self._cases.pop()
        end = reader.byte_after
        started_at = self._moment(reader, case.attributes)
        self.add(case, None if end is None else (case.start, end), self._duration(reader, case.attributes), started_at)
        if self._cases:
            self.suites.pop()

    def start_outcome(self, reader: _Reader, attributes: _Attributes) -> None:
        """Remember the attributes of what the text to come belongs to."""
        self._attributes, self._trace = attributes, ""
        self._attempt_ms = self._duration(reader, attributes)

    def end_trace(self, _reader: _Reader, text: str) -> None:
        """Keep the stack trace of a rerun, which may be all it says."""
        self._trace = text

    def end_outcome(self, reader: _Reader, text: str) -> None:
        """Keep how a test, or an attempt of it, ended."""
        words = junit_case.message(self._attributes, text if text.strip() else self._trace)
        self._cases[-1].outcomes.append(junit_case.Outcome(reader.tag, words, self._attempt_ms))

    def start_property(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Remember a property of a test."""
        self._attributes = attributes

    def end_property(self, _reader: _Reader, text: str) -> None:
        """Keep the tags among a test's properties; the others are read when somebody opens the test."""
        name, value = self._attributes.get("name", ""), self._attributes.get("value") or text
        self._cases[-1].tags += junit_case.tags(name, junit_mend.words(value))

    def line(self, text: str) -> int | None:
        """Return a line number that counts from 1; pytest's count from 0."""
        found = junit_values.line(text)
        return found + 1 if found is not None and self.report.tool.name == junit_tools.PYTEST else found

    def new_case(self, attributes: _Attributes, start: int) -> junit_case.Case:
        """Return a test case that begins at a byte of the file."""
        classname = _words(attributes, "classname") or _words(attributes, "class")
        name = junit_names.test(_words(attributes, "name"), classname, self.suites[-1].project)
        return junit_case.Case(attributes, start, name, classname, [], [])

    def add(
        self,
        case: junit_case.Case,
        span: tuple[int, int] | None,
        duration_ms: float | None,
        started_at: datetime | None = None,
    ) -> None:
        """Keep a test with its attempts."""
        suite, place = self.suites[-1], self.place(case.classname, case.name)
        place.names.append(case.name)
        tries = junit_case.tries(case)
        for number, (status, message, own_ms) in enumerate(tries, start=1):
            is_last = number == len(tries)
            words, is_html = self.without_mark(message)
            self.report.tests.append(
                raw.RawTest(
                    place.path,
                    case.name,
                    status,
                    words,
                    is_html,
                    started_at,
                    duration_ms if is_last and own_ms is None else own_ms,
                    tuple(case.tags),
                    _source(case.attributes) or suite.source,
                    self.line(case.attributes.get("line", "")),
                    "",
                    number,
                    place.parameters,
                    span[0] if span and is_last else None,
                    span[1] if span and is_last else None,
                )
            )

    def without_mark(self, message: str) -> tuple[str, bool]:
        """Return a message without the mark of HTML, and whether it is HTML: only Robot Framework marks it."""
        if message.startswith(_HTML) and self.report.tool.name == junit_tools.ROBOT:
            return message.removeprefix(_HTML).lstrip(), True
        return message, False

    def place(self, classname: str, name: str) -> Place:
        """Return where a test of the innermost suite belongs."""
        suite = self.suites[-1]
        if name == classname or name.endswith(f" {classname}"):
            classname = ""
        found = suite.places.get(classname)
        if found is None:
            path = junit_names.path(suite.path, classname)
            found = self._places.setdefault((path, suite.project), Place(path, suite.project, []))
            suite.places[classname] = found
        return found

    def finish(self) -> raw.RawReport:
        """Return the report, its attempts numbered, its times taken from the file or else from what is in it."""
        report = self.report
        report.tests = junit_attempts.fold(report.tests, self._repeated(), report.tool.name)
        starts = [suite.started_at for suite in report.suites if suite.started_at]
        report.started_at = report.started_at or min(starts, default=None)
        if report.duration_ms is None:
            report.duration_ms = self._top_ms or sum(test.duration_ms or 0.0 for test in report.tests)
        return report

    def _repeated(self) -> set[junit_attempts.Key]:
        """Return what stands in the file more than once."""
        return {
            (place.path, name, place.parameters)
            for place in self._places.values()
            if len(set(place.names)) < len(place.names)
            for name, count in Counter(place.names).items()
            if count > 1
        }

    def _learn(self, tool: str) -> None:
        if self.report.tool.name == junit_tools.UNKNOWN:
            self.report.tool = raw.Tool(tool)

    def _describe(self, reader: _Reader, attributes: _Attributes) -> None:
        self.report.name = _words(attributes, "name")
        self.report.started_at = self._moment(reader, attributes)
        self.report.duration_ms = self._duration(reader, attributes)

    def _duration(self, reader: _Reader, attributes: _Attributes) -> float | None:
        text = (attributes.get("time") or attributes.get("duration") or "").strip()
        found = junit_values.milliseconds(text) if text else None
        if text and found is None:
            self._warn(reader, "odd-time", f"{text[:40]!r} is no duration in seconds; such times were left out.")
        return found

    def _moment(self, reader: _Reader, attributes: _Attributes) -> datetime | None:
        text = attributes.get("timestamp", "").strip()
        found, is_zoned = junit_values.moment(text) if text else (None, True)
        if text and found is None:
            self._warn(reader, "odd-timestamp", f"{text[:40]!r} is no moment; such time stamps were left out.")
        self.report.local_times = self.report.local_times or (found is not None and not is_zoned)
        return found

    def _warn(self, reader: _Reader, code: str, message: str) -> None:
        """Warn once of each kind: such a file has thousands of them."""
        if code not in self._warned:
            self._warned.add(code)
            reader.warn(code, message)


_Reader = xml_events.Reader[Result]
_Attributes = xml_events.Attributes


def _words(attributes: _Attributes, name: str) -> str:
    return junit_mend.words(attributes.get(name, "")).strip()


def _source(attributes: _Attributes) -> str:
    return attributes.get("file") or attributes.get("filepath") or ""
