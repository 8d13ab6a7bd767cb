"""One's own account: name, password, the accounts elsewhere that lead into it."""

from __future__ import annotations

import asyncio

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from testflux.access import passwords, strength
from testflux.kit import clock
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare, oneself
from testflux.serve import users as user_routes
from testflux.serve.entrance import AnyRequest
from testflux.serve.shapes.accounts import User
from testflux.serve.shapes.sign_in import OwnIdentities, OwnIdentity, OwnName, PasswordChange
from testflux.store import audit, database, resets, sessions, users


@patch("/me", **declare.route("changeMe", Permission.SELF, 413, 415))
async def change_me(
    data: JSONBody[OwnName], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> User:
    """Change one's own name."""
    oneself.check_person(actor)
    async with database.write(EVERYBODY) as writer:
        row = await users.save_user(writer, actor.org_id, actor.user_id, name=data.name)
        before, after = {"name": actor.name}, {"name": data.name}
        audit.note(writer, actor.org_id, "member.change", oneself.target_of(actor), before=before, after=after)
    return user_routes.shape(row)


@post(
    "/me/password", **declare.route("changeMyPassword", Permission.SELF, 409, 413, 415, is_open=True, status_code=204)
)
async def change_my_password(
    request: AnyRequest,
    data: JSONBody[PasswordChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> None:
    """Change one's own password; every other browser signs in anew. API tokens cannot do this."""
    await oneself.prove(request, database, actor, data.current_password, field="current_password")
    await asyncio.to_thread(strength.check, data.new_password, (actor.name, actor.email), field="new_password")
    password_hash = await asyncio.to_thread(passwords.make_hash, data.new_password)
    now = clock.now()
    async with database.write(EVERYBODY) as writer:
        await resets.save_password(writer, actor.user_id, password_hash, now)
        ended = await sessions.drop_sign_ins_of(writer, actor.user_id, now, but=actor.sign_in_id)
        told = {"ended_sign_ins": ended}
        audit.note(writer, actor.org_id, "password.change", oneself.target_of(actor), after=told)


@get("/me/identities", **declare.route("listMyIdentities", Permission.SELF, is_open=True))
async def list_my_identities(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> OwnIdentities:
    """List the accounts at identity providers that one signs in with."""
    async with database.read(EVERYBODY) as reader:
        rows = await sessions.list_identities(reader, actor.user_id)
    return OwnIdentities(items=[OwnIdentity(**row) for row in rows])


ROUTES = [change_me, change_my_password, list_my_identities]
