from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.analyse import forecast

TODAY = date(2026, 6, 15)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_growth_is_measured_from_the_oldest_day_in_the_window() -> None:
    days = [(ago(90), 0), (ago(31), 500), (ago(30), 1000), (ago(1), 9000)]
    assert forecast.growth(days, (TODAY, 4000), 30) == 100
    assert forecast.growth(days, (TODAY, 9000), 90) == 100


def test_a_young_history_is_a_short_window() -> None:
    assert forecast.growth([(ago(2), 100)], (TODAY, 300), 30) == 100


@pytest.mark.parametrize("days", [[], [(TODAY, 5)], [(ago(31), 5)]])
def test_without_a_day_to_compare_with_nobody_knows(days: list[forecast.Day]) -> None:
    assert forecast.growth(days, (TODAY, 10), 30) is None


@pytest.mark.parametrize(
    ("used", "most", "daily", "day"),
    [
        (50, 100, 10.0, TODAY + timedelta(days=5)),
        (50, 100, 9.0, TODAY + timedelta(days=5)),
        (100, 100, -5.0, TODAY),
        (150, 100, 0.0, TODAY),
        (50, 100, 0.0, None),
        (50, 100, -1.0, None),
        (0, 10**18, 1.0, None),
        (50, None, 1.0, None),
        (50, 100, None, None),
    ],
)
def test_when_it_is_full(used: int, most: int | None, daily: float | None, day: date | None) -> None:
    assert forecast.full_on(used, most, daily, TODAY) == day


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.floats(-1e12, 1e12))
def test_it_is_never_full_before_the_room_is_used(used: int, most: int, daily: float) -> None:
    day = forecast.full_on(used, most, daily, TODAY)
    if day is not None and used < most:
        assert used + daily * (day - TODAY).days <= most * (1 + 1e-9) + 1
