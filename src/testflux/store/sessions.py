"""Sign-ins of browsers, and their refresh tokens, each good once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import msgspec

from testflux.kit import errors
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("sessions")
GRACE = timedelta(seconds=10)
"""Two tabs may refresh with one token within this time; later reuse means that the token was stolen."""
VOUCHED: Final = timedelta(days=1)
"""So long a provider's word is good, however often it is refreshed: who left there is out here a day later."""


class Spent(msgspec.Struct, frozen=True):
    """A token just exchanged: whose it is, where they are, and its sign-in.

    `is_replayed`: it was spent long before, and its sign-in ended here and now. `needs_second_factor`: the organisation
    asks for one that this sign-in has not shown.
    """

    user_id: int
    org_id: int
    sign_in_id: UUID
    is_replayed: bool
    needs_second_factor: bool


async def add_sign_in(
    writer: Writer,
    user_id: int,
    org_id: int,
    *,
    address: str,
    user_agent: str,
    expires_at: datetime,
    provider_id: int | None = None,
    has_second_factor: bool = False,
) -> UUID:
    """Note that a person came in by their password, or by a provider, and return the sign-in's id."""
    sign_in_id = uuid4()
    await writer.run(
        _SQL["add_sign_in"],
        sign_in_id=sign_in_id,
        user_id=user_id,
        org_id=org_id,
        method="password" if provider_id is None else "provider",
        provider_id=provider_id,
        has_second_factor=has_second_factor,
        address=address,
        user_agent=user_agent[:300],
        expires_at=expires_at,
    )
    return sign_in_id


async def add_session(
    writer: Writer, sign_in_id: UUID, token_digest: bytes, now: datetime, expires_at: datetime
) -> None:
    """Keep a new refresh token; the sign-in lasts as long."""
    await writer.run(
        _SQL["add_session"], sign_in_id=sign_in_id, token_digest=token_digest, now=now, expires_at=expires_at
    )


async def save_spent(writer: Writer, token_digest: bytes, now: datetime) -> Spent | None:
    """Spend a token. None when it is unknown, expired or revoked; when it was spent before, its sign-in is revoked."""
    row = await writer.find(_SQL["lock_session"], token_digest=token_digest)
    if row is None or row["revoked_at"] is not None or row["expires_at"] <= now:
        return None
    if row["vouched_for_at"] is not None and row["vouched_for_at"] + VOUCHED <= now:
        return None
    is_replayed = row["spent_at"] is not None and row["spent_at"] + GRACE < now
    if is_replayed:
        await writer.run(_SQL["revoke_sign_in"], sign_in_id=row["sign_in_id"], now=now)
    else:
        await writer.run(_SQL["spend_session"], session_id=row["session_id"], now=now)
    return Spent(row["user_id"], row["org_id"], row["sign_in_id"], is_replayed, row["needs_second_factor"])


async def list_sign_ins(reader: Reader, user_id: int, now: datetime, limit: int) -> list[Row]:
    """List where a person is signed in, last used first."""
    return await reader.all(_SQL["list_sign_ins"], user_id=user_id, now=now, limit=limit)


async def list_identities(reader: Reader, user_id: int) -> list[Row]:
    """List the accounts at providers that a person signs in with."""
    return await reader.all(_SQL["list_identities"], user_id=user_id)


async def save_second_factor(writer: Writer, sign_in_id: UUID, *, has_second_factor: bool) -> None:
    """Note that a sign-in has shown a second factor, or that its person has none any more."""
    await writer.run(_SQL["save_second_factor"], sign_in_id=sign_in_id, has_second_factor=has_second_factor)


async def drop_own_sign_in(writer: Writer, user_id: int, sign_in_id: UUID, now: datetime) -> Row:
    """End one sign-in of a person's own and return it; NotFoundError when it is not theirs, or over."""
    row = await writer.find(_SQL["revoke_own"], user_id=user_id, sign_in_id=sign_in_id, now=now)
    if row is None:
        raise errors.NotFoundError("There is no such sign-in.", hint="It may have ended; reload the list.")
    return row


async def drop_sign_in(writer: Writer, sign_in_id: UUID, now: datetime) -> None:
    """Sign a browser out: its access token and its refresh tokens stop at once."""
    await writer.run(_SQL["revoke_sign_in"], sign_in_id=sign_in_id, now=now)


async def drop_sign_ins_of(writer: Writer, user_id: int, now: datetime, *, but: UUID | None = None) -> int:
    """Sign a person out everywhere, but for one sign-in: after a new password, or when disabled. Returns how many."""
    return await writer.run(_SQL["revoke_user"], user_id=user_id, now=now, but=but)


async def drop_expired(writer: Writer, now: datetime) -> int:
    """Forget sign-ins that nobody could use any more; return how many."""
    return await writer.run(_SQL["drop_expired"], now=now)
