"""What servers share when there are several."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add what they share."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
