"""Members: who belongs to the organisation, the roles they were given, and what these allow."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from testflux.access import giving, permissions
from testflux.access.grants import Grant
from testflux.kit import clock, errors
from testflux.model import access
from testflux.model.access import Actor, Permission
from testflux.model.sso import GroupRole
from testflux.serve import declare, paging, roles, users
from testflux.serve.paging import Page
from testflux.serve.shapes.members import Member, MemberChange, MemberPage, MemberRole, NewGrant, Why
from testflux.serve.shapes.projects import ProjectRef, Slug
from testflux.store import database, members, projects
from testflux.store import roles as role_rows

Search = Annotated[str, QueryParameter(max_length=200, description="Part of a name or an address.")]


@get("/members", **declare.route("listMembers", Permission.MEMBER_READ))
async def list_members(
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    page: NamedDependency[Page],
    q: Search = "",
) -> MemberPage:
    """List who belongs to the organisation, by e-mail address, with their roles and how they sign in."""
    after = page.after(tuple[str])
    async with database.read(actor.tenant) as reader:
        rows = await members.list_members(
            reader, actor.org_id, after[0] if after else "", page.limit + 1, q=q.strip().replace("\0", "")
        )
    shown, more = paging.cut(rows, page.limit)
    items = [shape(row, actor) for row in shown]
    return MemberPage(items=items, next_cursor=paging.place(shown[-1]["email"]) if more else None)


@get("/members/{member_id:str}", **declare.route("getMember", Permission.MEMBER_READ, 404))
async def get_member(
    member_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Member:
    """Answer one member."""
    async with database.read(actor.tenant) as reader:
        return shape(await members.get_member(reader, actor.org_id, users.number_of(member_id)), actor)


@patch("/members/{member_id:str}", **declare.route("changeMember", Permission.MEMBER_MANAGE, 404, 409, 413, 415))
async def change_member(
    member_id: FromPath[str],
    data: JSONBody[MemberChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Member:
    """End a membership, which signs the person out at once, or resume it with the roles they had."""
    async with database.write(actor.tenant) as writer:
        user_id = await _reach(writer, actor, member_id)
        row = await members.save_access(writer, actor.org_id, user_id, clock.now(), is_disabled=data.is_disabled)
    return shape(row, actor)


@delete("/members/{member_id:str}", **declare.route("dropMember", Permission.MEMBER_MANAGE, 404, 409))
async def drop_member(
    member_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Remove somebody from the organisation with their roles and personal tokens. Their account stays."""
    async with database.write(actor.tenant) as writer:
        user_id = await _reach(writer, actor, member_id)
        await members.drop_member(writer, actor.org_id, user_id, clock.now())


