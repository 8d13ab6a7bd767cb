"""When a place is full, if it goes on as it went: a straight line through two days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

_FARTHEST = timedelta(days=3650)  # what lies behind ten years is no forecast

Day = tuple[date, int]


def growth(days: Sequence[Day], now: Day, window_days: int) -> float | None:
    """Return by how many bytes a day it grew over the last `window_days`; None before there is a day to compare with.

    `days` are oldest first. It is compared with the oldest day in the window: a younger history is a shorter window.
    """
    since = now[0] - timedelta(days=window_days)
    first = next((day for day in days if since <= day[0] < now[0]), None)
    return None if first is None else (now[1] - first[1]) / (now[0] - first[0]).days


def full_on(used: int, most: int | None, growth_per_day: float | None, today: date) -> date | None:
    """Return the day on which `most` bytes are reached; None when that is not within ten years, or nobody knows."""
    if most is None or growth_per_day is None:
        return None
    if used >= most:
        return today
    if growth_per_day <= 0 or (most - used) / growth_per_day > _FARTHEST.days:
        return None
    return today + timedelta(days=int((most - used) / growth_per_day))
