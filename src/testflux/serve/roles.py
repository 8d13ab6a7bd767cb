"""Roles: what each allows, and the organisation's own ones."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import giving, permissions
from testflux.access.grants import Grant
from testflux.kit import clock, errors
from testflux.model import access
from testflux.model.access import Actor, Permission
from testflux.serve import declare
from testflux.serve.shapes.members import NewRole, PermissionAbout, Role, RoleChange, RoleList
from testflux.store import database, members, roles


class Named(msgspec.Struct, frozen=True):
    """A role that somebody is to be given."""

    name: str
    grant: Grant


@get("/roles", **declare.route("listRoles", Permission.MEMBER_READ))
async def list_roles(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> RoleList:
    """List every role with what it allows, built-in ones first, and the catalogue of permissions."""
    async with database.read(actor.tenant) as reader:
        rows = await roles.list_roles(reader, actor.org_id)
        counts = await roles.count_holders(reader, actor.org_id)
    built_in = [_built_in(role, actor, counts.get(role, 0)) for role in access.Role]
    own = [_own(row, actor, counts.get(row["key"], 0)) for row in rows]
    return RoleList(items=built_in + own, catalogue=catalogue())


@post("/roles", **declare.route("addRole", Permission.ROLE_MANAGE, 409, 413, 415))
async def add_role(
    data: JSONBody[NewRole], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Role:
    """Make a role of the organisation's own. It can allow no more than its maker may."""
    if data.key in permissions.ABOUT_ROLES:
        raise roles.taken(data.key)
    allowed = _checked(actor, data.permissions)
    async with database.write(actor.tenant) as writer:
        row = await roles.add_role(writer, actor.org_id, data.key, data.name, data.description, allowed)
    return _own(row, actor, 0)


@patch("/roles/{key:str}", **declare.route("changeRole", Permission.ROLE_MANAGE, 404, 413, 415))
async def change_role(
    key: FromPath[str],
    data: JSONBody[RoleChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Role:
    """Change a role of the organisation's own; who has it may do at once what it then allows."""
    allowed = None if data.permissions is None else _checked(actor, data.permissions)
    async with database.write(actor.tenant) as writer:
        await _lock(writer, actor, key)
        row = await roles.save_role(
            writer, actor.org_id, key, name=data.name, description=data.description, permissions=allowed
        )
        counts = await roles.count_holders(writer, actor.org_id)
    return _own(row, actor, counts.get(key, 0))


@delete("/roles/{key:str}", **declare.route("dropRole", Permission.ROLE_MANAGE, 404, 409))
async def drop_role(
    key: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Remove a role of the organisation's own that nobody has."""
    async with database.write(actor.tenant) as writer:
        await _lock(writer, actor, key)
        await roles.drop_role(writer, actor.org_id, key, clock.now())


async def read_role(writer: database.Writer, org_id: int, key: str, project: database.Row | None) -> Named:
    """Return a role as it would be given, in a project or everywhere; InvalidError when there is none of that key."""
    project_id, slug = (project["project_id"], project["slug"]) if project else (None, None)
    if key in permissions.ABOUT_ROLES:
        return Named(name_of(key), Grant(key, project_id, slug))
    row = await members.find_role(writer, org_id, key)
    if row is None:
        raise errors.InvalidError(f"There is no role {key!r}.", field="role", hint="GET /api/v1/roles lists them.")
    return Named(row["name"], Grant(key, project_id, slug, tuple(row["permissions"])))


def name_of(key: str, own: str | None = None) -> str:
    """Return the name of a role; `own` is that of an organisation's own one. A role that is gone goes by its key."""
    return own or (key.capitalize() if key in permissions.ABOUT_ROLES else key)


def catalogue() -> list[PermissionAbout]:
    """Return every permission in words, in the order of the documentation."""
    return [
        PermissionAbout(
            key=permission,
            about=about,
            is_in_projects=permission in permissions.IN_PROJECTS,
            is_operators=permission in permissions.OPERATORS,
        )
        for permission, about in permissions.ABOUT.items()
    ]


async def _lock(writer: database.Writer, actor: Actor, key: str) -> None:
    row = await roles.lock_role(writer, actor.org_id, key)
    giving.check_own(actor, giving.of(Grant(key, permissions=tuple(row["permissions"]))))


def _checked(actor: Actor, named: Collection[Permission]) -> frozenset[Permission]:
    operators = sorted(permission.value for permission in permissions.OPERATORS.intersection(named))
    if operators:
        message = f"No role gives {', '.join(operators)}: it is about the whole installation."
        hint = "`testflux admin user operator EMAIL` lets somebody do that."
        raise errors.InvalidError(message, field="permissions", hint=hint)
    giving.check_own(actor, frozenset(named))
    return frozenset(named) | {Permission.SELF}


def _built_in(role: access.Role, actor: Actor, count: int) -> Role:
    row = {"key": role.value, "name": name_of(role), "description": permissions.ABOUT_ROLES[role], "permissions": None}
    return _shape(row, actor, count, is_built_in=True)


def _own(row: database.Row, actor: Actor, count: int) -> Role:
    return _shape(row, actor, count, is_built_in=False)


def _shape(row: database.Row, actor: Actor, count: int, *, is_built_in: bool) -> Role:
    allowed = giving.of(Grant(row["key"], permissions=tuple(row["permissions"] or ())))
    manages = Permission.MEMBER_MANAGE in actor.permissions
    is_reached = giving.may_give(actor, allowed, None)
    return Role(
        key=row["key"],
        name=row["name"],
        description=row["description"],
        is_built_in=is_built_in,
        permissions=[permission for permission in permissions.ABOUT if permission in allowed],
        members=count,
        may_give=manages and is_reached,
        may_give_in_projects=manages and giving.may_give(actor, allowed & permissions.IN_PROJECTS, None),
        may_change=not is_built_in and is_reached and Permission.ROLE_MANAGE in actor.permissions,
    )


ROUTES = [list_roles, add_role, change_role, drop_role]
