"""What Robot Framework's elements mean: the result grows as they start and end, by the rules of its own reader."""

from __future__ import annotations

from typing import Protocol

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import robot_merge, robot_teardown, times, xml_events

_STATUSES = {"PASS": Status.PASSED, "FAIL": Status.FAILED, "SKIP": Status.SKIPPED}
LOUD = ("WARN", "ERROR")
"""The levels of the messages that Robot Framework repeats as execution errors."""
_TRUE = {"true", "yes"}
_HTML = "*HTML*"
_DEEPEST_SUITE = 100
_NOT_EXECUTED = "robot:exit"
_OWN_WRITERS = {"ROBOT", "REBOT"}


class Place(Protocol):
    """Where in the file its reader is: in XML or in JSON."""

    @property
    def byte(self) -> int | None:
        """The first byte of what is being started; None when no slice of the file can be read alone."""
        ...

    @property
    def byte_after(self) -> int | None:
        """The byte after what is being ended; None when no slice of the file can be read alone."""
        ...

    def warn(self, code: str, message: str) -> None:
        """Remember something odd at this place."""
        ...

    def too_deep(self, what: str, limit: int) -> errors.ReportError:
        """Return the error for nesting that no tool writes."""
        ...


class _OpenSuite(msgspec.Struct):
    """A suite whose end has not been read. `parts_ms` sums up the durations of what is in it."""

    suite: raw.RawSuite
    first_test: int
    parts_ms: float = 0.0
    fixture: str = ""
    fixture_status: str = "FAIL"
    fixture_message: str = ""
    fixture_ms: float | None = None
    teardown: robot_teardown.Teardown | None = None


