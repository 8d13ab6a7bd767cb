"""The door to PostgreSQL: a pool, and in its connections whether one may read or write."""

from __future__ import annotations

import select
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from testflux.kit import errors
from testflux.model.access import EVERYBODY, Scope
from testflux.store import adaptation, turns, walls, wire

Row = dict[str, Any]


class Reader:
    """One connection that can only read. Parameters are named: `%(slug)s` takes `slug=…`.

    `before` goes before each statement, in the same round trip: each is a transaction then. Without it all are in one.
    """

    def __init__(
        self, connection: wire.Connection, scope: Scope = EVERYBODY, before: tuple[str, wire.Values] | None = None
    ) -> None:
        self.connection = connection
        self.scope = scope
        self._before = before

    @property
    def planned_once(self) -> Reader:
        """The same, for statements whose one plan is good for all values.

        PostgreSQL would else plan many of them anew each time, in hope of a better one: months are most of why.
        """
        if self._before is None:
            return self
        text, values = self._before
        return Reader(self.connection, self.scope, (text, {**values, "plans": "force_generic_plan"}))

    async def all(self, query: wire.Query, /, **values: object) -> list[Row]:
        """Return every row."""
        return (await self.connection.ask(query, values, self._before)).rows()

    async def find(self, query: wire.Query, /, **values: object) -> Row | None:
        """Return the first row, or None."""
        rows = (await self.connection.ask(query, values, self._before)).rows(1)
        return rows[0] if rows else None

    async def one(self, query: wire.Query, /, **values: object) -> Row:
        """Return the first row; NotFoundError when there is none."""
        row = await self.find(query, **values)
        if row is None:
            raise errors.NotFoundError("There is no such thing.", hint="It may have been removed; reload the list.")
        return row


