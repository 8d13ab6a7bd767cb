"""What the import of history and uploads set aside need."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add what they need."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
