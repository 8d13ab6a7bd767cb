"""Room for the day on which a test was last seen."""

from __future__ import annotations

from testflux.store.migrations import plain

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Leave room; pages that are full already get it as their tests are seen again."""
    plain.run_file(__file__)


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
