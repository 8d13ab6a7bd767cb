"""Organisations: what projects and people belong to."""

from __future__ import annotations

from uuid import UUID

from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("organisations")


async def list_of_person(reader: Reader, org_id: int, user_id: int, *, is_bound: bool) -> list[Row]:
    """List the organisation that somebody looks at, and unless bound to it the others they belong to, by name."""
    return await reader.all(_SQL["list_of_person"], org_id=org_id, user_id=user_id, is_bound=is_bound)


async def find_entrance(reader: Reader, user_id: int, sign_in_id: UUID, slug: str) -> Row | None:
    """Return an organisation with how one may enter it and how this sign-in came about; None for no member."""
    return await reader.find(_SQL["find_entrance"], user_id=user_id, sign_in_id=sign_in_id, slug=slug)


async def save_place(writer: Writer, sign_in_id: UUID, org_id: int) -> None:
    """Let a sign-in look at another organisation from its next request on."""
    await writer.run(_SQL["save_place"], sign_in_id=sign_in_id, org_id=org_id)
