"""People who may sign in."""

from __future__ import annotations

from testflux.kit import errors
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("users")


async def get_org(reader: Reader) -> int:
    """Return the organisation's id."""
    return (await reader.one(_SQL["get_org"]))["org_id"]


async def add_org(writer: Writer) -> int:
    """Make the organisation unless it exists; return its id."""
    await writer.run(_SQL["add_org"])
    return await get_org(writer)


async def count_users(reader: Reader, org_id: int) -> int:
    """Count everybody, disabled or not."""
    return (await reader.one(_SQL["count_users"], org_id=org_id))["count"]


async def list_users(reader: Reader, org_id: int, after: str, limit: int, *, user_id: int | None = None) -> list[Row]:
    """List an organisation's people, or the one with that id, by e-mail address, from behind `after`."""
    return await reader.all(_SQL["list_users"], org_id=org_id, after=after, limit=limit, user_id=user_id)


async def get_user(reader: Reader, org_id: int, user_id: int) -> Row:
    """Return a person of an organisation; NotFoundError when nobody there has that id."""
    for row in await list_users(reader, org_id, "", 1, user_id=user_id):
        return row
    raise errors.NotFoundError("There is no such person.", hint="They may have left; reload the list.")


async def get_password_hash(reader: Reader, user_id: int) -> str | None:
    """Return a person's password hash, None when they have no password."""
    return (await reader.one(_SQL["get_password_hash"], user_id=user_id))["password_hash"]


async def add_user(
    writer: Writer,
    org_id: int,
    email: str,
    name: str,
    role: str,
    password_hash: str | None,
    *,
    is_operator: bool = False,
) -> Row:
    """Add a person who belongs to an organisation with a role; ConflictError when the address is taken."""
    row = await writer.find(
        _SQL["add_person"], email=email.lower(), name=name, password_hash=password_hash, is_operator=is_operator
    )
    if row is None:
        hint = "Choose another address, or change the person who has it."
        raise errors.ConflictError(f"Somebody already signs in as {email.lower()}.", hint=hint, code="email-taken")
    await writer.run(_SQL["add_member"], org_id=org_id, user_id=row["user_id"])
    await writer.run(_SQL["add_grant"], org_id=org_id, user_id=row["user_id"], role=role)
    return await get_user(writer, org_id, row["user_id"])


async def save_user(
    writer: Writer,
    org_id: int,
    user_id: int,
    *,
    name: str | None = None,
    role: str | None = None,
    is_disabled: bool | None = None,
    password_hash: str | None = None,
) -> Row:
    """Change what is given about a person; ConflictError when the organisation would have no owner any more."""
    await writer.run(_SQL["lock_owners"], org_id=org_id)
    await get_user(writer, org_id, user_id)
    await writer.run(_SQL["save_person"], org_id=org_id, user_id=user_id, name=name, password_hash=password_hash)
    if role is not None:
        await writer.run(_SQL["drop_grants"], org_id=org_id, user_id=user_id)
        await writer.run(_SQL["add_grant"], org_id=org_id, user_id=user_id, role=role)
    if is_disabled is not None:
        await writer.run(_SQL["save_access"], org_id=org_id, user_id=user_id, is_disabled=is_disabled)
    if (await writer.one(_SQL["count_owners"], org_id=org_id))["count"] == 0:
        message, hint = "This is the last owner.", "Make somebody else an owner first."
        raise errors.ConflictError(message, hint=hint, code="last-owner")
    return await get_user(writer, org_id, user_id)


async def save_sign_in(writer: Writer, user_id: int) -> None:
    """Note that a person just signed in."""
    await writer.run(_SQL["save_sign_in"], user_id=user_id)
