"""Histograms of durations as bytes: to send an array costs 45 ns an element, and a year of trends has 70,000."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Pack them, and keep the totals of each day as bytes, too: a minute for a million runs."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
