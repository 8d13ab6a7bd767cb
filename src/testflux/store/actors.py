"""Who is behind a token: read in one statement, on every request."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from testflux.store import queries
from testflux.store.database import Database, Row

_SQL = queries.load("actors")


async def find_by_sign_in(database: Database, user_id: int, sign_in_id: UUID, now: datetime) -> Row | None:
    """Return the person of a sign-in in the organisation it looks at, with `grants`; None once any of them ended."""
    return await database.look_up(_SQL["find_by_sign_in"], user_id=user_id, sign_in_id=sign_in_id, now=now)


async def find_by_token(database: Database, token_digest: bytes, now: datetime) -> Row | None:
    """Return a usable API token with its maker, `grants`, and `only`: slugs of its projects by id, None for all."""
    return await database.look_up(_SQL["find_by_token"], token_digest=token_digest, now=now)