@post("/members/{member_id:str}/grants", **declare.route("addGrant", Permission.MEMBER_MANAGE, 404, 413, 415))
async def add_grant(
    member_id: FromPath[str],
    data: JSONBody[NewGrant],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Member:
    """Give a role, everywhere or in one project; never one that allows more than the giver may."""
    async with database.write(actor.tenant) as writer:
        user_id = users.number_of(member_id)
        await members.get_member(writer, actor.org_id, user_id)
        project = await projects.get_project(writer, actor.tenant, data.project) if data.project else None
        role = await roles.read_role(writer, actor.org_id, data.role, project)
        giving.check(actor, [role.grant])
        await members.add_grant(writer, actor.org_id, user_id, data.role, role.grant.project_id, given_by=actor.user_id)
        return shape(await members.get_member(writer, actor.org_id, user_id), actor)


@delete(
    "/members/{member_id:str}/grants/{role:str}",
    **declare.route("dropGrant", Permission.MEMBER_MANAGE, 404, 409, status_code=200),
)
async def drop_grant(
    member_id: FromPath[str],
    role: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    project: FromQuery[Slug | None] = None,
) -> Member:
    """Take a role that was given everywhere, or in one project; never one that allows more than the taker may."""
    async with database.write(actor.tenant) as writer:
        user_id = users.number_of(member_id)
        member = await members.get_member(writer, actor.org_id, user_id)
        place = await projects.get_project(writer, actor.tenant, project) if project else None
        project_id = place["project_id"] if place else None
        held = [grant for grant in grants_of(member) if grant.role == role and grant.project_id == project_id]
        giving.check(actor, held)
        await members.drop_grant(writer, actor.org_id, user_id, role, project_id)
        return shape(await members.get_member(writer, actor.org_id, user_id), actor)


@get("/members/{member_id:str}/why", **declare.route("explainMember", Permission.MEMBER_READ, 404))
async def explain_member(
    member_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    permission: FromQuery[Permission],
    project: FromQuery[Slug | None] = None,
) -> Why:
    """Answer why somebody may do that, in a project or in the organisation: which roles allow it, and who gave them.

    Or why not, and which roles would allow it.
    """
    async with database.read(actor.tenant) as reader:
        member = await members.get_member(reader, actor.org_id, users.number_of(member_id))
        place = await projects.get_project(reader, actor.tenant, project) if project else None
        own = {row["key"]: row["permissions"] for row in await role_rows.list_roles(reader, actor.org_id)}
    project_id = place["project_id"] if place else None
    because = [
        _role(row, actor)
        for row, grant in zip(member["grants"], grants_of(member), strict=True)
        if giving.gives(grant, permission, project_id)
    ]
    is_given = bool(because) or permission is Permission.SELF or _is_operators(permission, member)
    return Why(
        permission=permission,
        about=permissions.ABOUT[permission],
        project=ProjectRef(slug=place["slug"], name=place["name"]) if place else None,
        is_allowed=is_given and not member["is_disabled"],
        is_in_projects=permission in permissions.IN_PROJECTS,
        because=because,
        notes=_notes(permission, member),
        would_give=[key for key in (*access.Role, *own) if permission in permissions.of_role(key, own)],
    )


def grants_of(member: database.Row) -> list[Grant]:
    """Return the roles of a member as rules understand them."""
    return msgspec.convert(member["grants"], list[Grant])


def shape(row: database.Row, actor: Actor) -> Member:
    """Shape a member as the actor sees them."""
    names = ("email", "name", "joined_at", "last_sign_in_at", "is_disabled", "is_operator", "has_password")
    given = [_role(grant, actor) for grant in row["grants"]]
    return Member(
        id=str(row["user_id"]),
        **{name: row[name] for name in names},
        providers=row["providers"],
        has_second_factor=row["has_second_factor"],
        roles=given,
        may_change=_may_manage(actor) and row["user_id"] != actor.user_id and _outranks(actor, row),
    )


def _role(row: database.Row, actor: Actor) -> MemberRole:
    grant = msgspec.convert(row, Grant)
    wanted = [
        given.group
        for given in msgspec.convert(row["group_roles"] or [], list[GroupRole])
        if (given.role, given.project_id) == (grant.role, grant.project_id)
    ]
    is_by_hand = row["provider_id"] is None
    may_take = is_by_hand and _may_manage(actor) and giving.may_give(actor, giving.of(grant), grant.project_id)
    return MemberRole(
        role=grant.role,
        name=roles.name_of(grant.role, row["role_name"]),
        project=ProjectRef(slug=row["slug"], name=row["project_name"]) if row["slug"] else None,
        provider=row["provider_name"],
        groups=wanted,
        given_by=row["given_by"],
        given_at=row["given_at"],
        may_take=may_take,
    )


async def _reach(writer: database.Writer, actor: Actor, member_id: str) -> int:
    """Return a member's number if their membership is the actor's to change."""
    member = await members.get_member(writer, actor.org_id, users.number_of(member_id))
    if member["user_id"] == actor.user_id:
        message, hint = "This is your own membership.", "Somebody else who manages people can end it."
        raise errors.ConflictError(message, hint=hint, code="own-membership")
    giving.check(actor, grants_of(member))
    return member["user_id"]


def _may_manage(actor: Actor) -> bool:
    return Permission.MEMBER_MANAGE in actor.permissions


def _outranks(actor: Actor, member: database.Row) -> bool:
    return all(giving.may_give(actor, giving.of(grant), grant.project_id) for grant in grants_of(member))


def _is_operators(permission: Permission, member: database.Row) -> bool:
    return member["is_operator"] and permission in permissions.OPERATORS


def _notes(permission: Permission, member: database.Row) -> list[str]:
    notes: list[str] = []
    if member["is_disabled"]:
        notes.append("The membership has ended: whatever the roles allow, nothing is allowed until it is resumed.")
    if permission is Permission.SELF:
        notes.append("Everybody who belongs to the organisation may do this.")
    if permission in permissions.OPERATORS:
        has = "They do." if member["is_operator"] else "They do not."
        notes.append(f"No role gives this: only who runs the installation may. {has}")
    return notes


ROUTES = [list_members, get_member, change_member, drop_member, add_grant, drop_grant, explain_member]
