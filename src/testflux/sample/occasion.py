"""When and for what a report is made."""

from __future__ import annotations

import random
from datetime import date, datetime

import msgspec

from testflux.sample import dice


class Occasion(msgspec.Struct, frozen=True):
    """One run about to be reported. `days_ago` counts whole days before the history's last day; stories are told in it.

    `attempt` counts the runs of a pull request from 0, `is_last` marks its last; both mean nothing on the main branch.
    """

    project: str
    lane: str
    environment: str
    branch: str
    started_at: datetime
    days_ago: int
    pull_request: str = ""
    attempt: int = 0
    is_last: bool = True

    @property
    def host(self) -> str:
        """The host under test."""
        return f"{self.environment}.{self.project}.example.test"

    def roll(self, *words: object) -> random.Random:
        """Return the number stream of this run and these words."""
        return dice.roll(self.project, self.lane, self.branch, self.started_at.isoformat(), *words)


class Schedule(msgspec.Struct, frozen=True):
    """When a lane runs: at this time of day (UTC), every so many days counted back from `offset` days ago."""

    hour: int
    minute: int = 0
    every: int = 1
    offset: int = 0
    workdays: bool = False

    def runs_on(self, day: date, days_ago: int) -> bool:
        """Say whether the lane runs on this day."""
        saturday = 5
        return (days_ago - self.offset) % self.every == 0 and not (self.workdays and day.weekday() >= saturday)
