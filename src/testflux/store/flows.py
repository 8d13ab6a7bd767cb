"""Sign-ins that are under way: at a provider, or before their second step. Each can be taken up once."""

from __future__ import annotations

from datetime import datetime

from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("flows")


async def add_flow(
    writer: Writer,
    state_digest: bytes,
    purpose: str,
    content: bytes,
    expires_at: datetime,
    *,
    provider_id: int | None = None,
    user_id: int | None = None,
) -> None:
    """Keep what the next step needs (`content` sealed) under the digest of what the browser brings back."""
    await writer.run(
        _SQL["add_flow"],
        state_digest=state_digest,
        purpose=purpose,
        provider_id=provider_id,
        user_id=user_id,
        content=content,
        expires_at=expires_at,
    )


async def take_flow(writer: Writer, state_digest: bytes, purpose: str, now: datetime) -> Row | None:
    """Return a flow and forget it; None when there is none, or it is for another step, past its time, or taken."""
    return await writer.find(_SQL["take_flow"], state_digest=state_digest, purpose=purpose, now=now)


async def find_flow(reader: Reader, state_digest: bytes, purpose: str, user_id: int, now: datetime) -> Row | None:
    """Return the `content` of a flow that is somebody's own, without taking it up."""
    return await reader.find(_SQL["find_flow"], state_digest=state_digest, purpose=purpose, user_id=user_id, now=now)


async def drop_expired(writer: Writer, now: datetime) -> int:
    """Forget the flows that nobody came back from; return how many."""
    return await writer.run(_SQL["drop_expired"], now=now)
