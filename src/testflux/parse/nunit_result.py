"""What is done at each element of NUnit's XML, of version 2 and of version 3."""

from __future__ import annotations

import msgspec

from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import dotnet_names, plain_text, times, xml_events

RESULTS = {
    "Passed": Status.PASSED,
    "Success": Status.PASSED,
    "Warning": Status.PASSED,
    "Failed": Status.FAILED,
    "Failure": Status.FAILED,
    "Error": Status.BROKEN,
    "Invalid": Status.BROKEN,
    "NotRunnable": Status.BROKEN,
    "Cancelled": Status.BROKEN,
    "Inconclusive": Status.SKIPPED,
    "Ignored": Status.SKIPPED,
    "Skipped": Status.SKIPPED,
    "Explicit": Status.SKIPPED,
}
_BROKEN_LABELS = {"Error", "Invalid", "Cancelled"}
_FIXTURE_SITES = {"SetUp", "TearDown", "Parent"}
_VARIANTS = {"ParameterizedMethod", "ParameterizedTest", "GenericMethod", "Theory"}
_TEARDOWN = "OneTimeTearDown"
_CATEGORY = "Category"

_Reader = xml_events.Reader["Results"]
_Attributes = xml_events.Attributes


class _Holder(msgspec.Struct):
    """A suite or a test that is open; `path` ends with the suite's own name."""

    path: tuple[str, ...]
    attributes: _Attributes
    tags: tuple[str, ...] = ()
    doc: str = ""
    message: str = ""
    trace: str = ""


class Results:
    """A test run in the making of a report."""

    def __init__(self) -> None:
        self.report = raw.RawReport("nunit-xml", Kind.FUNCTIONAL, raw.Tool("NUnit"))
        self._suites = [_Holder((), {})]
        self._holder = self._suites[0]
        self._byte = 0

    def start_run(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep the engine's version and the times of a run of version 3."""
        self.report.tool = raw.Tool("NUnit", attributes.get("engine-version", ""))
        self.report.started_at = times.iso(attributes.get("start-time", ""))
        self.report.duration_ms = _milliseconds(attributes.get("duration", ""))

    def start_results(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep the time of a run of version 2, which has no zone."""
        self.report.started_at = times.iso(f"{attributes.get('date', '')}T{attributes.get('time', '')}")
        self.report.local_times = self.report.started_at is not None

    def start_environment(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep the version of NUnit itself, which says more than the engine's."""
        version = attributes.get("framework-version") or attributes.get("nunit-version")
        if version:
            self.report.tool = raw.Tool("NUnit", version)

    def start_suite(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a suite; the variants of one test are no suite."""
        above, kind, name = self._suites[-1], attributes.get("type", ""), attributes.get("name", "")
        path = above.path if kind in _VARIANTS or not name else (*above.path, _suite_name(name))
        if len(self._suites) == 1 and self.report.duration_ms is None:
            self.report.duration_ms = _milliseconds(attributes.get("time", ""))
        self._holder = _Holder(path, attributes, above.tags)
        self._suites.append(self._holder)
        self._byte = reader.byte

    def end_suite(self, _reader: _Reader, _text: str) -> None:
        """Close a suite. A teardown that failed stands for a test that broke: no test of the suite tells of it."""
        suite = self._suites.pop()
        self._holder = self._suites[-1]
        if suite.attributes.get("result") == "Failed" and suite.attributes.get("site") == "TearDown":
            self.report.tests.append(raw.RawTest(suite.path, _TEARDOWN, Status.BROKEN, message=_message(suite)))

    def start_case(self, reader: _Reader, attributes: _Attributes) -> None:
        """Open a test."""
        suite = self._suites[-1]
        self._holder = _Holder(suite.path, attributes, suite.tags, doc=attributes.get("description", ""))
        self._byte = reader.byte

    def end_case(self, reader: _Reader, _text: str) -> None:
        """Close a test."""
        case, attributes = self._holder, self._holder.attributes
        self._holder = self._suites[-1]
        named = dotnet_names.split(_own_name(attributes.get("name", ""), case.path), attributes.get("classname", ""))
        end = reader.byte_after
        self.report.tests.append(
            raw.RawTest(
                case.path,
                named.name,
                _status(attributes, reader),
                message=_message(case),
                started_at=times.iso(attributes.get("start-time", "")),
                duration_ms=_milliseconds(attributes.get("duration") or attributes.get("time", "")),
                tags=case.tags,
                doc=case.doc,
                parameters=named.arguments,
                byte_start=None if end is None else self._byte,
                byte_end=end,
            )
        )

    def start_property(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep a category or the description, of a test or for all tests of a suite."""
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if name == _CATEGORY:
            self._add_tag(value)
        elif name == "Description" and value:
            self._holder.doc = value

    def start_category(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep a category as version 2 has it."""
        self._add_tag(attributes.get("name", ""))

    def end_message(self, _reader: _Reader, text: str) -> None:
        """Keep why a test or a suite ended so."""
        self._holder.message = self._holder.message or plain_text.plain(text).strip("\r\n")

    def end_trace(self, _reader: _Reader, text: str) -> None:
        """Keep where a test failed, for when it does not say why."""
        self._holder.trace = text

    def _add_tag(self, tag: str) -> None:
        if tag and tag not in self._holder.tags:
            self._holder.tags = (*self._holder.tags, tag)


def _suite_name(name: str) -> str:
    """Return a suite's name: an assembly's may be the path of its file."""
    return dotnet_names.assembly(name) if name.lower().endswith((".dll", ".exe")) else name


def _own_name(name: str, path: tuple[str, ...]) -> str:
    """Return a test's name without the names of its suites, which version 2 puts in front."""
    for start in range(len(path)):
        prefix = ".".join((*path[start:], ""))
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _status(attributes: _Attributes, reader: _Reader) -> Status:
    """Return how a test went: what fails outside its assertions, or outside itself, could not judge."""
    result = attributes.get("result") or _old_result(attributes)
    status = RESULTS.get(result)
    if status is None:
        reader.warn("unknown-status", f'The result "{result[:80]}" is not known: taken as broken.')
        return Status.BROKEN
    is_broken = attributes.get("label") in _BROKEN_LABELS or attributes.get("site") in _FIXTURE_SITES
    return Status.BROKEN if status is Status.FAILED and is_broken else status


def _old_result(attributes: _Attributes) -> str:
    """Return the result that the earliest files write in two attributes."""
    if attributes.get("executed", "").lower() == "false":
        return "Ignored"
    return "Success" if attributes.get("success", "").lower() == "true" else "Failure"


def _message(holder: _Holder) -> str:
    """Return why something ended so; of a timeout only the label tells."""
    label = holder.attributes.get("label", "")
    return holder.message or plain_text.first_line(holder.trace) or ("" if label in RESULTS else label)


def _milliseconds(seconds: str) -> float | None:
    return times.milliseconds(seconds.replace(",", "."))
