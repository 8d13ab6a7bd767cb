"""API tokens: of people, and of services that stand for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from testflux.store import projects, queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("tokens")


async def list_tokens(
    reader: Reader, org_id: int, before: int | None, limit: int, *, user_id: int | None = None
) -> list[Row]:
    """List tokens that are not revoked, newest first, from below token `before`; of `user_id` only personal ones."""
    return await reader.all(_SQL["list_tokens"], org_id=org_id, before=before, limit=limit, user_id=user_id)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a new token. With a `role` it is a service's, else its maker's; `project_ids` None: all."""

    name: str
    token_digest: bytes
    hint: str
    scopes: Sequence[str]
    expires_at: datetime | None
    role: str | None = None
    project_ids: Sequence[int] | None = None


async def add_token(writer: Writer, org_id: int, user_id: int, kept: Kept) -> Row:
    """Keep a new token, made by `user_id`."""
    values = {**msgspec.structs.asdict(kept), "scopes": list(kept.scopes)}
    return await writer.one(_SQL["add_token"], org_id=org_id, user_id=user_id, **values)


async def save_use(writer: Writer, token_id: int, now: datetime) -> None:
    """Note that a token was used, at most once a minute."""
    await writer.run(_SQL["save_use"], token_id=token_id, now=now)


async def drop_token(writer: Writer, org_id: int, token_id: int, now: datetime, *, user_id: int | None = None) -> Row:
    """Revoke a token, of `user_id` a personal one alone; NotFoundError when there is none, or none any more."""
    return await writer.one(_SQL["drop_token"], org_id=org_id, token_id=token_id, now=now, user_id=user_id)


async def list_limits(reader: Reader, org_id: int, slugs: Sequence[str]) -> dict[int, str]:
    """Return the slugs of these projects by id; NotFoundError names one that is not there."""
    rows = await reader.all(_SQL["list_limits"], org_id=org_id, slugs=list(slugs))
    if missing := set(slugs) - {row["slug"] for row in rows}:
        raise projects.no_project(min(missing))
    return {row["project_id"]: row["slug"] for row in rows}


async def find_role(reader: Reader, org_id: int, key: str) -> Row | None:
    """Return the `permissions` of a role of the organisation's own; built-in ones are not kept here."""
    return await reader.find(_SQL["find_role"], org_id=org_id, key=key)
