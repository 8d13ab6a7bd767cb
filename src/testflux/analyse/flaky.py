"""How often a test turned, and how long it has been failing: its statuses in a lane, old to new, absences left out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from testflux.model.status import Status


def count_flips(statuses: Sequence[Status]) -> int:
    """Return how often it changed between passing and failing."""
    judged = _judged(statuses)
    return sum(1 for before, after in pairwise(judged) if before != after)


def count_streak(statuses: Sequence[Status]) -> int:
    """Return for how many runs it has been failing, up to the newest; skips neither end nor lengthen a streak."""
    streak = 0
    for is_bad in reversed(_judged(statuses)):
        if not is_bad:
            break
        streak += 1
    return streak


def _judged(statuses: Sequence[Status]) -> list[bool]:
    return [status.is_bad for status in statuses if status is not Status.SKIPPED]
