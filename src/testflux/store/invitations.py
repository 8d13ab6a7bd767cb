"""Invitations to an organisation: a link that is good once, kept as a digest. Each change is noted in the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from testflux.kit import errors
from testflux.store import audit, members, queries, sign_in_waits
from testflux.store.audit import Target
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("invitations")


class Link(msgspec.Struct, frozen=True):
    """Where an invitation is accepted: the digest of the token in it, and how long it is good."""

    token_digest: bytes
    expires_at: datetime


async def list_invitations(reader: Reader, org_id: int, before: int | None, limit: int) -> list[Row]:
    """List the invitations that nobody accepted or revoked, newest first, from behind id `before`."""
    return await reader.all(_SQL["list_invitations"], org_id=org_id, invitation_id=None, before=before, limit=limit)


async def get_invitation(reader: Reader, org_id: int, invitation_id: int) -> Row:
    """Return one of them; NotFoundError when it was accepted or revoked meanwhile, or never was."""
    row = await reader.find(_SQL["list_invitations"], org_id=org_id, invitation_id=invitation_id, before=None, limit=1)
    if row is None:
        raise errors.NotFoundError("There is no such invitation.", hint="It may have been accepted; reload the list.")
    return row


async def find_by_token(writer: Writer, token_digest: bytes, now: datetime) -> Row | None:
    """Return the open invitation of a link, and the `user_id` of who has its address already; locked till the end."""
    return await writer.find(_SQL["find_by_token"], token_digest=token_digest, now=now)


async def list_grants_of_inviter(reader: Reader, org_id: int, user_id: int) -> list[Row]:
    """List the roles that who invited has now; none once they no longer belong to the organisation."""
    return await reader.all(_SQL["list_grants_of_inviter"], org_id=org_id, user_id=user_id)


async def add_invitation(
    writer: Writer,
    org_id: int,
    email: str,
    role: str,
    project_id: int | None,
    *,
    link: Link,
    invited_by: int,
    now: datetime,
) -> Row:
    """Invite an address; ConflictError when it belongs to the organisation already, or is invited."""
    address = email.lower()
    member = await members.find_by_email(writer, org_id, address)
    if member is not None:
        hint = "Resume their membership." if member["is_disabled"] else "Give them the role instead."
        raise errors.ConflictError(f"{address} belongs to the organisation already.", hint=hint, code="already-member")
    if await writer.find(_SQL["find_by_email"], org_id=org_id, email=address, now=now):
        message, hint = f"{address} is invited already.", "Send the invitation again, or revoke it first."
        raise errors.ConflictError(message, hint=hint, code="already-invited")
    values: dict[str, Any] = {"email": address, "role": role, "project_id": project_id}
    added = await writer.one(
        _SQL["add_invitation"],
        org_id=org_id,
        token_digest=link.token_digest,
        expires_at=link.expires_at,
        invited_by=invited_by,
        **values,
    )
    _note(writer, org_id, "invitation.send", added | values)
    return await get_invitation(writer, org_id, added["invitation_id"])


async def save_link(writer: Writer, org_id: int, invitation_id: int, link: Link, invited_by: int) -> Row:
    """Give an invitation a new link and new time, vouched for by who sends it again."""
    row = await get_invitation(writer, org_id, invitation_id)
    await writer.run(
        _SQL["save_link"],
        org_id=org_id,
        invitation_id=invitation_id,
        token_digest=link.token_digest,
        expires_at=link.expires_at,
        invited_by=invited_by,
    )
    _note(writer, org_id, "invitation.send", row)
    return await get_invitation(writer, org_id, invitation_id)


async def save_revoked(writer: Writer, org_id: int, invitation_id: int, now: datetime) -> None:
    """Make an invitation's link lead nowhere."""
    row = await get_invitation(writer, org_id, invitation_id)
    await writer.run(_SQL["save_revoked"], org_id=org_id, invitation_id=invitation_id, now=now)
    _note(writer, org_id, "invitation.revoke", row)


async def save_accepted(writer: Writer, invitation: Row, user_id: int, now: datetime) -> None:
    """Let a person in with the role of an open invitation (`find_by_token`); it is good once."""
    org_id = invitation["org_id"]
    await writer.run(_SQL["save_accepted"], invitation_id=invitation["invitation_id"], now=now)
    _note(writer, org_id, "invitation.accept", invitation)
    await members.add_member(writer, org_id, user_id, invitation["email"])
    where = {"project_id": invitation["project_id"], "given_by": invitation["invited_by"]}
    await members.add_grant(writer, org_id, user_id, invitation["role"], **where)


async def save_account(writer: Writer, invitation: Row, name: str, password_hash: str) -> int:
    """Make the account of who was invited, or make it anew when it belongs nowhere any more; return its id."""
    values = {"name": name, "password_hash": password_hash}
    if invitation["user_id"] is not None:
        await writer.run(_SQL["save_account"], user_id=invitation["user_id"], **values)
        await sign_in_waits.drop_waits(writer, invitation["email"])
        return invitation["user_id"]
    row = await writer.find(_SQL["add_account"], email=invitation["email"], **values)
    if row is None:
        message, hint = "This address has an account by now.", "Sign in, and open the link again."
        raise errors.ConflictError(message, hint=hint, code="email-taken")
    return row["user_id"]


def _note(writer: Writer, org_id: int, act: str, row: Row) -> None:
    target = Target("invitation", row["invitation_id"], row["email"])
    said = {"role": row["role"], "project_id": row["project_id"]}
    audit.note(writer, org_id, act, target, project_id=row["project_id"], after=said)
