from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from testflux.notify import backoff


def test_seven_attempts_over_seven_hours_each_wait_longer() -> None:
    waits = [backoff.delay_after(attempts) for attempts in range(1, 8)]
    assert waits == [
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=6),
        None,
    ]
    assert all(first < second for first, second in pairwise(backoff.DELAYS))


def test_other_delays_can_be_given() -> None:
    assert backoff.delay_after(1, (timedelta(0),)) == timedelta(0)
    assert backoff.delay_after(2, (timedelta(0),)) is None
