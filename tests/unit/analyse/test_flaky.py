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


@pytest.mark.parametrize(("letters", "flips"), [("", 0), ("pp", 0), ("pf", 1), ("pfsf", 1), ("pfpbp", 4), ("rpr", 0)])
def test_flips(letters: str, flips: int) -> None:
    assert flaky.count_flips(history(letters)) == flips


@pytest.mark.parametrize(("letters", "streak"), [("", 0), ("fp", 0), ("pff", 2), ("pfsb", 2), ("ffs", 2), ("s", 0)])
def test_streaks(letters: str, streak: int) -> None:
    assert flaky.count_streak(history(letters)) == streak


@given(HISTORIES)
def test_skipped_runs_change_nothing(statuses: list[Status]) -> None:
    judged = [status for status in statuses if status is not Status.SKIPPED]
    assert flaky.count_flips(statuses) == flaky.count_flips(judged)
    assert flaky.count_streak(statuses) == flaky.count_streak(judged)
