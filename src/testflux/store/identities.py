"""Who somebody at an identity provider is here, and the roles their groups give them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from testflux.kit import errors
from testflux.model.access import Role
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("identities")
Given = tuple[str, int | None]
"""A role, and in which project (None: in the whole organisation)."""


async def find_by_subject(reader: Reader, org_id: int, provider_id: int, subject: str) -> Row | None:
    """Return the account of the provider's subject, with `is_member`, `is_disabled`, `is_linked_otherwise`."""
    return await reader.find(_SQL["find_by_subject"], org_id=org_id, provider_id=provider_id, subject=subject)


async def find_by_email(reader: Reader, org_id: int, provider_id: int, email: str) -> Row | None:
    """Return the account with that address (lower case), as `find_by_subject` does."""
    return await reader.find(_SQL["find_by_email"], org_id=org_id, provider_id=provider_id, email=email)


async def add_person(writer: Writer, email: str, name: str) -> int:
    """Make an account without a password; ConflictError when the address was taken this moment."""
    row = await writer.find(_SQL["add_person"], email=email, name=name)
    if row is None:
        raise _at_once()
    return row["user_id"]


async def add_member(writer: Writer, org_id: int, user_id: int) -> None:
    """Let somebody belong to an organisation."""
    await writer.run(_SQL["add_member"], org_id=org_id, user_id=user_id)


async def add_identity(writer: Writer, provider_id: int, subject: str, user_id: int) -> None:
    """Tie the provider's subject to an account; ConflictError when one of them was tied this moment."""
    if not await writer.find(_SQL["add_identity"], provider_id=provider_id, subject=subject, user_id=user_id):
        raise _at_once()


async def save_use(writer: Writer, provider_id: int, subject: str, now: datetime) -> None:
    """Note that somebody came this way."""
    await writer.run(_SQL["save_use"], provider_id=provider_id, subject=subject, now=now)


async def save_grants(
    writer: Writer, org_id: int, user_id: int, provider_id: int, wanted: Collection[Given]
) -> tuple[list[Given], list[Given]]:
    """Give and take until the provider's roles of a person are the wanted ones; return which were given and taken."""
    values = {
        "org_id": org_id,
        "user_id": user_id,
        "provider_id": provider_id,
        "roles": [role for role, _ in wanted],
        "project_ids": [project_id for _, project_id in wanted],
    }
    taken = await writer.all(_SQL["drop_grants"], **values)
    given = await writer.all(_SQL["add_grants"], **values, built_in=list(Role))
    return [_given(row) for row in given], [_given(row) for row in taken]


async def count_grants(reader: Reader, org_id: int, user_id: int) -> int:
    """Count a person's roles in an organisation, whoever gave them."""
    return (await reader.one(_SQL["count_grants"], org_id=org_id, user_id=user_id))["count"]


def _given(row: Row) -> Given:
    return row["role"], row["project_id"]


def _at_once() -> errors.ConflictError:
    message = "The same person signed in twice at the same moment."
    return errors.ConflictError(message, hint="Sign in again.")
