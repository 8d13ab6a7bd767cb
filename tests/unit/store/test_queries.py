from __future__ import annotations

from datetime import date

import pytest

from testflux.store import queries

TEXT = """-- A file's own remark.

-- name: list_runs
-- The runs.
select 1;

-- name: drop_run
-- One run less.
-- In two lines.
delete from run
where run_id = %(run_id)s;
"""


def test_queries_are_found_by_name_without_their_comments() -> None:
    assert queries.split(TEXT) == {
        "list_runs": "select 1",
        "drop_run": "delete from run\nwhere run_id = %(run_id)s",
    }


def test_a_query_says_what_it_is_for() -> None:
    with pytest.raises(ValueError, match="x: no comment"):
        queries.split("-- name: x\nselect 1;")


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="x: named twice"):
        queries.split("-- name: x\n-- one\nselect 1;\n-- name: x\n-- two\nselect 2;")


def test_every_file_can_be_read() -> None:
    assert "add_run" in queries.load("runs")


def test_names_are_quoted() -> None:
    filled = queries.about("delete from {table} where d = {day}", table='a"; drop b', day=date(2026, 1, 2))
    assert filled.as_string() == """delete from "a""; drop b" where d = '2026-01-02'::date"""


NARROWED = """select 1 from run r
where true
  and (%(branch)s::text is null or r.branch = %(branch)s)
  and (%(labels)s::text[] is null
       or (r.labels || '{}') @> any(%(labels)s))
order by 1"""


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ({"branch": None, "labels": None}, ""),
        ({"branch": "main", "labels": None}, "\n  and (r.branch = %(branch)s)"),
        ({"branch": None, "labels": ["a"]}, "\n  and ((r.labels || '{}') @> any(%(labels)s))"),
        (
            {"branch": "", "labels": []},
            "\n  and (r.branch = %(branch)s)\n  and ((r.labels || '{}') @> any(%(labels)s))",
        ),
    ],
)
def test_what_nobody_asks_for_is_left_out(values: dict[str, object], left: str) -> None:
    assert queries.narrow(NARROWED, values) == NARROWED.partition("\n  and")[0] + left + "\norder by 1"
