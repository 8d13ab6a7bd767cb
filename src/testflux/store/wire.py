"""How a statement travels to PostgreSQL: with what goes before it in one round trip, and prepared when it comes again.

What travels together outside of a transaction is one: PostgreSQL ends it with the last statement.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

import psycopg
from psycopg import adapt, generators, pq, sql
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import DictRow

Query = str | sql.SQL | sql.Composed
Values = Mapping[str, object]
_Key = tuple[bytes, tuple[int, ...], str]
_MOST_KNOWN: Final = 500
_PLACE: Final = re.compile(r"%(?:%|\((\w+)\)([sbt]))")
_GONE: Final = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)
"""What PostgreSQL says of a prepared statement whose tables were changed under it."""


class Answer:
    """What a statement answered."""

    def __init__(self, transformer: Transformer, result: PGresult) -> None:
        self._transformer = transformer
        self._result = result

    @property
    def count(self) -> int:
        """How many rows the statement touched."""
        return self._result.command_tuples or 0

    def rows(self, most: int | None = None) -> list[DictRow]:
        """Return the rows, or no more than `most` of them."""
        result = self._result
        names = [(result.fname(place) or b"").decode() for place in range(result.nfields)]
        count = result.ntuples if most is None else min(most, result.ntuples)
        self._transformer.set_pgresult(result)
        # Not strict, which takes half as long again: a row has its query's columns.
        return self._transformer.load_rows(0, count, lambda values: dict(zip(names, values)))  # noqa: B905


class _Step(NamedTuple):
    """Something to send; once it went well, what is known under `key` has that name."""

    send: Callable[[], None]
    key: _Key | None = None
    name: bytes = b""


class Connection(psycopg.AsyncConnection[DictRow]):
    """A connection that may prepare what it is asked for the second time.

    psycopg must not do so by itself: with a transaction that is rolled back it lets all that is prepared be forgotten.
    """

    _known: dict[_Key, bytes] | None = None
    _made = 0

    def begin_preparing(self) -> None:
        """Prepare what comes again: for a session that is ours alone."""
        self.prepare_threshold = None
        self._known = {}

    async def ask(self, query: Query, values: Values, before: tuple[str, Values] | None = None) -> Answer:
        """Send a statement and, if something is to go `before` it, that first: in one round trip."""
        async with self.lock:
            steps = self._clear_up()
            if before is not None:
                self._pack(steps, *before, "")
            transformer = self._pack(steps, query, values, before[0] if before else "")
            results = await self.wait(_travel(self.pgconn, [step.send for step in steps]))
            self._learn(steps, results)
        return Answer(transformer, results[-1])

    def _clear_up(self) -> list[_Step]:
        """Begin what is to be sent; let everything be forgotten when it became too much."""
        if self._known is None or len(self._known) < _MOST_KNOWN:
            return []
        self._known.clear()
        return [_Step(partial(self.pgconn.send_query_params, b"deallocate all", None))]

    def _pack(self, steps: list[_Step], query: Query, values: Values, behind: str) -> Transformer:
        """Add what is to be sent for one statement.

        What goes `behind` another one is kept apart: a plan is made for one role, and made anew for the next.
        """
        text, names, formats = _read(query if isinstance(query, str) else query.as_string(self))
        transformer = adapt.Transformer(self)
        params = transformer.dump_sequence([values[name] for name in names], formats)
        types, encoded = transformer.types or (), transformer.formats
        key = (text, types, behind)
        name = self._known.get(key) if self._known is not None else None
        if name == b"":
            name = f"s{self._made}".encode()
            self._made += 1
            steps.append(_Step(partial(self.pgconn.send_prepare, name, text, types), key, name))
        if name is None:
            send = partial(self.pgconn.send_query_params, text, params, types, encoded, pq.Format.BINARY)
            steps.append(_Step(send, key))
        else:
            steps.append(_Step(partial(self.pgconn.send_query_prepared, name, params, encoded, pq.Format.BINARY)))
        return transformer

    def _learn(self, steps: Sequence[_Step], results: Sequence[PGresult]) -> None:
        """Remember what went well; raise what did not."""
        for step, result in zip(steps, results, strict=True):
            if result.status == pq.ExecStatus.FATAL_ERROR:
                error = psycopg.errors.error_from_result(result)
                if self._known and isinstance(error, _GONE):
                    self._known.clear()
                raise error
            if step.key is not None and self._known is not None:
                self._known[step.key] = step.name


def _travel(connection: PGconn, sends: Sequence[Callable[[], None]]) -> PQGen[list[PGresult]]:
    """Send all, then return what each is answered; a connection on which that breaks off is of no more use."""
    results: list[PGresult] = []
    is_through = False
    try:
        connection.enter_pipeline_mode()
        for send in sends:
            send()
        connection.pipeline_sync()
        yield from generators.send(connection)
        for _ in sends:
            results += yield from generators.fetch_many(connection)
        yield from generators.fetch_many(connection)  # that all is through
        connection.exit_pipeline_mode()
        is_through = True
    finally:
        if not is_through:
            connection.finish()
    return results


@functools.lru_cache(maxsize=2000)
def _read(query: str) -> tuple[bytes, tuple[str, ...], tuple[PyFormat, ...]]:
    """Return a query as PostgreSQL takes it, the names of its parameters in their order, and how they are encoded."""
    formats: dict[str, PyFormat] = {}

    def number(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        formats.setdefault(found[1], PyFormat(found[2]))
        return f"${list(formats).index(found[1]) + 1}"

    text = _PLACE.sub(number, query).encode()
    return text, tuple(formats), tuple(formats.values())
