from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.model import raw
from testflux.model.status import Status
from testflux.normalise import attempts


def make(name: str, attempt: int = 1, status: Status = Status.PASSED) -> raw.RawTest:
    return raw.RawTest(("S",), name, status, attempt=attempt)


def test_higher_attempts_belong_to_the_test_before() -> None:
    folded = attempts.fold([make("a"), make("a", 2), make("b"), make("a", 3)])
    assert [(key.name, key.duplicate, [test.attempt for test in tries]) for key, tries in folded] == [
        ("a", 0, [1, 2, 3]),
        ("b", 0, [1]),
    ]


def test_equal_names_are_different_tests() -> None:
    folded = attempts.fold([make("a"), make("a"), make("a", 2), make("a")])
    assert [(key.duplicate, len(tries)) for key, tries in folded] == [(0, 1), (1, 2), (2, 1)]


def test_equal_names_in_other_suites_are_no_duplicates() -> None:
    other = raw.RawTest(("S", "T"), "a", Status.PASSED)
    assert [key.duplicate for key, _ in attempts.fold([make("a"), other])] == [0, 0]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3)), max_size=12))
def test_nothing_is_lost_and_keys_are_distinct(tests: list[tuple[str, int]]) -> None:
    folded = list(attempts.fold([make(name, attempt) for name, attempt in tests]))
    assert sum(len(tries) for _, tries in folded) == len(tests)
    assert len({key for key, _ in folded}) == len(folded)


@pytest.mark.parametrize(
    ("statuses", "ended"),
    [
        ([Status.PASSED], Status.PASSED),
        ([Status.FAILED, Status.PASSED], Status.FLAKY),
        ([Status.BROKEN, Status.PASSED], Status.FLAKY),
        ([Status.FAILED, Status.FAILED, Status.PASSED], Status.FLAKY),
        ([Status.SKIPPED, Status.PASSED], Status.PASSED),
        ([Status.PASSED, Status.PASSED], Status.PASSED),
        ([Status.PASSED, Status.FAILED], Status.FAILED),
        ([Status.FAILED, Status.SKIPPED], Status.SKIPPED),
    ],
)
def test_the_last_attempt_decides(statuses: list[Status], ended: Status) -> None:
    assert attempts.status([make("a", number, status) for number, status in enumerate(statuses, 1)]) is ended
