"""Runs that several uploads make up."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the parts of runs."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
