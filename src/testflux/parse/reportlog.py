"""pytest-reportlog: one JSON line for everything pytest reports, in the order it happened.

A test is three lines, its phases: setup, call, teardown. Several workers' lines may be mixed. A test whose phases begin
anew was run again.
"""

from __future__ import annotations

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind, Status
from testflux.parse import blocks, json_document, json_lines, json_pieces, reportlog_failure, times

SUBTEST = "SubTestReport"
_LATER = {"setup", "call"}
_STOPPED = {2, 3}  # exit statuses: interrupted, internal error
_OUTCOMES = {"passed", "failed", "skipped", "rerun"}
_NO_TAGS = {"", "()", "pytestmark", "parametrize", "usefixtures", "skip", "skipif", "xfail", "filterwarnings", "flaky"}


class Running(msgspec.Struct):
    """A test whose teardown was not seen yet."""

    phases: dict[str, dict[str, object]]
    byte_start: int
    byte_end: int


class Log:
    """A session's report in the making."""

    def __init__(self) -> None:
        self.report = raw.RawReport("pytest-reportlog", Kind.FUNCTIONAL, raw.Tool("pytest"))
        self.is_finished = False
        self._running: dict[tuple[str, str], Running] = {}
        self._attempts: dict[str, int] = {}
        self._last_stop: float | None = None

    def read(self, line: json_lines.Line, fields: dict[str, object]) -> None:
        """Take in one line."""
        kind = json_pieces.text(fields, "$report_type")
        if kind == "SessionStart":
            self.report.tool = raw.Tool("pytest", json_pieces.text(fields, "pytest_version"))
        elif kind == "SessionFinish":
            self._read_end(line, fields)
        elif kind == "CollectReport":
            self._read_collection(line, fields)
        elif kind == "TestReport":
            self._read_phase(line, fields)
        elif kind == SUBTEST:
            self._read_subtest(fields)

    def _read_end(self, line: json_lines.Line, fields: dict[str, object]) -> None:
        """Learn whether all tests were run that were to be: a module that cannot be read stops pytest, too."""
        self.is_finished = True
        has_broken_module = any(test.line is None and test.status is Status.BROKEN for test in self.report.tests)
        if self._running or (json_pieces.number(fields, "exitstatus") in _STOPPED and not has_broken_module):
            self.report.is_complete = False
            words = "pytest was stopped before it had run all tests."
            self.report.warnings.append(raw.ReportWarning("run-stopped", words, line=line.number, byte=line.start))

    def finish(self) -> raw.RawReport:
        """Return the report, its duration from the first start to the last stop."""
        started = self.report.started_at
        if started is not None and self._last_stop is not None:
            self.report.duration_ms = json_pieces.duration((self._last_stop - started.timestamp()) * 1000)
        self.report.warnings = json_pieces.distinct(self.report.warnings)
        return self.report

    def _read_collection(self, line: json_lines.Line, fields: dict[str, object]) -> None:
        """Keep a module that could not be collected, or skips itself, as a test of the module's name."""
        outcome = json_pieces.text(fields, "outcome")
        if outcome not in {"failed", "skipped"}:
            return
        path = path_of(json_pieces.text(fields, "nodeid"))
        failure = reportlog_failure.read(fields.get("longrepr"))
        self.report.tests.append(
            raw.RawTest(
                path[:-1],
                path[-1] if path else "collection",
                Status.BROKEN if outcome == "failed" else Status.SKIPPED,
                message=failure.message,
                byte_start=line.start,
                byte_end=line.end,
            )
        )

    def _read_phase(self, line: json_lines.Line, fields: dict[str, object]) -> None:
        node, phase = json_pieces.text(fields, "nodeid"), json_pieces.text(fields, "when")
        if json_pieces.text(fields, "outcome") not in _OUTCOMES:
            words = f'The outcome "{json_pieces.text(fields, "outcome")[:80]}" is not known: taken as broken.'
            self.report.warnings.append(raw.ReportWarning("unknown-status", words, line=line.number, byte=line.start))
        key = (node, json_pieces.text(fields, "worker_id"))
        if phase == "setup" and key in self._running:
            self._close(key)  # it is run again, and what ran before was never torn down
        running = self._running.setdefault(key, Running({}, line.start, line.end))
        running.phases[phase] = fields
        running.byte_end = line.end
        self._keep_times(fields)
        if phase not in _LATER:  # a teardown, or the end that pytest-xdist writes for a worker that crashed
            self._close(key)

    def _read_subtest(self, fields: dict[str, object]) -> None:
        """Keep a part of a test that failed: with pytest-subtests the test itself does not."""
        running = self._running.get((json_pieces.text(fields, "nodeid"), json_pieces.text(fields, "worker_id")))
        if running is not None and json_pieces.text(fields, "outcome") == "failed":
            running.phases[f"{SUBTEST} {len(running.phases)}"] = fields

    def _close(self, key: tuple[str, str]) -> None:
        """Keep one attempt of a test."""
        running, node = self._running.pop(key), key[0]
        self._attempts[node] = self._attempts.get(node, 0) + 1
        test = _test(node, list(running.phases.values()), self._attempts[node])
        test.byte_start, test.byte_end = running.byte_start, running.byte_end
        self.report.tests.append(test)

    def _keep_times(self, fields: dict[str, object]) -> None:
        start, stop = times.epoch(json_pieces.number(fields, "start")), json_pieces.number(fields, "stop")
        if start is not None and (self.report.started_at is None or start < self.report.started_at):
            self.report.started_at = start
        if stop is not None:
            self._last_stop = max(stop, self._last_stop or stop)


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a log, complete or not. Raises ReportError when a line is no JSON, or nothing complete was written."""
    log = Log()
    waiting: errors.ReportError | None = None
    for line in json_lines.lines(stream):
        if waiting is not None:
            raise waiting
        try:
            fields = json_pieces.piece(line.data, log.report.warnings)
        except errors.ReportError as error:
            waiting = _placed(error, line)
            continue
        log.read(line, fields)
    if waiting is not None or not log.is_finished:
        _mark_cut(log.report)
    return log.finish()


def path_of(node: str) -> tuple[str, ...]:
    """Return the folders, the file, the classes and the test that a node id names."""
    where, *inside = node.split("[", 1)[0].split("::")
    parts = [part for part in (*where.split("/"), *inside) if part]
    return tuple(parts)


def _test(node: str, phases: list[dict[str, object]], attempt: int) -> raw.RawTest:
    path = path_of(node)
    status, message = judge(phases)
    place = json_document.as_list(phases[0].get("location"))
    line = place[1] if len(place) > 1 else None
    return raw.RawTest(
        path[:-1],
        path[-1] if path else node,
        status,
        message=message,
        started_at=times.epoch(json_pieces.number(phases[0], "start")),
        duration_ms=json_pieces.duration(sum(_seconds(phase) for phase in phases) * 1000),
        tags=_tags(phases[0], node),
        source=json_document.as_text(place[0]) if place else "",
        line=line + 1 if isinstance(line, int) and 0 <= line < 2**31 - 1 else None,
        attempt=attempt,
        parameters=node.split("[", 1)[1].removesuffix("]") if "[" in node else "",
    )


def _seconds(phase: dict[str, object]) -> float:
    """Return how long a phase took; a subtest's time is part of its test's."""
    return 0 if phase.get("$report_type") == SUBTEST else json_pieces.number(phase, "duration") or 0


def judge(phases: list[dict[str, object]]) -> tuple[Status, str]:
    """Return how a test went and why: what fails outside the call could not judge, an expected failure is a skip."""
    worst, messages = Status.PASSED, list[str]()
    for phase in phases:
        status = status_of(phase)
        if status is Status.PASSED:
            continue
        failure = reportlog_failure.read(phase.get("longrepr"))
        messages.append(json_pieces.text(phase, "wasxfail") or failure.message)
        worst = status if worst in {Status.PASSED, Status.SKIPPED} else worst
    return worst, "\n\n".join(message for message in messages if message)


def status_of(phase: dict[str, object]) -> Status:
    """Return how one phase of a test went."""
    outcome = json_pieces.text(phase, "outcome")
    if outcome in {"passed", "skipped"}:
        return Status.PASSED if outcome == "passed" else Status.SKIPPED
    is_judged = outcome in {"failed", "rerun"} and json_pieces.text(phase, "when") == "call"
    return Status.FAILED if is_judged else Status.BROKEN


def _tags(phase: dict[str, object], node: str) -> tuple[str, ...]:
    """Return the markers of a test. pytest lists them among the names of the test and of all that it is in.

    Those come in a fixed order, from the test outwards, so that what follows the file's folders is no marker.
    """
    names = {*path_of(node), *node.split("::"), node.rpartition("::")[2]}
    names |= {node.split("[", 1)[1].removesuffix("]")} if "[" in node else set()
    tags: list[str] = []
    seen_file = False
    for name in json_pieces.members(phase, "keywords"):
        seen_file = seen_file or name in node.split("::", 1)[0].split("/")
        if not seen_file and name not in names and name not in _NO_TAGS:
            tags.append(name)
    return tuple(tags)


def _placed(error: errors.ReportError, line: json_lines.Line) -> errors.ReportError:
    """Return the error of one line with its place in the file."""
    return errors.ReportError(
        f"Line {line.number} is no JSON: {error.message}",
        code="json-malformed",
        hint=error.hint,
        line=line.number,
        column=error.column,
        byte=line.start + (error.byte or 0),
    )


def _mark_cut(report: raw.RawReport) -> None:
    """Keep the tests that are complete; raises ReportError when there is none."""
    words = "The log breaks off: pytest did not write the end of its session."
    if not report.tests:
        raise errors.ReportError(
            words, code="report-truncated", hint="Was pytest stopped, or the disk full, or the upload cut?"
        )
    report.is_complete = False
    report.warnings.append(
        raw.ReportWarning("report-truncated", f"{words} The {len(report.tests)} complete tests were kept.")
    )
