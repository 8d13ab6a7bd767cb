"""Who is asking: from the Authorization header, or a token sent over a socket, to an Actor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from testflux.access import grants, permissions
from testflux.access import tokens as token_rules
from testflux.kit import clock, errors, keys, settings
from testflux.model.access import EVERYBODY, Actor
from testflux.store import actors, database, tokens

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
_STARTED_AT: Final = clock.now()


async def find_actor(settings: settings.Settings, database: database.Database, header: str | None) -> Actor:
    """Return who the Authorization header names; UnauthenticatedError when it names nobody."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        hint = "Send `Authorization: Bearer TOKEN`, with an access token of /api/v1/auth/login or an API token."
        raise errors.UnauthenticatedError("Nobody is signed in.", hint=hint)
    actor, _ = await read_token(settings, database, token.strip())
    return actor


def names_api_token(header: str) -> bool:
    """Whether an Authorization header holds what looks like an API token."""
    return header.partition(" ")[2].strip().startswith(token_rules.PREFIX)


async def read_token(
    settings: settings.Settings, database: database.Database, token: str
) -> tuple[Actor, datetime | None]:
    """Return who a token stands for and until when; UnauthenticatedError when it is wrong, expired or revoked."""
    now = clock.now()
    if token.startswith(token_rules.PREFIX):
        return await _read_api_token(database, token, now)
    # A key that was changed is good for tokens signed before, which end by then.
    secret_key = (
        settings.secret_key if now < _STARTED_AT + token_rules.ACCESS_LIFE else keys.present(settings.secret_key)
    )
    access = token_rules.read_access(secret_key, token, now)
    row = await actors.find_by_sign_in(database, access.user_id, access.sign_in_id, now)
    if row is None:
        raise errors.UnauthenticatedError("The sign-in has ended.", hint="Sign in again.")
    return _actor(row, _granted(row), sign_in=access), access.expires_at


async def _read_api_token(database: database.Database, token: str, now: datetime) -> tuple[Actor, datetime | None]:
    row = None
    if token_rules.is_api_token(token):
        row = await actors.find_by_token(database, token_rules.digest(token), now)
    if row is None:
        hint = "It may have expired or been revoked: ask an administrator for a new one."
        raise errors.UnauthenticatedError("The API token is not valid.", hint=hint)
    if row["last_used_at"] is None or row["last_used_at"] < now - _USE_IS_NOTED_EVERY:
        async with database.write(EVERYBODY) as writer:
            await tokens.save_use(writer, row["token_id"], now)
    only = None if row["only"] is None else {int(number): slug for number, slug in row["only"].items()}
    return _actor(row, grants.narrow(_granted(row), row["scopes"], only)), row["expires_at"]


def _granted(row: database.Row) -> grants.Granted:
    if row.get("needs_second_factor"):
        return grants.combine(())
    granted = grants.combine(msgspec.convert(row["grants"], list[grants.Grant]))
    if not row["is_operator"]:
        return granted
    return msgspec.structs.replace(granted, everywhere=granted.everywhere | permissions.OPERATORS)


def _actor(row: database.Row, granted: grants.Granted, sign_in: token_rules.Access | None = None) -> Actor:
    return Actor(
        org_id=row["org_id"],
        user_id=row["user_id"],
        email=row["email"],
        name=row["name"],
        permissions=granted.everywhere,
        projects=granted.projects,
        token_id=row.get("token_id"),
        token_name=row.get("token_name", ""),
        sign_in_id=sign_in and sign_in.sign_in_id,
        needs_second_factor=row.get("needs_second_factor", False),
    )
