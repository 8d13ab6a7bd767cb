from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.analyse import flaky
from testflux.model.status import Status

LETTERS = {"p": Status.PASSED, "f": Status.FAILED, "b": Status.BROKEN, "s": Status.SKIPPED, "r": Status.FLAKY}
HISTORIES = st.lists(st.sampled_from(list(Status)), max_size=40)


def history(letters: str) -> list[Status]:
    return [LETTERS[letter] for letter in letters]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("", False),
        ("pppp", False),
        ("ffff", False),
        ("pppfff", False),
        ("fffppp", False),
        ("ppfpp", False),
        ("pfpf", True),
        ("fpf", True),
        ("fpbp", True),
        ("fsf", False),
        ("ppr", True),
        ("fb", False),
    ],
)
def test_two_spells_or_a_retry_are_flaky_and_one_break_is_not(letters: str, *, expected: bool) -> None:
    assert flaky.is_flaky(history(letters)) is expected


@pytest.mark.parametrize(("letters", "flips"), [("", 0), ("pp", 0), ("pf", 1), ("pfsf", 1), ("pfpbp", 4), ("rpr", 0)])
def test_flips(letters: str, flips: int) -> None:
    assert flaky.count_flips(history(letters)) == flips


@pytest.mark.parametrize(("letters", "streak"), [("", 0), ("fp", 0), ("pff", 2), ("pfsb", 2), ("ffs", 2), ("s", 0)])
def test_streaks(letters: str, streak: int) -> None:
    assert flaky.count_streak(history(letters)) == streak


@given(HISTORIES)
def test_skipped_runs_change_nothing(statuses: list[Status]) -> None:
    judged = [status for status in statuses if status is not Status.SKIPPED]
    assert flaky.is_flaky(statuses) == flaky.is_flaky(judged)
    assert flaky.count_flips(statuses) == flaky.count_flips(judged)
    assert flaky.count_streak(statuses) == flaky.count_streak(judged)


@given(HISTORIES)
def test_a_steady_test_flips_at_most_twice(statuses: list[Status]) -> None:
    if not flaky.is_flaky(statuses):
        assert flaky.count_flips(statuses) <= 2