class Writer(Reader):
    """One connection inside one transaction, committed when its `async with` ends without an error."""

    def __init__(self, connection: wire.Connection, scope: Scope = EVERYBODY) -> None:
        super().__init__(connection, scope)
        self._last: list[Callable[[], Awaitable[object]]] = []

    def at_end(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do something as the last thing before the commit: what holds a lock that everybody wants."""
        self._last.append(act)

    async def finish(self) -> None:
        """Do what was left for the end."""
        while self._last:
            await self._last.pop(0)()

    async def run(self, query: wire.Query, /, **values: object) -> int:
        """Execute a statement and return how many rows it touched."""
        return (await self.connection.ask(query, values)).count

    async def copy(
        self, table: str, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Load rows by binary COPY: `types` are PostgreSQL type names, one a column."""
        statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        async with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                await copy.write_row(row)


class Database:
    """A pool of connections to `url`.

    Give `direct_url` when `url` leads to a pooler (PgBouncer): it serves where a session must last (LISTEN, the queue,
    migrations), and statements on `url` are then never prepared.
    """

    def __init__(
        self,
        url: str,
        direct_url: str | None = None,
        *,
        min_size: int = 1,
        max_size: int = 10,
        timeout_s: float = 10,
    ) -> None:
        self.url = url
        self.direct_url = direct_url or url
        self.is_pooled = direct_url is not None
        self.has_wall = False
        self._timeout_s = timeout_s
        self._turns = turns.Turns()
        arguments: dict[str, Any] = {"row_factory": dict_row, "connect_timeout": 10}
        if self.is_pooled:
            arguments["prepare_threshold"] = None
        self.pool: AsyncConnectionPool[wire.Connection] = AsyncConnectionPool(
            url,
            connection_class=wire.Connection,
            kwargs=arguments,
            min_size=min_size,
            max_size=max_size,
            timeout=timeout_s,
            open=False,
            configure=self._configure,
            check=_check,
            name="testflux",
        )

    async def open(self) -> None:
        """Connect; UnavailableError when the database does not answer in time, SetupError behind an unknown pooler."""
        with _explain():
            await self.pool.open(wait=True, timeout=self._timeout_s)
            if not self.is_pooled:
                async with self.pool.connection() as connection:
                    await _refuse_pooler(connection)
            await self._find_wall()

    async def _find_wall(self) -> None:
        wall = await self.look_up(walls.FIND) or {}
        if wall["is_bound"]:
            hint = "Connect as the user that owns them; `alter table … owner to` gives them away."
            raise errors.SetupError("The tables belong to another database user.", hint=hint)
        self.has_wall = wall["is_up"]

    async def _configure(self, connection: wire.Connection) -> None:
        """Begin transactions ourselves alone: what they need travels with their beginning.

        Not an argument of the connection: the queue opens one of its own with these, and adds this itself.
        """
        await connection.set_autocommit(True)
        await adaptation.configure(connection)
        if not self.is_pooled:
            connection.begin_preparing()

    async def _begin(self, connection: wire.Connection, scope: Scope, *, is_read_only: bool) -> None:
        """Begin a transaction: whatever it needs to know of `scope` is in the same text, which is one round trip."""
        text = walls.begin(scope, is_read_only=is_read_only, has_wall=self.has_wall)
        await connection.execute(text, prepare=False)

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    async def look_up(self, query: wire.Query, /, **values: object) -> Row | None:
        """Return the first row of one statement of our own: for what every request asks first."""
        with _explain():
            async with self._lend() as connection:
                return await Reader(connection).find(query, **values)

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncGenerator[Reader]:
        """Lend a connection that PostgreSQL itself keeps from writing, for the rows of `scope`.

        Each statement is a transaction, and one round trip: it sees what was committed when it came. `hold` sees it as
        long as it lasts.
        """
        with _explain():
            async with self._lend() as connection:
                yield Reader(connection, scope, walls.enter(scope, has_wall=self.has_wall))

    @asynccontextmanager
    async def _lend(self) -> AsyncGenerator[wire.Connection]:
        """Lend a connection to whoever leaves no transaction open in it."""
        async with self._turns.take():
            connection = await self.pool.getconn()
            try:
                yield connection
            finally:
                await self.pool.putconn(connection)

    @asynccontextmanager
    async def hold(self, scope: Scope) -> AsyncGenerator[Reader]:
        """Lend a connection for reading in one transaction: for cursors, and for what must see one moment."""
        with _explain():
            async with self.pool.connection() as connection:
                await self._begin(connection, scope, is_read_only=True)
                yield Reader(connection, scope)

    @asynccontextmanager
    async def write(self, scope: Scope) -> AsyncGenerator[Writer]:
        """Lend a connection for one transaction on the rows of `scope`: rolled back on any error, else committed."""
        with _explain():
            async with self.pool.connection() as connection:
                await self._begin(connection, scope, is_read_only=False)
                writer = Writer(connection, scope)
                yield writer
                await writer.finish()

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncGenerator[AsyncIterator[str]]:
        """Listen on a NOTIFY channel over a connection of its own: iterate over the payloads.

        When the connection breaks it ends with UnavailableError; what was missed meanwhile is the caller's to read.
        """
        with _explain():
            async with await psycopg.AsyncConnection.connect(self.direct_url, autocommit=True) as connection:
                await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
                # Closed before the connection is: while it waits for news, it holds the connection's lock.
                async with aclosing(_payloads(connection)) as payloads:
                    yield payloads


async def _refuse_pooler(connection: wire.Connection) -> None:
    """A pooler answers with another process than the one that the session was promised."""
    cursor = await connection.execute("select pg_backend_pid() as pid")
    row = await cursor.fetchone()
    if row is not None and row["pid"] != connection.info.backend_pid:
        hint = "Set TESTFLUX_DATABASE_DIRECT_URL to an address around it; in session mode, to the same address again."
        raise errors.SetupError("TESTFLUX_DATABASE_URL leads to a pooler.", hint=hint, code="pooler-unknown")


async def _check(connection: wire.Connection) -> None:
    """Find out that a connection died (the server was restarted) before a request is given it.

    Whoever ends a connection leaves something to read in it; to ask every time would double a short read's round trips.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await connection.execute("")


async def _payloads(connection: psycopg.AsyncConnection[Any]) -> AsyncGenerator[str]:
    async with aclosing(connection.notifies()) as notifications:
        async for notification in notifications:
            yield notification.payload


@contextmanager
def _explain() -> Generator[None]:
    """Say what a lost, full or locked database means; what SQL itself refuses (a duplicate key) passes unchanged."""
    try:
        yield
    except psycopg.DatabaseError as error:
        if not is_away(error):
            raise
        raise errors.UnavailableError(
            f"The database does not answer: {_first_line(error)}",
            hint="Check that PostgreSQL runs and that TESTFLUX_DATABASE_URL leads to it; then try again.",
        ) from error


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database is lost, full or locked, not that it refuses the statement.

    A connection that breaks while its answer is being read shows as a plain DatabaseError without an SQLSTATE.
    """
    is_broken = type(error) is psycopg.DatabaseError and error.sqlstate is None
    return is_broken or isinstance(error, psycopg.OperationalError)


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
