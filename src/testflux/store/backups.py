"""What became of the backups that were to be made."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.store import queries
from testflux.store.database import Reader, Writer

_SQL = queries.load("backups")


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One backup that was made, or why it was not (`error`). `place` is its folder."""

    started_at: datetime
    finished_at: datetime
    place: str
    is_scheduled: bool
    is_encrypted: bool
    files: int = 0
    content_bytes: int = 0
    error: str = ""


async def find_turn(writer: Writer) -> bool:
    """Whether nobody else is making a scheduled backup; then nobody begins one until this transaction ends."""
    return (await writer.one(_SQL["find_turn"]))["is_mine"]


async def add_attempt(writer: Writer, attempt: Attempt) -> None:
    """Write down what became of one; those of more than two years ago are forgotten."""
    await writer.run(_SQL["add_attempt"], **msgspec.structs.asdict(attempt))
    await writer.run(_SQL["drop_old"])


async def find_last_made(reader: Reader) -> Attempt | None:
    """Return the newest backup that was made."""
    row = await reader.find(_SQL["find_last_made"])
    return Attempt(**row) if row else None


async def find_last_failed(reader: Reader) -> Attempt | None:
    """Return the newest failure, unless a backup was made since."""
    row = await reader.find(_SQL["find_last_failed"])
    return Attempt(**row) if row else None
