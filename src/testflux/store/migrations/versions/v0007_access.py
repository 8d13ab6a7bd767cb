"""Who may do what: members, roles, sign-ins, providers, and the audit log."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add them; who was there belongs to the organisation as before."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
