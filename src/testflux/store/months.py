"""Partitions that are let go or rewritten, beside everybody who reads and writes the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from testflux.store import adaptation, partitions, queries, wire
from testflux.store.database import Database, Reader, Writer

RUN_TABLES: Final = ("result_chunk", "result_row", "finding_seen", "load_series")
_COPIES: Final[dict[str, str]] = dict(
    zip(RUN_TABLES, ("copy_result_chunk", "copy_result_row", "copy_finding_seen", "copy_load_series"), strict=True)
)
_MOST_DEAD: Final = 0.5  # share of a month's file that may hold nothing
_LEAST_BYTES: Final = 4 * 1024 * 1024
_TRIES: Final = 20

_SQL = queries.load("months")


class Month(msgspec.Struct, frozen=True):
    """One table's partition of a month, named by the month's first day."""

    table: str
    first_day: date

    @property
    def name(self) -> str:
        """The partition's own name."""
        return partitions.partition_name(self.table, self.first_day)

    @property
    def past(self) -> date:
        """The first day behind it."""
        first = self.first_day
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)


@asynccontextmanager
async def alone(database: Database) -> AsyncGenerator[Writer | None]:
    """Lend a connection that keeps house: each statement commits by itself. None while somebody else has it."""
    async with await wire.Connection.connect(database.direct_url, autocommit=True, row_factory=dict_row) as connection:
        await adaptation.configure(connection)
        hands = Writer(connection)
        row = await hands.one(_SQL["take"])
        await hands.run(_SQL["wait_briefly"])
        yield hands if row["taken"] else None


async def list_leaving(
    reader: Reader, before: dict[int, date | None], today: date, *, rows_only: bool = False
) -> set[date]:
    """Return the closed months of which every project lets every run go (or every run's rows), none of them starred.

    `before` says by project from which day on it keeps them; a project that keeps all has None.
    """
    days = [day for day in before.values() if day is not None]
    if not days:
        return set()
    rows = await reader.all(
        _SQL["list_leaving"],
        project_ids=list(before),
        befores=list(before.values()),
        last=min(max(days), today.replace(day=1)),
        rows_only=rows_only,
    )
    return {row["month"] for row in rows}


async def list_droppable(reader: Reader, last: date) -> list[Month]:
    """Return the partitions from before a day that hold nothing of any run any more."""
    rows = await reader.all(_SQL["list_droppable"], tables=list(RUN_TABLES), last=last.replace(day=1))
    return [Month(row["parent"], row["month"]) for row in rows]


async def list_older(reader: Reader, table: str, before: date) -> list[Month]:
    """Return a table's partitions that end before a day."""
    rows = await reader.all(_SQL["list_older"], table=table, before=before)
    return [Month(table, row["month"]) for row in rows]


async def list_left(reader: Reader) -> list[Month]:
    """Return what a drop that was interrupted has left: no longer or only half a partition."""
    rows = await reader.all(_SQL["list_left"], tables=list(partitions.TABLES))
    return [Month(row["name"][:-8], row["month"]) for row in rows]


async def drop_month(hands: Writer, month: Month) -> bool:
    """Detach a partition while others read and write, and drop it; false if a run came into it meanwhile: it stays.

    Whoever still reads the old month is waited for, for a minute: False after that; the next night goes on.
    """
    names = {"name": month.name, "parent": month.table}
    try:
        state = await hands.find(_SQL["find_state"], name=month.name)
        if state is not None and state["is_pending"]:
            await hands.run(queries.about(_SQL["detach_rest"], **names))
        elif state is not None:
            await hands.run(queries.about(_SQL["detach"], **names))
        if month.table in RUN_TABLES and await _is_needed(hands, month):
            await hands.run(queries.about(_SQL["attach"], **names, first=month.first_day, past=month.past))
            return False
        await hands.run(queries.about(_SQL["drop"], name=month.name))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


async def drop_strays(hands: Writer, month: Month) -> int:
    """Remove the rows of runs that are gone from a partition that stays after all."""
    return await hands.run(queries.about(_SQL["drop_strays"], name=month.name), is_rows=month.table == "result_row")


async def vacuum(hands: Writer, month: Month) -> None:
    """Give the room of removed rows back for new ones, and count what is left."""
    await hands.run(queries.about(_SQL["vacuum"], name=month.name))


async def list_hollow(reader: Reader, today: date, least_bytes: int = _LEAST_BYTES) -> list[Month]:
    """Return the partitions of closed months that are worth rewriting: half of their file or more holds nothing."""
    rows = await reader.all(
        _SQL["list_hollow"],
        tables=list(RUN_TABLES),
        last=today.replace(day=1),
        least_bytes=least_bytes,
        most_dead=_MOST_DEAD,
    )
    return [Month(row["parent"], row["month"]) for row in rows]


async def rewrite(hands: Writer, month: Month) -> bool:
    """Put a tight, sorted copy in a partition's place; false when readers never let go of the table for a moment.

    Whoever writes into that month waits for the copy; readers wait for the exchange at its end, a few milliseconds.
    """
    names = {"name": month.name, "parent": month.table, "copy": f"{month.name}_new"}
    days = {"first": month.first_day, "past": month.past}
    async with hands.connection.transaction() as whole:
        for step in ("keep_writers_out", "make_copy"):
            await hands.run(queries.about(_SQL[step], **names))
        await partitions.keep_whole(hands, month.table, names["copy"])
        await hands.run(queries.about(_SQL[_COPIES[month.table]], **names))
        await hands.run(queries.about(_SQL["promise_days"], **names, **days))
        await hands.run(_SQL["wait_a_moment"])
        for _ in range(_TRIES):
            try:
                async with hands.connection.transaction():
                    for step in ("take_out", "put_in", "drop", "rename"):
                        await hands.run(queries.about(_SQL[step], **names, **days))
                await hands.run(_SQL["wait_briefly"])
            except psycopg.errors.LockNotAvailable:
                continue
            return True
        raise psycopg.Rollback(whole)
    await hands.run(_SQL["wait_briefly"])
    return False


async def _is_needed(reader: Reader, month: Month) -> bool:
    query = queries.about(_SQL["find_needed"], name=month.name)
    return await reader.find(query, is_rows=month.table == "result_row") is not None
