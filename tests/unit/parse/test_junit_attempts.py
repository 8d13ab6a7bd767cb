from __future__ import annotations

import pytest

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import junit_attempts, junit_tools

P, F, B = Status.PASSED, Status.FAILED, Status.BROKEN


def write(*statuses: Status, name: str = "a", gap: int = 0) -> list[raw.RawTest]:
    return [
        raw.RawTest(
            ("s",), name, status, duration_ms=1.0, byte_start=place * (50 + gap), byte_end=place * (50 + gap) + 50
        )
        for place, status in enumerate(statuses)
    ]


def fold(tests: list[raw.RawTest], tool: str) -> list[tuple[int, Status]]:
    folded = junit_attempts.fold(tests, {junit_attempts.key(test) for test in tests}, tool)
    return [(test.attempt, test.status) for test in folded]


@pytest.mark.parametrize(
    ("tool", "statuses", "wanted"),
    [
        (junit_tools.PYTEST, (P, P, P), [(1, F), (2, F), (3, P)]),
        (junit_tools.PYTEST, (P, P, F), [(1, F), (2, F), (3, F)]),
        (junit_tools.GRADLE, (F, B, P), [(1, F), (2, B), (3, P)]),
        (junit_tools.GRADLE, (P, P, F), [(1, P), (1, P), (1, F)]),
        (junit_tools.GO, (P, F, P), [(1, P), (1, F), (2, P)]),
        (junit_tools.SUREFIRE, (F, P), [(1, F), (1, P)]),
        (junit_tools.UNKNOWN, (F, P), [(1, F), (1, P)]),
    ],
)
def test_numbers(tool: str, statuses: tuple[Status, ...], wanted: list[tuple[int, Status]]) -> None:
    assert fold(write(*statuses), tool) == wanted


def test_a_silent_rerun_has_a_reason() -> None:
    tests = write(P, P)
    fold(tests, junit_tools.PYTEST)
    assert [test.message for test in tests] == [junit_attempts.NO_REASON, ""]


def test_a_failure_and_its_teardown_are_one_test_after_the_reruns() -> None:
    tests = write(P, F, B)
    tests[1].message, tests[2].message = "assert 0", 'failed on teardown with "OSError"'
    assert fold(tests, junit_tools.PYTEST) == [(1, F), (2, B)]
    assert tests[2].message == 'assert 0\n\nfailed on teardown with "OSError"'
    assert (tests[2].duration_ms, tests[2].byte_start) == (2.0, 0)


def test_attempts_inside_a_case_are_counted_on() -> None:
    tests = write(F, P, F, P)
    tests[1].attempt, tests[3].attempt = 2, 2
    assert fold(tests, junit_tools.PYTEST) == [(1, F), (2, F), (3, F), (4, P)]


def test_only_neighbours_share_their_evidence() -> None:
    near, far = write(F, P), write(F, P, gap=20)
    fold(near, junit_tools.GRADLE)
    fold(far, junit_tools.GRADLE)
    assert (near[1].byte_start, far[1].byte_start) == (0, 70)


def test_another_file_is_another_test() -> None:
    tests = write(F, P)
    tests[1].source = "b.py"
    assert fold(tests, junit_tools.GRADLE) == [(1, F), (1, P)]


def test_names_that_come_once_are_left_alone() -> None:
    tests = write(F, P)
    assert junit_attempts.fold(tests, set(), junit_tools.PYTEST) is tests