class Result:
    """An execution result in the making."""

    def __init__(self) -> None:
        self.report = raw.RawReport("robot-xml", Kind.FUNCTIONAL, raw.Tool("Robot Framework"))
        self._open: list[_OpenSuite] = []
        self._test = raw.RawTest((), "", Status.FAILED)
        self.test_at: int | None = None
        """Where the test that is open begins in the file; None between tests."""
        self._tags: dict[str, str] = {}
        self._name = ""
        self._message = raw.RawLogMessage("INFO", "")
        self._logged: dict[int, tuple[str, ...]] = {}
        self._generated = ""
        self._teardowns: robot_teardown.Rule | None = None

    def start_robot(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Learn who wrote the file: only what `robot` itself writes still needs the teardown rule."""
        generator = attributes.get("generator", "")
        self._generated = attributes.get("generated", "")
        words = generator.split()
        if words and words[0].upper() == "ROBOT":
            self._teardowns = robot_teardown.Rule(self.report)
        if words and words[0].upper() in _OWN_WRITERS:
            self.report.tool = raw.Tool("Robot Framework", words[1] if len(words) > 1 else "")
        elif words:
            self.report.tool = raw.Tool(generator)

    def start_suite(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a suite inside the one that is open."""
        if len(self._open) >= _DEEPEST_SUITE:
            raise reader.too_deep("suites", _DEEPEST_SUITE)
        above = self._open[-1].suite if self._open else None
        source = attributes.get("source") or (above.source if above else "")
        if "src" in attributes and "name" not in attributes:
            reader.warn("split-output", f"A part of this result is in another file, {attributes['src'][:200]!r}.")
        suite = raw.RawSuite((*(above.path if above else ()), attributes.get("name", "")), source, metadata={})
        self.report.suites.append(suite)
        self._open.append(_OpenSuite(suite, len(self.report.tests)))

    def end_suite(self, _reader: _Reader, _text: str) -> None:
        """Close the innermost suite: its teardown may still change the tests in it."""
        self._close_suite()

    def _close_suite(self) -> None:
        closed = self._open.pop()
        if closed.suite.duration_ms is None:
            closed.suite.duration_ms = closed.parts_ms
        if self._open:
            self._open[-1].parts_ms += closed.suite.duration_ms
        if self._teardowns is not None and closed.teardown is not None:
            self._teardowns.apply(closed.teardown, closed.first_test)

    def end_suite_doc(self, _reader: _Reader, text: str) -> None:
        """Keep a suite's documentation."""
        self._open[-1].suite.doc = text

    def start_meta(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Remember the name that the text to come belongs to."""
        self._name = attributes.get("name", "")

    def end_suite_meta(self, _reader: _Reader, text: str) -> None:
        """Keep one of a suite's free metadata."""
        self._open[-1].suite.metadata[self._name] = text

    def start_suite_status(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep a suite's times. Its status is not read: it follows from its tests."""
        suite = self._open[-1].suite
        suite.started_at, suite.duration_ms = times.robot(attributes)

    def end_suite_status(self, _reader: _Reader, text: str) -> None:
        """Keep a suite's message."""
        self._open[-1].suite.message = text

    def start_fixture(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Look at a suite's setup or teardown; lower case until Robot Framework 3, upper case since 4."""
        suite = self._open[-1]
        suite.fixture = attributes.get("type", "").lower()
        suite.fixture_status, suite.fixture_message, suite.fixture_ms = "FAIL", "", None

    def start_fixture_status(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep how the setup or teardown ended."""
        suite = self._open[-1]
        suite.fixture_status = attributes.get("status", "FAIL")
        suite.fixture_ms = times.robot(attributes)[1]

    def end_fixture_status(self, _reader: _Reader, text: str) -> None:
        """Keep why it ended so."""
        self._open[-1].fixture_message = text

    def end_fixture(self, _reader: _Reader, _text: str) -> None:
        """Count the fixture's time, and remember the teardown for the suite's end."""
        suite = self._open[-1]
        if suite.fixture in {"setup", "teardown"}:
            suite.parts_ms += suite.fixture_ms or 0.0
        if suite.fixture == "teardown":
            suite.teardown = robot_teardown.Teardown(suite.fixture_status, suite.fixture_message)

    def start_test(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a test and note where it begins in the file."""
        suite = self._open[-1].suite
        line = attributes.get("line", "")
        self._tags = {}
        self.test_at = reader.byte
        self._test = raw.RawTest(
            suite.path,
            attributes.get("name", ""),
            Status.FAILED,
            source=suite.source,
            line=int(line) if line.isdecimal() and len(line) < len("2147483647") else None,
            byte_start=self.test_at,
            attributes={},
        )

    def end_test(self, reader: _Reader, _text: str) -> None:
        """Close a test; what a merge wrote into its message becomes attempts of their own."""
        test = self._test
        self.test_at = None
        test.byte_end = reader.byte_after
        test.byte_start = None if test.byte_end is None else test.byte_start
        test.tags = tuple(self._tags.values())
        if _NOT_EXECUTED in self._tags:
            test.attributes["exit"] = "yes"
        self._open[-1].parts_ms += test.duration_ms or 0.0
        self.report.tests.extend(robot_merge.earlier_attempts(test))
        self.report.tests.append(test)

    def end_test_doc(self, _reader: _Reader, text: str) -> None:
        """Keep a test's documentation."""
        self._test.doc = text

    def end_test_meta(self, _reader: _Reader, text: str) -> None:
        """Keep one of a test's free metadata (Robot Framework 7.5 and later)."""
        self._test.attributes[self._name] = text

    def end_tag(self, _reader: _Reader, text: str) -> None:
        """Keep a tag; tags are equal without regard to case, spaces and underscores, and the first spelling stays."""
        same = "".join(text.lower().split()).replace("_", "")
        if same not in {"", "none"}:
            self._tags.setdefault(same, text)

    def start_timeout(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep how long a test was allowed to take, in Robot Framework's words."""
        self._test.attributes["timeout"] = attributes.get("value", "")

    def start_test_status(self, reader: _Reader, attributes: _Attributes) -> None:
        """Keep how a test ended, as far as the writer knew when it ended."""
        word = attributes.get("status", "FAIL")
        if word not in _STATUSES:
            reader.warn("unknown-status", f"A test has the status {word[:40]!r}; it counts as failed.")
        test = self._test
        test.status = _STATUSES.get(word, Status.FAILED)
        test.started_at, test.duration_ms = times.robot(attributes)
        if "critical" in attributes:
            test.attributes["critical"] = attributes["critical"]

    def end_test_status(self, _reader: _Reader, text: str) -> None:
        """Keep why it ended so."""
        self._test.message_is_html = text.startswith(_HTML)
        self._test.message = text.removeprefix(_HTML).lstrip() if self._test.message_is_html else text

    def start_message(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Note level and time of what was logged in a test, or of an execution error or warning."""
        at = times.iso(attributes["time"]) if "time" in attributes else times.compact(attributes.get("timestamp", ""))
        is_html = attributes.get("html", "") in _TRUE
        self._message = raw.RawLogMessage(attributes.get("level", "INFO"), "", at, is_html)

    start_error = start_message

    def end_message(self, _reader: _Reader, text: str) -> None:
        """Remember in which test a warning or an error was logged; the file repeats it at its end."""
        if self._message.level in LOUD:
            self._logged.setdefault(hash((self._message.at, text)), (*self._test.suite, self._test.name))

    def end_error(self, _reader: _Reader, text: str) -> None:
        """Keep an execution error or warning, with the test that logged the same text at the same time."""
        test = self._logged.get(hash((self._message.at, text)), ())
        self.report.log.append(msgspec.structs.replace(self._message, text=text, test=test))

    def break_off(self, error: xml_events.TruncatedError) -> None:
        """Keep the complete tests of a file that ends too early, as it does when `robot` is killed.

        The teardowns of the suites that were open are unknown, so their tests stay as they were written. Raises the
        error when no test is complete.
        """
        report = self.report
        if not report.tests:
            raise error
        inside = "" if self.test_at is None else f" inside the test {self._test.name[:200]!r}"
        message = (
            f"The file breaks off after {error.byte} bytes (line {error.line}){inside}; what was complete was kept."
        )
        report.is_complete = False
        report.warnings.append(raw.ReportWarning(error.code, message, error.line, error.byte))
        while self._open:
            self._close_suite()

    def finish(self) -> raw.RawReport:
        """Return the report, with its own times taken from its root suite or else from what is in it."""
        report = self.report
        root = report.suites[0] if report.suites else None
        starts = [suite.started_at for suite in report.suites if suite.started_at is not None]
        starts = starts or [test.started_at for test in report.tests if test.started_at is not None]
        own = root.started_at if root else None
        report.started_at = own or min(starts, default=times.iso(self._generated) or times.compact(self._generated))
        report.duration_ms = root.duration_ms if root else None
        report.name = root.path[0] if root else ""
        report.local_times = report.started_at is not None
        return report


_Reader = Place
_Attributes = xml_events.Attributes
