"""Backups that were made, and what the health page reads."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the records."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
