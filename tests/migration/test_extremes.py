"""Chunks of before say what did not pass and what took longest as new ones do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import psycopg

SAID = "select not_passed, longest from result_chunk order by bucket"
CHUNKS = (
    (0, None, b"\1\2\1\4\5\1\1\1\1\1", b"\0\0\1\x09\0\0\0\0\0\0" + b"\7\7\2\3\7\7\7\7\7\x08"),
    (7, [3, 900], b"\1\1", b"\0\5"),
    (8, [1], b"\4", b"\xff"),
)
"""Bucket, slots, statuses and durations: the third of the first took 258 ms, the fourth was skipped."""


def test_chunks_of_before_are_told_apart_too(make_database: Callable[..., str]) -> None:
    folder = resources.files("testflux.store") / "migrations" / "versions"
    (step,) = (script for script in folder.iterdir() if script.name.endswith("_extremes.sql"))
    with psycopg.connect(make_database()) as connection:
        connection.execute((resources.files("testflux.store") / "schema.sql").read_bytes())
        connection.execute("alter table result_chunk drop column not_passed, drop column longest")
        connection.execute("drop function pack_not_passed, pack_longest")
        connection.execute(
            "create table result_chunk_2026_11 partition of result_chunk "
            "for values from ('2026-11-01') to ('2026-12-01')"
        )
        connection.execute("alter table result_chunk_2026_11 set (toast_tuple_target = 4080)")
        for bucket, *held in CHUNKS:
            connection.execute(
                "insert into result_chunk (project_id, bucket, run_day, run_id, slots, status, durations) "
                "values (1, %s, '2026-11-22', 1, %s, %s, %s)",
                (bucket, *held),
            )
        connection.execute(step.read_bytes())
        upgraded = connection.execute(SAID).fetchall()
        options = connection.execute(
            "select reloptions from pg_class where relname = 'result_chunk_2026_11'"
        ).fetchone()
    failed, skipped, flaky = ((slot * 8 + status).to_bytes(2, "big") for slot, status in ((1, 2), (3, 4), (4, 5)))
    assert upgraded == [
        (failed + skipped + flaky, bytes([0, 2, 0, 0, 1, 2, 0, 9, 0, 0, 0, 8])),
        (None, (900).to_bytes(2, "big") + bytes([0, 0, 0, 5])),
        ((8 + 4).to_bytes(2, "big"), None),
    ]
    assert options == (["toast_tuple_target=4080"],)
