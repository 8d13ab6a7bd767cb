"""A suite's teardown runs after its tests were written: when it fails or skips, they all change."""

from __future__ import annotations

import msgspec

from testflux.model import raw
from testflux.model.status import Status

_FAILED = "Parent suite teardown failed:\n"
_ALSO_FAILED = "\n\nAlso parent suite teardown failed:\n"
_SKIPPED = "Skipped in parent suite teardown:\n"
_EARLIER = "\n\nEarlier message:\n"
_MOST_ADDED = 64 * 1024 * 1024
"""Characters that teardown messages may add to a report's tests in all; past that only their statuses change."""


class Teardown(msgspec.Struct, frozen=True):
    """How a suite's teardown ended, in Robot Framework's words, and why."""

    status: str
    message: str


class Rule:
    """Robot Framework's rule for a report that `robot` wrote; `rebot` has applied it already when it writes."""

    def __init__(self, report: raw.RawReport) -> None:
        self._report = report
        self._added = 0

    def apply(self, teardown: Teardown, first_test: int) -> None:
        """Change the tests from `first_test` on, which are the ones in the suite and below it."""
        if teardown.status not in {"FAIL", "SKIP"}:
            return
        tests = self._report.tests
        change = _fail if teardown.status == "FAIL" else _skip
        message = teardown.message
        for test in tests[first_test:]:
            self._added += len(message)
            if self._added - len(message) <= _MOST_ADDED < self._added:
                self._warn()
            change(test, message if self._added <= _MOST_ADDED else "")

    def _warn(self) -> None:
        self._report.warnings.append(
            raw.ReportWarning(
                "teardown-messages-left-out", "The suite teardowns' messages are too long to repeat in every test."
            )
        )


def _fail(test: raw.RawTest, message: str) -> None:
    if test.status is not Status.SKIPPED:
        test.status = Status.FAILED
    test.message += (_ALSO_FAILED if test.message else _FAILED) + message


def _skip(test: raw.RawTest, message: str) -> None:
    test.status = Status.SKIPPED
    mark = "*HTML* " if test.message_is_html else ""
    earlier = _EARLIER + mark + test.message if test.message else ""
    test.message, test.message_is_html = _SKIPPED + message + earlier, False
