"""The roles of an organisation's own, beside the built-in ones. Each change is noted in the audit log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from testflux.kit import errors
from testflux.store import audit, queries
from testflux.store.audit import Target
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("roles")
_NAMED: Final = 5


async def list_roles(reader: Reader, org_id: int) -> list[Row]:
    """List the organisation's own roles by name."""
    return await reader.all(_SQL["list_roles"], org_id=org_id, key=None)


async def find_role(reader: Reader, org_id: int, key: str) -> Row | None:
    """Return one of them."""
    return await reader.find(_SQL["list_roles"], org_id=org_id, key=key)


async def get_role(reader: Reader, org_id: int, key: str) -> Row:
    """Return one of them; NotFoundError when the organisation has no such role of its own."""
    row = await find_role(reader, org_id, key)
    if row is None:
        message = f"The organisation has no role {key[:80]!r} of its own."
        raise errors.NotFoundError(message, hint="Built-in roles stay as they are; GET /api/v1/roles lists all.")
    return row


async def count_holders(reader: Reader, org_id: int) -> dict[str, int]:
    """Count by role how many people have it, anywhere in the organisation."""
    rows = await reader.all(_SQL["count_holders"], org_id=org_id)
    return {row["key"]: row["count"] for row in rows}


async def add_role(
    writer: Writer, org_id: int, key: str, name: str, description: str, permissions: Collection[str]
) -> Row:
    """Make a role; ConflictError when the key is taken."""
    values: dict[str, Any] = {"name": name, "description": description, "permissions": sorted(permissions)}
    if await writer.find(_SQL["add_role"], org_id=org_id, key=key, **values) is None:
        raise taken(key)
    audit.note(writer, org_id, "role.add", Target("role", key, name), after=values)
    return await get_role(writer, org_id, key)


async def save_role(
    writer: Writer,
    org_id: int,
    key: str,
    *,
    name: str | None = None,
    description: str | None = None,
    permissions: Collection[str] | None = None,
) -> Row:
    """Change what is given about a role; who has it may do at once what it then allows."""
    before = await lock_role(writer, org_id, key)
    allowed = None if permissions is None else sorted(permissions)
    await writer.run(_SQL["save_role"], org_id=org_id, key=key, name=name, description=description, permissions=allowed)
    after = await get_role(writer, org_id, key)
    audit.note(
        writer, org_id, "role.change", Target("role", key, after["name"]), before=_said(before), after=_said(after)
    )
    return after


async def lock_role(writer: Writer, org_id: int, key: str) -> Row:
    """Return a role that nobody else changes or gives until the commit."""
    await writer.find(_SQL["lock_role"], org_id=org_id, key=key)
    return await get_role(writer, org_id, key)


async def drop_role(writer: Writer, org_id: int, key: str, now: datetime) -> None:
    """Remove a role; ConflictError says who or what still has it."""
    role = await lock_role(writer, org_id, key)
    holders = await writer.all(_SQL["list_holders"], org_id=org_id, key=key, now=now)
    if holders:
        named = ", ".join(f"{row['name']} ({row['kind']})" for row in holders[:_NAMED])
        more = f" and {len(holders) - _NAMED} more" if len(holders) > _NAMED else ""
        message, hint = f"The role is in use: {named}{more}.", "Take it from everybody first."
        raise errors.ConflictError(message, hint=hint, code="role-in-use")
    await writer.run(_SQL["drop_role"], org_id=org_id, key=key)
    audit.note(writer, org_id, "role.remove", Target("role", key, role["name"]), before=_said(role))


def taken(key: str) -> errors.ConflictError:
    """Return the error of a key that another role has, built in or not."""
    return errors.ConflictError(f"There is already a role {key!r}.", hint="Choose another key.", code="role-taken")


def _said(role: Row) -> dict[str, Any]:
    return {name: role[name] for name in ("name", "description", "permissions")}
