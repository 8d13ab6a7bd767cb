"""What a search looks through: the texts of tests, lower-cased."""

from __future__ import annotations

from testflux.store import texts
from testflux.store.migrations import plain

revision = "0011"
down_revision = "0010"
_AT_ONCE = 10_000


def upgrade() -> None:
    """Write it of every test: in Python, as PostgreSQL lower-cases by the locale that a database happens to have."""
    plain.run_file(__file__)
    connection = plain.connection()
    with connection.cursor("tests") as tests, connection.cursor() as cursor:
        tests.execute("select project_id, test_no, suite, name from test order by project_id, test_no")
        while rows := tests.fetchmany(_AT_ONCE):
            with cursor.copy("copy test_text (project_id, test_no, folded) from stdin") as copy:
                for project_id, test_no, suite, name in rows:
                    copy.write_row((project_id, test_no, texts.fold(suite, name)))


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
