"""Files that come along with an upload, and the keywords of a run."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables, and what was left out at the door to uploads."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
