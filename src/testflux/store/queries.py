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

_OPTIONAL = re.compile(r"(?P<begin>\s+and \()%\((?P<name>\w+)\)s::[\w\[\]]+ is null\s+or ")
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


def narrow(query: str, values: Mapping[str, object]) -> str:
    """Leave out what a query asks of parameters that are None: each `and (%(name)s::type is null or …)`.

    What is left PostgreSQL plans once for all values; with the whole it would weigh the values of each call.
    """
    return _narrow(query, frozenset(name for name, value in values.items() if value is None))


@functools.lru_cache(maxsize=2000)
def _narrow(query: str, absent: frozenset[str]) -> str:
    pieces: list[str] = []
    at = 0
    for found in _OPTIONAL.finditer(query):
        end = _end_of_brackets(query, found.end("begin"))
        pieces.append(query[at : found.start()])
        if found["name"] not in absent:
            pieces.append(found["begin"] + query[found.end() : end])
        at = end
    return "".join([*pieces, query[at:]])


def _end_of_brackets(query: str, at: int) -> int:
    """Return the place behind the bracket that closes the one before `at`."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(query[at], 0)
        at += 1
    return at


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
