"""People who may sign in."""

from __future__ import annotations

from testflux.kit import errors
from testflux.model.access import Role
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


async def list_users(reader: Reader, org_id: int, after: str, limit: int) -> list[Row]:
    """List people by e-mail address, from behind `after`."""
    return await reader.all(_SQL["list_users"], org_id=org_id, after=after, limit=limit)


async def find_user(reader: Reader, user_id: int) -> Row | None:
    """Return a person by id, of whatever organisation."""
    return await reader.find(_SQL["find_user"], user_id=user_id)


async def find_sign_in(reader: Reader, email: str) -> Row | None:
    """Return the person with that address, password hash included, unless disabled."""
    return await reader.find(_SQL["find_sign_in"], email=email)


async def get_password_hash(reader: Reader, user_id: int) -> str:
    """Return a person's password hash."""
    return (await reader.one(_SQL["get_password_hash"], user_id=user_id))["password_hash"]


async def add_user(writer: Writer, org_id: int, email: str, name: str, role: Role, password_hash: str) -> Row:
    """Add a person; ConflictError when the address is taken."""
    row = await writer.find(
        _SQL["add_user"], org_id=org_id, email=email.lower(), name=name, role=role.value, password_hash=password_hash
    )
    if row is None:
        hint = "Choose another address, or change the person who has it."
        raise errors.ConflictError(f"Somebody already signs in as {email.lower()}.", hint=hint, code="email-taken")
    return row


async def save_user(
    writer: Writer,
    org_id: int,
    user_id: int,
    *,
    name: str | None = None,
    role: Role | None = None,
    is_disabled: bool | None = None,
    password_hash: str | None = None,
) -> Row:
    """Change what is given about a person; ConflictError when nobody could manage people any more."""
    await writer.run(_SQL["lock_admins"], org_id=org_id)
    row = await writer.one(
        _SQL["save_user"],
        org_id=org_id,
        user_id=user_id,
        name=name,
        role=role and role.value,
        is_disabled=is_disabled,
        password_hash=password_hash,
    )
    if (await writer.one(_SQL["count_admins"], org_id=org_id))["count"] == 0:
        message, hint = "This is the last administrator.", "Make somebody else an administrator first."
        raise errors.ConflictError(message, hint=hint, code="last-administrator")
    return row


async def save_sign_in(writer: Writer, user_id: int) -> None:
    """Note that a person just signed in."""
    await writer.run(_SQL["save_sign_in"], user_id=user_id)
