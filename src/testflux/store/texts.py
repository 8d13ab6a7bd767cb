"""The texts that a search for words looks through: suite path and name of each test, folded.

Those of neighbouring tests lie in one row, a line each: with a row a test, half of what a search cost was looking at
each row at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from testflux.kit import query
from testflux.store import queries

_LONGEST: Final = 1500  # characters of a row: PostgreSQL compresses what is longer than 2 kB


def with_texts(statements: Mapping[str, str]) -> dict[str, str]:
    """Complete statements that drop tests, whose texts go with them, or look for tests by their texts."""
    pieces = queries.load("texts")
    return {
        name: statement.replace("DROP_TEXTS", pieces["drop"]).replace("FOUND_TESTS", pieces["found"])
        for name, statement in statements.items()
    }


def fold(suite: Sequence[str], name: str) -> str:
    """Return what a search looks through of a test: one line."""
    return query.fold(f"{' / '.join(suite)} {name}")


def pack(texts: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Put the texts of tests, by ascending number, into rows: the first number, and its line and the next ones."""
    first, lines, length = 0, list[str](), 0
    for number, text in texts:
        if lines and (number != first + len(lines) or length + len(text) > _LONGEST):
            yield first, "\n".join(lines)
            lines, length = [], 0
        if not lines:
            first = number
        lines.append(text)
        length += len(text) + 1
    if lines:
        yield first, "\n".join(lines)
