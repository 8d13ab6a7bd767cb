"""How long things are kept."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import msgspec


class Kept(StrEnum):
    """What has an age of its own: whole runs, their files, the rows of what did not pass, and the delivery log."""

    RESULTS = "results"
    EVIDENCE = "evidence"
    ROWS = "rows"
    AUDIT = "audit"


class Ages(msgspec.Struct, frozen=True, kw_only=True):
    """How many days each is kept; None means for ever. A run's age counts from its day, in UTC."""

    results: int | None = None
    evidence: int | None = None
    rows: int | None = None
    audit: int | None = None

    def cut_off(self, today: date) -> CutOff:
        """Return what is past its age on a day: what goes with the results goes no later than they do."""
        results = _before(self.results, today)
        return CutOff(
            results=results,
            evidence=_later(_before(self.evidence, today), results),
            rows=_later(_before(self.rows, today), results),
            audit=_before(self.audit, today),
        )


class CutOff(msgspec.Struct, frozen=True, kw_only=True):
    """Days before which things go; None: nothing goes."""

    results: date | None = None
    evidence: date | None = None
    rows: date | None = None
    audit: date | None = None


def _before(days: int | None, today: date) -> date | None:
    if days is None:
        return None
    return max(today, date.min + timedelta(days=days)) - timedelta(days=days)


def _later(one: date | None, other: date | None) -> date | None:
    given = [day for day in (one, other) if day is not None]
    return max(given, default=None)
