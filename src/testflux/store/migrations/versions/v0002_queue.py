"""The tables of the job queue, as the installed procrastinate declares them.

A later release of procrastinate brings its own migrations: they become a numbered step here when its minimum is raised,
and this step then keeps the schema that release started from.
"""

from __future__ import annotations

from procrastinate.schema import SchemaManager

from testflux.store.migrations import plain

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the queue's tables, types and functions."""
    plain.run(SchemaManager.get_schema())


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
