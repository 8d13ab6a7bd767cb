"""Test cases with one name: attempts of one test where the tool never gives a name twice, else tests of their own.

- pytest writes a failure and the error of the teardown after it as two cases: they are one test with both messages.
- pytest-rerunfailures writes every attempt as a case, and those that were run again without a result: they failed.
- Gradle and the Go tools write every attempt with its result; a case after a failed one of its name is another attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import junit_tools

Key = tuple[tuple[str, ...], str, str]

NO_REASON = "This attempt failed and was run again; the report does not say why."
TEARDOWN = "failed on teardown"
"""How pytest begins the message of an error in a teardown."""
_WIDEST_GAP = 16  # bytes between neighbours: room for a line's indentation, none for the end of a suite


class _Case(msgspec.Struct):
    """A test case with the attempts it holds; `place` is its last one's among all tests."""

    place: int
    tests: list[raw.RawTest]

    @property
    def last(self) -> raw.RawTest:
        return self.tests[-1]


def key(test: raw.RawTest) -> Key:
    """Return what test cases of one name share."""
    return test.suite, test.name, test.parameters


def fold(tests: list[raw.RawTest], repeated: Collection[Key], tool: str) -> list[raw.RawTest]:
    """Number the attempts among the test cases of the names in `repeated`, and join two cases that are one."""
    if not repeated or not (tool == junit_tools.PYTEST or tool in junit_tools.UNIQUE_NAMES):
        return tests
    gone: set[int] = set()
    for cases in _groups(tests, repeated):
        if tool == junit_tools.PYTEST:
            _blame(_number(_join_teardowns(cases, gone), lambda _test: True))
        else:
            _number(cases, lambda test: test.status.is_bad)
    return [test for place, test in enumerate(tests) if place not in gone]


def _groups(tests: list[raw.RawTest], repeated: Collection[Key]) -> list[list[_Case]]:
    groups: dict[tuple[Key, str], list[_Case]] = {}
    for place, test in enumerate(tests):
        if key(test) not in repeated:
            continue
        cases = groups.setdefault((key(test), test.source), [])
        if test.attempt == 1:
            cases.append(_Case(place, [test]))
        else:
            cases[-1].tests.append(test)
            cases[-1].place = place
    return list(groups.values())


def _join_teardowns(cases: list[_Case], gone: set[int]) -> list[_Case]:
    joined: list[_Case] = []
    for case in cases:
        before = joined[-1] if joined else None
        if before and before.last.status is Status.FAILED and case.last.message.startswith(TEARDOWN):
            _span(before, case)
            case.last.message = f"{before.last.message}\n\n{case.last.message}".strip()
            case.last.duration_ms = (before.last.duration_ms or 0.0) + (case.last.duration_ms or 0.0)
            gone.add(before.place)
            joined[-1] = case
        else:
            joined.append(case)
    return joined


def _number(cases: list[_Case], is_run_again: Callable[[raw.RawTest], bool]) -> list[_Case]:
    number, before = 0, None
    for case in cases:
        if before is None or not is_run_again(before.last):
            number = 0
        else:
            _span(before, case)
        for test in case.tests:
            number += 1
            test.attempt = number
        before = case
    return cases


def _blame(cases: list[_Case]) -> None:
    for case in cases[:-1]:
        if case.last.status is Status.PASSED:
            case.last.status, case.last.message = Status.FAILED, NO_REASON


def _span(before: _Case, case: _Case) -> None:
    """Let the later one's evidence begin with the earlier one's, when they are neighbours in the file."""
    start, end = before.last.byte_start, before.last.byte_end
    if start is not None and end is not None and 0 <= (case.last.byte_start or 0) - end <= _WIDEST_GAP:
        case.last.byte_start = start
