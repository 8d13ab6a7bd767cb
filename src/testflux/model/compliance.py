"""A compliance report, whatever it is written as."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table under a heading. `widths` are the columns' shares of the page; without rows it says `nothing`."""

    title: str
    about: str
    head: tuple[str, ...]
    widths: tuple[float, ...]
    rows: list[tuple[str, ...]]
    nothing: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Who had access to what in a period of UTC days, both included. `facts` are lines of name and value."""

    organisation: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    facts: list[tuple[str, str]]
    sections: list[Section]

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"Access and changes: {self.organisation}"

    @property
    def period(self) -> str:
        """The days it is about, in words."""
        return f"{self.first:%-d %B %Y} to {self.last:%-d %B %Y} (UTC)"
