"""Monthly partitions: made ahead of time, and on demand when history is uploaded."""

from __future__ import annotations

from datetime import date

from testflux.store import queries
from testflux.store.database import Reader, Writer

TABLES = ("result_chunk", "result_row", "finding_seen", "load_series", "delivery", "audit_event")
MONTHS_AHEAD = 3

_SQL = queries.load("partitions")


async def ensure(writer: Writer, day: date) -> list[str]:
    """Make the partitions of the day's month where they are missing; return the names of those made.

    Use a transaction of its own: attaching is quick, but it holds a lock on the parent until the commit.
    """
    month = day.replace(day=1)
    missing = await find_missing(writer, [month])
    if missing:
        # Two makers of the same month would collide; the second finds nothing left to do.
        await writer.run(_SQL["lock"])
        missing = await find_missing(writer, [month])
    for name in missing:
        await _make(writer, name, month)
    return missing


async def ensure_ahead(writer: Writer, today: date) -> list[str]:
    """Make this month's partitions and those of the next three; return the names of those made."""
    made: list[str] = []
    for month in months_ahead(today):
        made += await ensure(writer, month)
    return made


async def list_partitions(reader: Reader) -> list[str]:
    """Return the names of all partitions in order."""
    rows = await reader.all(_SQL["list_partitions"], tables=list(TABLES))
    return [row["name"] for row in rows]


async def find_missing(reader: Reader, months: list[date]) -> list[str]:
    """Return the names of the partitions of these months that do not exist."""
    present = set(await list_partitions(reader))
    wanted = [partition_name(table, month) for month in months for table in TABLES]
    return [name for name in wanted if name not in present]


async def find_end(reader: Reader, today: date) -> date:
    """Return the first day, today or later, for which a partition is missing."""
    present = set(await list_partitions(reader))
    month = today.replace(day=1)
    while all(partition_name(table, month) in present for table in TABLES):
        month = _next_month(month)
    return max(month, today)


def partition_name(table: str, month: date) -> str:
    """Return the name of a table's partition, e.g. result_chunk_2026_11."""
    return f"{table}_{month:%Y_%m}"


def months_ahead(today: date) -> list[date]:
    """Return the first days of this month and the next three."""
    months = [today.replace(day=1)]
    while len(months) <= MONTHS_AHEAD:
        months.append(_next_month(months[-1]))
    return months


async def keep_whole(writer: Writer, table: str, name: str) -> None:
    """Let the chunks of a new partition (`name`) lie in one place each; of other tables nothing is to be done.

    A chunk takes 3.3 kB, two of them a page. By default PostgreSQL would put its durations behind a pointer, and to
    follow that takes longer than to read them. A partition does not inherit this from its parent.
    """
    if table == "result_chunk":
        await writer.run(queries.about(_SQL["keep_whole"], name=name))


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


async def _make(writer: Writer, name: str, month: date) -> None:
    """Make the table first and attach it then: unlike `create table … partition of`, that never stops readers."""
    parent = name.removesuffix(f"_{month:%Y_%m}")
    await writer.run(queries.about(_SQL["make_partition"], name=name, parent=parent))
    await keep_whole(writer, parent, name)
    await writer.run(
        queries.about(_SQL["attach_partition"], name=name, parent=parent, first=month, past=_next_month(month))
    )
