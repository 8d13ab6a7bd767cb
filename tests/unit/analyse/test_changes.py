from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.analyse import changes
from testflux.model.status import Confidence, Severity

NUMBERS = st.frozensets(st.integers(0, 20))


def test_what_turned_bad_and_what_turned_good() -> None:
    found = changes.compare(bad={1, 2}, good={3, 4}, bad_before={2, 3, 5})
    assert found.new == {1}
    assert found.still == {2}
    assert found.fixed == {3}, "5 was bad and is not there now: that is not fixed"


def test_without_a_baseline_nothing_has_changed() -> None:
    assert changes.compare({1}, {2}, None) == changes.Changes()


@given(NUMBERS, NUMBERS, NUMBERS)
def test_each_bad_thing_is_new_or_still_bad(bad: frozenset[int], good: frozenset[int], before: frozenset[int]) -> None:
    found = changes.compare(bad, good - bad, before)
    assert found.new | found.still == bad
    assert not found.new & found.still
    assert found.fixed <= before - bad


@pytest.mark.parametrize(
    ("was_in_baseline", "was_seen_before", "state"),
    [(True, True, "existing"), (True, False, "existing"), (False, True, "reopened"), (False, False, "new")],
)
def test_a_finding_has_a_state(*, was_in_baseline: bool, was_seen_before: bool, state: str) -> None:
    assert changes.finding_state(was_in_baseline=was_in_baseline, was_seen_before=was_seen_before) == state


def test_small_and_false_findings_do_not_count() -> None:
    assert changes.counts(Severity.MEDIUM, Confidence.LOW)
    assert not changes.counts(Severity.LOW, Confidence.CONFIRMED)
    assert not changes.counts(Severity.CRITICAL, Confidence.FALSE_POSITIVE)
