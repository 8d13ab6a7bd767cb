"""People who may sign in."""

from __future__ import annotations

from testflux.kit import errors
from testflux.store import members, queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("users")


async def get_org(reader: Reader) -> int:
    """Return the organisation's id."""
    return (await reader.one(_SQL["get_org"]))["org_id"]


async def find_org(reader: Reader, slug: str) -> int | None:
    """Return the id of the organisation with that slug."""
    row = await reader.find(_SQL["find_org"], slug=slug)
    return None if row is None else row["org_id"]


async def add_org(writer: Writer) -> int:
    """Make the organisation unless it exists; return its id."""
    await writer.run(_SQL["add_org"])
    return await get_org(writer)


async def count_users(reader: Reader, org_id: int) -> int:
    """Count everybody, disabled or not."""
    return (await reader.one(_SQL["count_users"], org_id=org_id))["count"]


async def get_user(reader: Reader, org_id: int, user_id: int) -> Row:
    """Return a person of an organisation; NotFoundError when nobody there has that id."""
    row = await reader.find(_SQL["get_user"], org_id=org_id, user_id=user_id)
    if row is None:
        raise errors.NotFoundError("There is no such person.", hint="They may have left; reload the list.")
    return row


async def find_account(reader: Reader, email: str) -> Row | None:
    """Return the `user_id` of whose account has that address, wherever they belong."""
    return await reader.find(_SQL["find_account"], email=email.lower())


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
    await members.add_member(writer, org_id, row["user_id"], email.lower())
    await members.add_grant(writer, org_id, row["user_id"], role)
    return await get_user(writer, org_id, row["user_id"])


async def save_user(
    writer: Writer, org_id: int, user_id: int, *, name: str | None = None, password_hash: str | None = None
) -> Row:
    """Change what is given about a person."""
    await writer.run(_SQL["save_person"], org_id=org_id, user_id=user_id, name=name, password_hash=password_hash)
    return await get_user(writer, org_id, user_id)


async def save_operator(writer: Writer, user_id: int, *, is_operator: bool) -> None:
    """Say whether a person runs the installation."""
    await writer.run(_SQL["save_operator"], user_id=user_id, is_operator=is_operator)


async def save_sign_in(writer: Writer, user_id: int) -> None:
    """Note that a person just signed in."""
    await writer.run(_SQL["save_sign_in"], user_id=user_id)
