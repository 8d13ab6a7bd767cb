"""The second wall: row-level security keeps every tenant's rows from all others."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Raise it; who may pass is settled at each start (store/walls.py), for a role belongs to no single database."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
