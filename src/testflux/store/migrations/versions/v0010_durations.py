"""Durations of results as bytes."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Pack the durations of all results, and keep them beside the statuses: some seconds a million results."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
