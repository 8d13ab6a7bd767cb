"""The first schema."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
