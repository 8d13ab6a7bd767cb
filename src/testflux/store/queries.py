"""The SQL of the house: files of named queries, read once.

A query starts with `-- name: list_runs` and a comment line that says what it answers; the next one ends it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import LiteralString, cast

from psycopg import sql

_NAME = re.compile(r"^-- name: (\w+)\n((?:--.*\n)*)", re.MULTILINE)


@functools.cache
def load(noun: str) -> Mapping[str, str]:
    """Return the queries of `sql/<noun>.sql` by name."""
    return split((resources.files("testflux.store") / "sql" / f"{noun}.sql").read_text("utf-8"))


def about(query: str, **parts: str | date) -> sql.Composed:
    """Fill in what a query leaves open as `{part}` because no parameter may stand there: names (text) and days.

    They are quoted, never spliced.
    """
    quoted = {key: sql.Identifier(part) if isinstance(part, str) else sql.Literal(part) for key, part in parts.items()}
    return sql.SQL(cast("LiteralString", query)).format(**quoted)


def split(text: str) -> dict[str, str]:
    """Cut a query file into queries by name; ValueError when one is named twice or says nothing about itself."""
    heads = list(_NAME.finditer(text))
    queries: dict[str, str] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        name, comment = head[1], head[2]
        if name in queries or not comment:
            raise ValueError(
                f"Query {name}: " + ("named twice" if name in queries else "no comment line below its name")
            )
        queries[name] = text[head.end() : following.start() if following else len(text)].strip().rstrip(";")
    return queries
