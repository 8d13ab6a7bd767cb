"""The texts that a search looks through, of neighbouring tests in one row: there are far fewer rows to look at so."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

import psycopg

from testflux.store import texts
from testflux.store.migrations import plain

revision = "0013"
down_revision = "0012"
_AT_ONCE = 10_000


def upgrade() -> None:
    """Put them together, while nobody adds any."""
    connection = plain.connection()
    with connection.cursor() as cursor:
        cursor.execute("lock table test_text in share row exclusive mode")
        cursor.execute("create temporary table together (like test_text) on commit drop")
        with connection.cursor("texts") as single:
            single.execute("select project_id, test_no, replace(folded, E'\n', ' ') from test_text order by 1, 2")
            while rows := single.fetchmany(_AT_ONCE):
                _put_together(cursor, rows)
        cursor.execute("truncate test_text")
        cursor.execute("insert into test_text select * from together")


def _put_together(cursor: psycopg.Cursor, rows: Iterable[tuple[int, int, str]]) -> None:
    with cursor.copy("copy together from stdin") as copy:
        for project_id, lines in groupby(rows, itemgetter(0)):
            for first, folded in texts.pack((test_no, line) for _, test_no, line in lines):
                copy.write_row((project_id, first, folded))


def downgrade() -> None:
    """Refuse."""
    plain.refuse()
