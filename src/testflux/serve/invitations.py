"""Invitations: sent by mail, or handed over as a link; accepted by somebody new, or by somebody who signs in here."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import giving, grants, passwords, strength, tokens
from testflux.kit import clock, errors
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.notify import invitation as letter
from testflux.notify import mail_server
from testflux.serve import declare, entrance, paging, roles, users
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.paging import Page
from testflux.serve.shapes.members import (
    Invitation,
    InvitationLink,
    InvitationOpened,
    InvitationPage,
    InvitationSent,
    Joined,
    NewAccount,
    NewInvitation,
)
from testflux.serve.shapes.projects import ProjectRef
from testflux.store import database, invitations, projects

LIFE: Final = timedelta(days=7)


@get("/invitations", **declare.route("listInvitations", Permission.MEMBER_READ))
async def list_invitations(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database], page: NamedDependency[Page]
) -> InvitationPage:
    """List the invitations that wait to be accepted, newest first."""
    before = page.after(tuple[paging.Number])
    async with database.read(actor.tenant) as reader:
        rows = await invitations.list_invitations(reader, actor.org_id, before and before[0], page.limit + 1)
    shown, more = paging.cut(rows, page.limit)
    items = [Invitation(**_fields(row)) for row in shown]
    return InvitationPage(items=items, next_cursor=paging.place(shown[-1]["invitation_id"]) if more else None)


@post("/invitations", **declare.route("addInvitation", Permission.MEMBER_MANAGE, 404, 409, 413, 415))
async def add_invitation(
    data: JSONBody[NewInvitation], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> InvitationSent:
    """Invite an address for seven days, with a role that allows no more than the inviter may.

    The link goes out by mail. Without a mail server it is answered, this once, to be passed on.
    """
    token, now = tokens.make_refresh_token(), clock.now()
    async with house.database.write(actor.tenant) as writer:
        project = await projects.get_project(writer, actor.tenant, data.project) if data.project else None
        role = await roles.read_role(writer, actor.org_id, data.role, project)
        giving.check(actor, [role.grant])
        await _check_inviter(writer, actor.org_id, actor.user_id, role.grant)
        row = await invitations.add_invitation(
            writer,
            actor.org_id,
            data.email,
            data.role,
            role.grant.project_id,
            link=_link(token, now),
            invited_by=actor.user_id,
            now=now,
        )
    return await _send(house.settings, row, token, now)


@post(
    "/invitations/{invitation_id:str}/resend",
    **declare.route("resendInvitation", Permission.MEMBER_MANAGE, 404, status_code=200),
)
async def resend_invitation(
    invitation_id: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> InvitationSent:
    """Send a new link, good for seven days; the one before leads nowhere from now on."""
    token, now = tokens.make_refresh_token(), clock.now()
    async with house.database.write(actor.tenant) as writer:
        row = await _reach(writer, actor, invitation_id)
        await _check_inviter(writer, actor.org_id, actor.user_id, _grant(row))
        link = _link(token, now)
        row = await invitations.save_link(writer, actor.org_id, row["invitation_id"], link, actor.user_id)
    return await _send(house.settings, row, token, now)


@delete("/invitations/{invitation_id:str}", **declare.route("dropInvitation", Permission.MEMBER_MANAGE, 404))
async def drop_invitation(
    invitation_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Revoke an invitation: its link leads nowhere from now on."""
    async with database.write(actor.tenant) as writer:
        row = await _reach(writer, actor, invitation_id)
        await invitations.save_revoked(writer, actor.org_id, row["invitation_id"], clock.now())


@post("/auth/invitation", **declare.route("openInvitation", None, 404, 413, 415, status_code=200))
async def open_invitation(data: JSONBody[InvitationLink], house: NamedDependency[House]) -> InvitationOpened:
    """Answer what a link invites to; the token comes in the body, lest it be written into any log."""
    async with house.database.write(EVERYBODY) as writer:
        row = await _open(writer, data.token, clock.now())
    return InvitationOpened(
        email=row["email"],
        organisation=row["org_name"],
        role_name=roles.name_of(row["role"], row["role_name"]),
        project=row["project_name"],
        invited_by=row["invited_by_name"],
        expires_at=row["expires_at"],
        has_account=bool(row["is_somebody"]),
        needs_provider=_needs_provider(row),
    )


@post("/auth/join", **declare.route("acceptInvitation", None, 403, 404, 409, 413, 415, status_code=200))
async def accept_invitation(request: AnyRequest, data: JSONBody[NewAccount], house: NamedDependency[House]) -> Joined:
    """Accept an invitation with a name and a password of one's own; sign in with them then."""
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        row = await _open(writer, data.token, now)
        if row["is_somebody"]:
            message, hint = "This address has an account already.", "Sign in with it, and open the link again."
            raise errors.ConflictError(message, hint=hint, code="email-taken")
        if _needs_provider(row):
            message = f"{row['org_name']} lets nobody in by password."
            hint = "Sign in through its provider, and open the link again."
            raise errors.ForbiddenError(message, hint=hint, code="password-not-allowed")
        password_hash = await asyncio.to_thread(_hash, data.password, (data.name, row["email"], row["org_name"]))
        user_id = await invitations.save_account(writer, row, data.name, password_hash)
        entrance.walk(request, row["email"], user_id)
        await invitations.save_accepted(writer, row, user_id, now)
    return _joined(row)


