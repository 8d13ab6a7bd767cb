"""Robot Framework's JSON output of 7.0 to 7.5, as `robot` streams it, as `rebot` writes it, or one suite alone.

JSON is read whole: memory is the file's size plus what is taken out of it. Each object is opened one level deep, so
its keys can stand in any order (`robot` writes a test's name after its body); bodies are skipped, their place is
remembered. What the values mean is in `robot_result`, the same as for XML.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks, json_document, robot_json_body, robot_result

_BOM = b"\xef\xbb\xbf"
_TESTS = b'"tests":['
_STATUS = frozenset({"status", "message", "start_time", "elapsed_time"})
_KNOWN = {
    "output": frozenset({"generator", "generated", "rpa", "suite", "statistics", "errors"}),
    "suite": _STATUS
    | {"id", "name", "doc", "metadata", "source", "rpa", "suites", "tests", "setup", "teardown", "body"},
    "test": _STATUS
    | {"id", "name", "doc", "tags", "metadata", "timeout", "lineno", "template", "error", "setup", "teardown", "body"},
}
"""The keys that each kind of object may have; any other is warned about by its name."""

Parts = dict[str, msgspec.Raw]
"""An object of which only the keys were read."""

_read_parts = msgspec.json.Decoder(Parts).decode
_read_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_value = msgspec.json.Decoder().decode


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a JSON output. Raises ReportError when it is not well-formed or breaks off."""
    data = blocks.everything(stream)
    warnings: list[raw.ReportWarning] = []
    try:
        reading = _Reading(data, has_places=True)
        report = reading.read()
        if reading.lists_of_tests >= data.count(_TESTS):
            return report
        mended = robot_json_body.decode(data)  # a key stands twice, and only its last value was read
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        mended = json_document.decode(data, warnings)
    return _Reading(msgspec.json.encode(mended), has_places=False, warnings=warnings).read()


