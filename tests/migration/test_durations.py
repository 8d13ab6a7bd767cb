"""Durations kept as integers become bytes, and say the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from importlib import resources

import psycopg
import pytest

WIDTHS = [1, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**24 - 1, 2**24, 2**31 - 1]
OPTIONS = "select reloptions from pg_class where oid = 'result_chunk_2026_11'::regclass"


def read_script(name: str) -> bytes:
    folder = resources.files("testflux.store") / "migrations" / "versions"
    (script,) = (script for script in folder.iterdir() if script.name.endswith(f"_{name}.sql"))
    return script.read_bytes()


@pytest.mark.parametrize("longest", WIDTHS)
def test_durations_of_every_width_are_what_they_were(make_database: Callable[..., str], longest: int) -> None:
    dice = random.Random(longest)
    full = [longest, *(dice.randrange(longest + 1) for _ in range(998)), 0]
    with psycopg.connect(make_database()) as connection:
        connection.execute(read_script("schema"))
        connection.execute(
            "create table result_chunk_2026_11 partition of result_chunk "
            "for values from ('2026-11-01') to ('2026-12-01')"
        )
        for bucket, slots, durations in ((0, None, full), (7, [3, 900], [longest, 5])):
            connection.execute(
                "insert into result_chunk (project_id, bucket, run_day, run_id, slots, status, duration_ms) "
                "values (1, %s, '2026-11-22', 1, %s, %s, %s)",
                (bucket, slots, bytes([1] * len(durations)), durations),
            )
        connection.execute(read_script("durations"))
        told = connection.execute("select test_no, status, duration_ms from result order by 1").fetchall()
        options = connection.execute(OPTIONS).fetchone()
    assert told == [(number, "passed", ms) for number, ms in [*enumerate(full), (7003, longest), (7900, 5)]]
    assert options == (["toast_tuple_target=4080"],)