@post("/me/organisations", **declare.route("joinOrganisation", Permission.SELF, 404, 413, 415, status_code=200))
async def join_organisation(
    data: JSONBody[InvitationLink], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Joined:
    """Accept an invitation as the person who is signed in; a token accepts none."""
    if actor.token_id is not None:
        raise errors.ForbiddenError("A token accepts no invitation.", hint="Sign in as the person.")
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        row = await _open(writer, data.token, now)
        if row["user_id"] != actor.user_id:
            message = f"The invitation is for {row['email']}, and you are signed in as {actor.email}."
            raise errors.ForbiddenError(message, hint="Sign in with the address that was invited.")
        await invitations.save_accepted(writer, row, actor.user_id, now)
    return _joined(row)


async def _open(writer: database.Writer, token: str, now: datetime) -> database.Row:
    """Return the invitation of a link, as long as who sent it may still give its role."""
    row = await invitations.find_by_token(writer, tokens.digest(token), now)
    if row is None:
        hint = "It is good once and for seven days: ask who invited you to send it again."
        raise errors.NotFoundError("This link leads nowhere any more.", hint=hint, code="invitation-ended")
    if row["is_disabled"]:
        message, hint = "This account is switched off.", "Ask who runs this installation."
        raise errors.ForbiddenError(message, hint=hint)
    await _check_inviter(writer, row["org_id"], row["invited_by"], _grant(row))
    return row


async def _check_inviter(reader: database.Reader, org_id: int, user_id: int, grant: grants.Grant) -> None:
    """Raise ForbiddenError unless the person who vouches for an invitation may give its role."""
    rows = await invitations.list_grants_of_inviter(reader, org_id, user_id)
    has = grants.combine(msgspec.convert(rows, list[grants.Grant]))
    inviter = Actor(
        org_id=org_id, user_id=user_id, email="", name="", permissions=has.everywhere, projects=has.projects
    )
    if Permission.MEMBER_MANAGE not in has.everywhere:
        message, hint = "Who sent this invitation may no longer invite.", "Ask somebody who may to send it again."
        raise errors.ForbiddenError(message, hint=hint, code="invitation-ended")
    giving.check(inviter, [grant])


async def _reach(writer: database.Writer, actor: Actor, invitation_id: str) -> database.Row:
    row = await invitations.get_invitation(writer, actor.org_id, users.number_of(invitation_id))
    giving.check(actor, [_grant(row)])
    return row


async def _send(settings: Settings, row: database.Row, token: str, now: datetime) -> InvitationSent:
    """Hand the link to the mail server; answer it where there is none, or where it was refused."""
    # Behind the hash: no browser sends that part to any server, and no log keeps it.
    url = f"{settings.public_url}/join#{token}"
    problem = ""
    if settings.smtp_url and settings.mail_from:
        told = letter.Invitation(
            email=row["email"],
            inviter=row["invited_by_name"],
            organisation=row["org_name"],
            role=roles.name_of(row["role"], row["role_name"]),
            project=row["project_name"] or "",
            url=url,
            expires_at=row["expires_at"],
        )
        key = f"inv_{row['invitation_id']}_{now:%Y%m%d%H%M%S%f}"
        mail = letter.compose(told, sender=settings.mail_from, key=key, at=now)
        outcome = await asyncio.to_thread(mail_server.send, mail_server.read_url(settings.smtp_url), mail)
        if not outcome.error:
            return InvitationSent(**_fields(row), link=None, mail_error="")
        problem = outcome.error
    return InvitationSent(**_fields(row), link=url, mail_error=problem)


def _hash(password: str, about: tuple[str, ...]) -> str:
    strength.check(password, about)
    return passwords.make_hash(password)


def _link(token: str, now: datetime) -> invitations.Link:
    return invitations.Link(tokens.digest(token), now + LIFE)


def _grant(row: database.Row) -> grants.Grant:
    return msgspec.convert(row, grants.Grant)


def _needs_provider(row: database.Row) -> bool:
    return row["needs_provider"] or not row["is_password_allowed"]


def _joined(row: database.Row) -> Joined:
    return Joined(email=row["email"], slug=row["org_slug"], name=row["org_name"])


def _fields(row: database.Row) -> dict[str, Any]:
    names = ("email", "role", "created_at", "expires_at")
    return {name: row[name] for name in names} | {
        "id": str(row["invitation_id"]),
        "role_name": roles.name_of(row["role"], row["role_name"]),
        "project": ProjectRef(slug=row["slug"], name=row["project_name"]) if row["slug"] else None,
        "invited_by": row["invited_by_name"],
    }


ROUTES = [
    list_invitations,
    add_invitation,
    resend_invitation,
    drop_invitation,
    open_invitation,
    accept_invitation,
    join_organisation,
]
