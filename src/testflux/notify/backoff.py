"""When a delivery that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""Waiting times after the first, second, … failed attempt; after the last one the delivery has failed."""


def delay_after(attempts: int, delays: tuple[timedelta, ...] = DELAYS) -> timedelta | None:
    """Say how long to wait after `attempts` failed attempts (from 1); None when it is time to give up."""
    return delays[attempts - 1] if attempts <= len(delays) else None
