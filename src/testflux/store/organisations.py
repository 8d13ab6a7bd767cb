"""Organisations: what projects and people belong to."""

from __future__ import annotations

from uuid import UUID

from testflux.kit import errors
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


async def list_all(reader: Reader) -> list[Row]:
    """List every organisation of the installation with member_count and project_count, by name."""
    return await reader.all(_SQL["list_all"], org_id=None)


async def get_organisation(reader: Reader, org_id: int) -> Row:
    """Return one organisation with the same."""
    return await reader.one(_SQL["list_all"], org_id=org_id)


async def add_organisation(writer: Writer, slug: str, name: str, owner_id: int) -> Row:
    """Add an organisation that belongs to `owner_id`; ConflictError when the slug is taken."""
    added = await writer.find(_SQL["add_organisation"], slug=slug, name=name)
    if added is None:
        message = f"There is already an organisation {slug!r}."
        raise errors.ConflictError(message, hint="Choose another slug.", code="slug-taken")
    await writer.run(_SQL["add_owner"], org_id=added["org_id"], user_id=owner_id)
    return await get_organisation(writer, added["org_id"])


async def find_person(reader: Reader, email: str) -> int | None:
    """Return who signs in with that address, in whatever organisation."""
    row = await reader.find(_SQL["find_person"], email=email.lower())
    return None if row is None else row["user_id"]


async def save_organisation(
    writer: Writer,
    org_id: int,
    *,
    name: str | None = None,
    is_password_allowed: bool | None = None,
    is_second_factor_required: bool | None = None,
) -> Row:
    """Change what is given about an organisation."""
    await writer.run(
        _SQL["save_organisation"],
        org_id=org_id,
        name=name,
        is_password_allowed=is_password_allowed,
        is_second_factor_required=is_second_factor_required,
    )
    return await get_organisation(writer, org_id)
