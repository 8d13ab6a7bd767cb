"""People who may sign in."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import passwords
from testflux.kit import clock, errors
from testflux.model.access import Actor, Permission
from testflux.serve import declare, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.accounts import NewUser, User, UserChange, UserCreated, UserPage
from testflux.store import audit, database, sessions, users


@get("/users", **declare.route("listUsers", Permission.MEMBER_MANAGE))
async def list_users(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database], page: NamedDependency[Page]
) -> UserPage:
    """List the people who may sign in, by e-mail address."""
    after = page.after(tuple[str])
    async with database.read(actor.tenant) as reader:
        rows = await users.list_users(reader, actor.org_id, after[0] if after else "", page.limit + 1)
    shown, more = paging.cut(rows, page.limit)
    return UserPage(items=[shape(row) for row in shown], next_cursor=paging.place(shown[-1]["email"]) if more else None)


@post("/users", **declare.route("addUser", Permission.MEMBER_MANAGE, 409, 413, 415))
async def add_user(
    data: JSONBody[NewUser], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> UserCreated:
    """Add a person. Without a password one is generated and answered this once."""
    generated = passwords.generate() if data.password is None else None
    password_hash = await asyncio.to_thread(passwords.make_hash, data.password or generated or "")
    async with database.write(actor.tenant) as writer:
        row = await users.add_user(writer, actor.org_id, data.email, data.name, data.role, password_hash)
        target = audit.Target("person", row["user_id"], row["email"])
        audit.note(writer, actor.org_id, "member.add", target, after={"name": data.name, "role": data.role})
    return UserCreated(**_fields(row), password=generated)


@patch("/users/{user_id:str}", **declare.route("changeUser", Permission.MEMBER_MANAGE, 404, 409, 413, 415))
async def change_user(
    user_id: FromPath[str],
    data: JSONBody[UserChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> User:
    """Change a person's name, role, access or password; a new password or no access signs them out everywhere."""
    password_hash = data.password and await asyncio.to_thread(passwords.make_hash, data.password)
    async with database.write(actor.tenant) as writer:
        row = await users.save_user(
            writer,
            actor.org_id,
            number_of(user_id),
            name=data.name,
            role=data.role,
            is_disabled=data.is_disabled,
            password_hash=password_hash,
        )
        after = {"name": data.name, "role": data.role, "is_disabled": data.is_disabled}
        after = {name: value for name, value in after.items() if value is not None}
        target = audit.Target("person", row["user_id"], row["email"])
        audit.note(writer, actor.org_id, "member.change", target, after={**after, "new_password": bool(password_hash)})
        if data.is_disabled or password_hash:
            await sessions.drop_sign_ins_of(writer, row["user_id"], clock.now())
    return shape(row)


def number_of(text: str) -> int:
    """Read the id of a person or token; NotFoundError when it can be nobody's."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004  (what a bigint holds)
        raise errors.NotFoundError(f"There is nothing with the id {text[:40]!r}.", hint="Copy the id from a list.")
    return int(text)


def shape(row: database.Row) -> User:
    """Shape a person."""
    return User(**_fields(row))


def _fields(row: database.Row) -> dict[str, Any]:
    return {
        "id": str(row["user_id"]),
        "email": row["email"],
        "name": row["name"],
        "role": row["role"],
        "created_at": row["created_at"],
        "last_sign_in_at": row["last_sign_in_at"],
        "is_disabled": row["is_disabled"],
    }


ROUTES = [list_users, add_user, change_user]
