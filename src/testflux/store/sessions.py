"""Browser sessions: refresh tokens, each good once; all that follow from one sign-in are a family."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from testflux.store import queries
from testflux.store.database import Writer

_SQL = queries.load("sessions")
GRACE = timedelta(seconds=10)
"""Two tabs may refresh with one token within this time; later reuse means that the token was stolen."""


class Spent(msgspec.Struct, frozen=True):
    """A token just exchanged: whose it is, and its family."""

    user_id: int
    family: UUID


async def add_session(
    writer: Writer, user_id: int, family: UUID, token_digest: bytes, user_agent: str, expires_at: datetime
) -> None:
    """Keep a new refresh token."""
    await writer.run(
        _SQL["add_session"],
        user_id=user_id,
        family=family,
        token_digest=token_digest,
        user_agent=user_agent[:300],
        expires_at=expires_at,
    )


async def save_spent(writer: Writer, token_digest: bytes, now: datetime) -> Spent | None:
    """Spend a token. None when it is unknown, expired or revoked, or spent before: then its whole family is revoked."""
    row = await writer.find(_SQL["lock_session"], token_digest=token_digest)
    if row is None or row["revoked_at"] is not None or row["expires_at"] <= now:
        return None
    if row["spent_at"] is not None and row["spent_at"] + GRACE < now:
        await writer.run(_SQL["revoke_family"], family=row["family"], now=now)
        return None
    await writer.run(_SQL["spend_session"], session_id=row["session_id"], now=now)
    return Spent(row["user_id"], row["family"])


async def drop_family(writer: Writer, token_digest: bytes, now: datetime) -> None:
    """Sign a browser out: revoke every token of the sign-in that this one belongs to."""
    row = await writer.find(_SQL["lock_session"], token_digest=token_digest)
    if row is not None:
        await writer.run(_SQL["revoke_family"], family=row["family"], now=now)


async def drop_sessions_of(writer: Writer, user_id: int, now: datetime) -> None:
    """Sign a person out everywhere: after a new password, or when disabled."""
    await writer.run(_SQL["revoke_user"], user_id=user_id, now=now)


async def drop_expired(writer: Writer, now: datetime) -> int:
    """Forget tokens that nobody could use any more; return how many."""
    return await writer.run(_SQL["drop_expired"], now=now)
