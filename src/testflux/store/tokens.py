"""API tokens: for CI and scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("tokens")


async def list_tokens(reader: Reader, org_id: int, before: int | None, limit: int) -> list[Row]:
    """List tokens that are not revoked, newest first, from below token `before`."""
    return await reader.all(_SQL["list_tokens"], org_id=org_id, before=before, limit=limit)


async def add_token(
    writer: Writer,
    org_id: int,
    user_id: int,
    name: str,
    token_digest: bytes,
    hint: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
) -> Row:
    """Keep a new token's digest."""
    return await writer.one(
        _SQL["add_token"],
        org_id=org_id,
        user_id=user_id,
        name=name,
        token_digest=token_digest,
        hint=hint,
        scopes=list(scopes),
        expires_at=expires_at,
    )


async def save_use(writer: Writer, token_id: int, now: datetime) -> None:
    """Note that a token was used, at most once a minute."""
    await writer.run(_SQL["save_use"], token_id=token_id, now=now)


async def drop_token(writer: Writer, org_id: int, token_id: int, now: datetime) -> None:
    """Revoke a token; NotFoundError when there is none, or none any more."""
    await writer.one(_SQL["drop_token"], org_id=org_id, token_id=token_id, now=now)
