"""How long what is kept, stars, and how much a project may hold."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add retention, stars and quotas."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
