"""Links to set a new password, each good once; kept as digests."""

from __future__ import annotations

from datetime import datetime

from testflux.store import queries
from testflux.store.database import Row, Writer

_SQL = queries.load("resets")


async def add_reset(writer: Writer, user_id: int, token_digest: bytes, expires_at: datetime) -> None:
    """Keep a link."""
    await writer.run(_SQL["add_reset"], user_id=user_id, token_digest=token_digest, expires_at=expires_at)


async def find_reset(writer: Writer, token_digest: bytes, now: datetime) -> Row | None:
    """Return whose link it is (`user_id`, `email`, `name`), kept from others; None when it is spent or too old."""
    return await writer.find(_SQL["find_reset"], token_digest=token_digest, now=now)


async def save_password(writer: Writer, user_id: int, password_hash: str, now: datetime) -> None:
    """Set a person's password; every link of theirs is spent."""
    await writer.run(_SQL["save_password"], user_id=user_id, password_hash=password_hash, now=now)
    await writer.run(_SQL["save_used"], user_id=user_id, now=now)


async def drop_old(writer: Writer, before: datetime) -> int:
    """Forget links that ended before then; return how many."""
    return await writer.run(_SQL["drop_old"], before=before)
