"""Who belongs to an organisation, and the roles they were given there. Each change is noted in the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from testflux.kit import errors
from testflux.store import audit, queries
from testflux.store.audit import Target
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("members")


async def list_members(
    reader: Reader, org_id: int, after: str = "", limit: int = 100_000, *, q: str | None = None
) -> list[Row]:
    """List people by e-mail address, from behind `after`, whose name or address contains `q`."""
    return await reader.all(_SQL["list_members"], org_id=org_id, after=after, limit=limit, q=q or None, user_id=None)


async def get_member(reader: Reader, org_id: int, user_id: int) -> Row:
    """Return a person with `grants`, `providers` and how they sign in; NotFoundError when they do not belong here."""
    row = await reader.find(_SQL["list_members"], org_id=org_id, after="", limit=1, q=None, user_id=user_id)
    if row is None:
        raise errors.NotFoundError("There is no such member.", hint="They may have left; reload the list.")
    return row


async def find_by_email(reader: Reader, org_id: int, email: str) -> Row | None:
    """Return the `user_id` of who belongs to the organisation with that address, and whether it `is_disabled`."""
    return await reader.find(_SQL["find_by_email"], org_id=org_id, email=email.lower())


async def find_role(writer: Writer, org_id: int, role: str) -> Row | None:
    """Return a role of the organisation's own, kept from being removed until the commit."""
    return await writer.find(_SQL["lock_role"], org_id=org_id, role=role)


async def add_member(writer: Writer, org_id: int, user_id: int, email: str) -> None:
    """Let a person belong to the organisation; who does already stays as they are."""
    if await writer.find(_SQL["add_member"], org_id=org_id, user_id=user_id):
        audit.note(writer, org_id, "member.add", Target("person", user_id, email))


async def add_grant(
    writer: Writer, org_id: int, user_id: int, role: str, project_id: int | None = None, given_by: int | None = None
) -> None:
    """Give a role, everywhere or in one project; giving it twice changes nothing."""
    where = {"project_id": project_id, "role": role}
    added = await writer.find(_SQL["add_grant"], org_id=org_id, user_id=user_id, granted_by=given_by, **where)
    if added:
        member = await get_member(writer, org_id, user_id)
        audit.note(writer, org_id, "grant.add", _target(member), project_id=project_id, after={"role": role})


async def drop_grant(writer: Writer, org_id: int, user_id: int, role: str, project_id: int | None) -> None:
    """Take a role that somebody gave; NotFoundError, or ConflictError for what a provider gave or the last owner."""
    await writer.run(_SQL["lock_owners"], org_id=org_id)
    member = await get_member(writer, org_id, user_id)
    held = [grant for grant in member["grants"] if grant["role"] == role and grant["project_id"] == project_id]
    if not held:
        raise errors.NotFoundError(f"They do not have the role {role!r} there.", hint="Reload the page.")
    where = {"project_id": project_id, "role": role}
    if not await writer.run(_SQL["drop_grant"], org_id=org_id, user_id=user_id, **where):
        message = f"The provider {held[0]['provider_name']!r} gives this role."
        hint = "Change the person's groups there, or which roles the groups give."
        raise errors.ConflictError(message, hint=hint, code="given-by-provider")
    audit.note(writer, org_id, "grant.remove", _target(member), project_id=project_id, before={"role": role})
    await check_owner(writer, org_id)


async def save_role(writer: Writer, org_id: int, user_id: int, role: str) -> Row:
    """Make this the one role that was given everywhere by hand; ConflictError when no owner would be left."""
    await writer.run(_SQL["lock_owners"], org_id=org_id)
    member = await get_member(writer, org_id, user_id)
    before = [grant["role"] for grant in member["grants"] if grant["project_id"] is None and not grant["provider_id"]]
    await writer.run(_SQL["drop_grants_everywhere"], org_id=org_id, user_id=user_id)
    await writer.run(_SQL["add_grant"], org_id=org_id, user_id=user_id, project_id=None, role=role, granted_by=None)
    audit.note(writer, org_id, "member.change", _target(member), before={"roles": before}, after={"roles": [role]})
    await check_owner(writer, org_id)
    return await get_member(writer, org_id, user_id)


async def save_access(writer: Writer, org_id: int, user_id: int, now: datetime, *, is_disabled: bool) -> Row:
    """End a membership, and sign the person out, or resume it; ConflictError when no owner would be left."""
    await writer.run(_SQL["lock_owners"], org_id=org_id)
    before = await get_member(writer, org_id, user_id)
    await writer.run(_SQL["save_access"], org_id=org_id, user_id=user_id, is_disabled=is_disabled)
    if is_disabled:
        await writer.run(_SQL["end_sign_ins"], org_id=org_id, user_id=user_id, now=now)
    after = await get_member(writer, org_id, user_id)
    if after["is_disabled"] != before["is_disabled"]:
        said: dict[str, Any] = {"before": {"is_disabled": not is_disabled}, "after": {"is_disabled": is_disabled}}
        audit.note(writer, org_id, "member.change", _target(after), **said)
    await check_owner(writer, org_id)
    return after


async def drop_member(writer: Writer, org_id: int, user_id: int, now: datetime) -> None:
    """Remove a person with their roles, sign-ins and personal tokens; ConflictError when no owner would be left."""
    await writer.run(_SQL["lock_owners"], org_id=org_id)
    member = await get_member(writer, org_id, user_id)
    for query in ("drop_all_grants", "drop_identities"):
        await writer.run(_SQL[query], org_id=org_id, user_id=user_id)
    for query in ("end_sign_ins", "revoke_tokens"):
        await writer.run(_SQL[query], org_id=org_id, user_id=user_id, now=now)
    await writer.run(_SQL["drop_member"], org_id=org_id, user_id=user_id)
    roles = [{"role": grant["role"], "project": grant["slug"]} for grant in member["grants"]]
    audit.note(writer, org_id, "member.remove", _target(member), before={"roles": roles})
    await check_owner(writer, org_id)


async def check_owner(reader: Reader, org_id: int) -> None:
    """Raise ConflictError unless somebody is left who may do everything."""
    if (await reader.one(_SQL["count_owners"], org_id=org_id))["count"] == 0:
        message, hint = "This is the last owner.", "Make somebody else an owner first."
        raise errors.ConflictError(message, hint=hint, code="last-owner")


def _target(member: Row) -> Target:
    return Target("person", member["user_id"], member["email"])
