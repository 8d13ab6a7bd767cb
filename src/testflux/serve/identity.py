"""Who is asking: from the Authorization header, or a token sent over a socket, to an Actor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from testflux.access import permissions
from testflux.access import tokens as token_rules
from testflux.kit import clock, errors, settings
from testflux.model.access import Actor, Permission, Role
from testflux.store import database, tokens, users

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)


async def find_actor(settings: settings.Settings, database: database.Database, header: str | None) -> Actor:
    """Return who the Authorization header names; UnauthenticatedError when it names nobody."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        hint = "Send `Authorization: Bearer TOKEN`, with an access token of /api/v1/auth/login or an API token."
        raise errors.UnauthenticatedError("Nobody is signed in.", hint=hint)
    actor, _ = await read_token(settings, database, token.strip())
    return actor


async def read_token(
    settings: settings.Settings, database: database.Database, token: str
) -> tuple[Actor, datetime | None]:
    """Return who a token stands for and until when; UnauthenticatedError when it is wrong, expired or revoked."""
    now = clock.now()
    if token.startswith(token_rules.PREFIX):
        return await _read_api_token(database, token, now)
    access = token_rules.read_access(settings.secret_key, token, now)
    async with database.read() as reader:
        row = await users.find_user(reader, access.user_id)
    if row is None or row["is_disabled"]:
        raise errors.UnauthenticatedError("This account may not sign in any more.", hint="Ask an administrator.")
    return _actor(row, permissions.of_role(Role(row["role"]))), access.expires_at


async def _read_api_token(database: database.Database, token: str, now: datetime) -> tuple[Actor, datetime | None]:
    row = None
    if token_rules.is_api_token(token):
        async with database.read() as reader:
            row = await tokens.find_token(reader, token_rules.digest(token), now)
    if row is None:
        hint = "It may have expired or been revoked: ask an administrator for a new one."
        raise errors.UnauthenticatedError("The API token is not valid.", hint=hint)
    if row["last_used_at"] is None or row["last_used_at"] < now - _USE_IS_NOTED_EVERY:
        async with database.write() as writer:
            await tokens.save_use(writer, row["token_id"], now)
    actor = _actor(row, permissions.of_token(Role(row["role"]), row["scopes"]), row["token_id"])
    return actor, row["expires_at"]


def _actor(row: database.Row, granted: frozenset[Permission], token_id: int | None = None) -> Actor:
    return Actor(
        org_id=row["org_id"],
        user_id=row["user_id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        permissions=granted,
        token_id=token_id,
    )