class _Reading:
    """One file being read: it tells a Result what happens where, in the words of the XML."""

    def __init__(self, data: bytes, *, has_places: bool, warnings: list[raw.ReportWarning] | None = None) -> None:
        self._data = data
        self._has_places = has_places
        self._at = 0
        self.lists_of_tests = 0
        """How many lists of tests were met."""
        self._warned: set[tuple[str, str]] = set()
        self.byte: int | None = None
        self.byte_after: int | None = None
        self._result = robot_result.Result()
        self._report = self._result.report
        self._report.format = "robot-json"
        self._report.warnings.extend(warnings or ())

    def read(self) -> raw.RawReport:
        top = _read_parts(self._data.removeprefix(_BOM))
        if "suite" in top:
            self._check(top, "output")
            self._result.start_robot(self, {name: text(top, name) for name in ("generator", "generated")})
            self._read_suite(self._open(top["suite"], "suite"))
            self._read_errors(top)
        else:
            self._read_suite(self._check(top, "suite"))
        return self._result.finish()

    def _read_suite(self, suite: Parts) -> None:
        result = self._result
        source = {"source": text(suite, "source")} if "source" in suite else {}
        result.start_suite(self, {"name": text(suite, "name"), **source})
        result.end_suite_doc(self, text(suite, "doc"))
        for name, value in self._pairs(suite):
            result.start_meta(self, {"name": name})
            result.end_suite_meta(self, value)
        self._read_fixture(suite, "setup")
        for key, value in suite.items():
            if key == "suites":
                for child in self._list(value, key):
                    self._read_suite(self._open(child, "suite"))
            elif key == "tests":
                self.lists_of_tests += 1
                for test in self._list(value, key):
                    self._read_test(test)
        self._read_fixture(suite, "teardown")
        result.start_suite_status(self, _status(suite))
        result.end_suite_status(self, text(suite, "message"))
        result.end_suite(self, "")

    def _read_fixture(self, suite: Parts, kind: str) -> None:
        if kind not in suite:
            return
        keyword = self._open(suite[kind], "")
        self._result.start_fixture(self, {"type": kind})
        self._result.start_fixture_status(self, _status(keyword))
        self._result.end_fixture_status(self, text(keyword, "message"))
        self._result.end_fixture(self, "")

    def _read_test(self, piece: msgspec.Raw) -> None:
        result = self._result
        self._find(piece)
        test = self._open(piece, "test")
        result.start_test(self, {"name": text(test, "name"), "line": text(test, "lineno")})
        result.end_test_doc(self, text(test, "doc"))
        for name, value in self._pairs(test):
            result.start_meta(self, {"name": name})
            result.end_test_meta(self, value)
        for tag in json_document.as_list(value_of(test, "tags")):
            result.end_tag(self, json_document.clean_text(json_document.as_text(tag)))
        if timeout := text(test, "timeout"):
            result.start_timeout(self, {"value": timeout})
        result.start_test_status(self, _status(test))
        result.end_test_status(self, text(test, "message"))
        result.end_test(self, "")

    def _read_errors(self, top: Parts) -> None:
        for message in json_document.as_list(value_of(top, "errors")):
            found = json_document.as_object(message)
            words = {key: json_document.clean_text(json_document.as_text(value)) for key, value in found.items()}
            html = "true" if found.get("html") is True else ""
            level = words.get("level", "INFO")
            self._result.start_error(self, {"level": level, "html": html, "time": words.get("timestamp", "")})
            self._result.end_error(self, words.get("message", ""))

    def _find(self, piece: msgspec.Raw) -> None:
        """Find where a test stands: tests come in the order of the file, each after the end of the one before."""
        self.byte = self.byte_after = None
        if self._has_places:
            found = bytes(piece)
            at = self._data.find(found, self._at)
            self._has_places = at >= 0
            if self._has_places:
                self.byte, self.byte_after = at, at + len(found)
                self._at = self.byte_after

    def _open(self, piece: msgspec.Raw, kind: str) -> Parts:
        try:
            parts = _read_parts(piece)
        except msgspec.ValidationError:
            self.warn("unexpected-value", f"A {kind or 'keyword'} is not an object; it was left out.")
            return {}
        return self._check(parts, kind) if kind else parts

    def _check(self, parts: Parts, kind: str) -> Parts:
        for name in sorted(parts.keys() - _KNOWN[kind]):
            self.warn(
                "unknown-element", f"{json_document.clean_text(name)[:80]!r} is not known in a {kind}; it was left out."
            )
        return parts

    def _list(self, piece: msgspec.Raw, name: str) -> list[msgspec.Raw]:
        try:
            return _read_list(piece)
        except msgspec.ValidationError:
            self.warn("unexpected-value", f"{name!r} of a suite is not a list; it was left out.")
            return []

    def _pairs(self, parts: Parts) -> Iterator[tuple[str, str]]:
        found = json_document.as_object(value_of(parts, "metadata"))
        for name, value in found.items():
            yield json_document.clean_text(name), json_document.clean_text(json_document.as_text(value))

    def warn(self, code: str, message: str) -> None:
        """Remember something odd; each code and message is kept once."""
        if (code, message) not in self._warned:
            self._warned.add((code, message))
            self._report.warnings.append(raw.ReportWarning(code, message, byte=self.byte))

    def too_deep(self, what: str, limit: int) -> errors.ReportError:
        """Return the error for nesting that no tool writes."""
        return errors.ReportError(
            f"The file nests {what} more than {limit} deep.",
            code="report-too-deep",
            hint="No supported tool writes such a file; was it made by hand?",
            byte=self.byte,
        )


def value_of(parts: Parts, name: str) -> object:
    """Return a value decoded, None when it is not there."""
    return _read_value(parts[name]) if name in parts else None


def text(parts: Parts, name: str) -> str:
    """Return a value's text, "" when it is not there or has none."""
    return json_document.clean_text(json_document.as_text(value_of(parts, name)))


def _status(parts: Parts) -> dict[str, str]:
    """Return what `<status>` would say."""
    words = {"status": "status", "start": "start_time", "elapsed": "elapsed_time"}
    return {word: text(parts, name) for word, name in words.items() if name in parts}
