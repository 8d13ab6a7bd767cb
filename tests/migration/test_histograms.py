"""Histograms kept as arrays become bytes, and say the same."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from datetime import date
from importlib import resources

import psycopg
import pytest

from testflux.store import histograms

LARGEST = [1, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**31 - 1]
RUN = """
insert into run (project_id, number, upload_id, kind, format, tool_name, tool_version, name, environment, test_type,
                 branch, commit_sha, pull_request, ci_provider, build_url, build_key, labels, started_at, run_day,
                 duration_ms, verdict, is_complete, local_times, warnings, totals)
select 1, %(number)s, %(number)s, 'functional', '', '', '', '', '', '', '', '', '', '', '', '', '{}', now(),
       '2026-11-22', 5, 'passed', true, false, '[]', '{}'
"""
DAY = "insert into day_total values (1, '2026-11-22', %s, '', '', '', '', 1, 2, 3, 4, 5, 6, 7, 8, %s)"


def read_script(name: str) -> bytes:
    folder = resources.files("testflux.store") / "migrations" / "versions"
    (script,) = (script for script in folder.iterdir() if script.name.endswith(f"_{name}.sql"))
    return script.read_bytes()


def make_counts(largest: int) -> list[int]:
    dice = random.Random(largest)
    return [largest, *(dice.randrange(largest + 1) for _ in range(62)), 0]


@pytest.mark.parametrize("largest", LARGEST)
def test_histograms_of_every_width_are_what_they_were(make_database: Callable[..., str], largest: int) -> None:
    counts = make_counts(largest)
    with psycopg.connect(make_database()) as connection:
        connection.execute(read_script("schema"))
        for number in (1, 2):
            connection.execute(RUN, {"number": number})
        connection.execute("update run set duration_histogram = %s where number = 1", (counts,))
        connection.execute(read_script("histograms"))
        connection.execute(RUN, {"number": 3})
        told = connection.execute("select duration_histogram from run order by number").fetchall()
    assert told == [(histograms.pack(counts),), (b"",), (b"",)], "none are none, before and after"


@pytest.mark.parametrize("largest", [*LARGEST, 2**32 - 1, 2**32, 2**63 - 1])
def test_days_keep_theirs_and_say_all_once_more(make_database: Callable[..., str], largest: int) -> None:
    counts = make_counts(largest)
    with psycopg.connect(make_database()) as connection:
        connection.execute(read_script("schema"))
        for kind, kept in (("a", counts), ("b", [0] * 64), ("c", [])):
            connection.execute(DAY, (kind, kept))
        connection.execute(read_script("histograms"))
        told = connection.execute("select duration_histogram, sums from day_total order by kind").fetchall()
    packed = histograms.pack(counts)
    day = (date(2026, 11, 22) - date(2000, 1, 1)).days
    sums = [struct.pack(">ii8q", day, length, *range(1, 9)) for length in (len(packed), 0, 0)]
    assert told == list(zip((packed, b"", b""), sums, strict=True))
