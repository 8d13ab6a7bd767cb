"""Signing in and out, and oneself."""

from __future__ import annotations

import asyncio
from typing import Annotated

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import CookieParameter, JSONBody

from testflux.access import passwords, tokens
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare, entrance
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.shapes.accounts import AccessGrant, PasswordChange, SignIn
from testflux.store import database, sessions, users

RefreshCookie = Annotated[str | None, CookieParameter(name=entrance.COOKIE, max_length=200)]


@post("/auth/login", **declare.route("signIn", None, 413, 415, status_code=200))
async def sign_in(request: AnyRequest, data: JSONBody[SignIn], house: NamedDependency[House]) -> Response[AccessGrant]:
    """Sign in with e-mail address and password.

    The access token is good for 15 minutes; the refresh token for the next one comes as an HttpOnly cookie.
    """
    address = entrance.address_of(request)
    await house.limiter.check(address, data.email)
    async with house.database.read(EVERYBODY) as reader:
        row = await users.find_sign_in(reader, data.email.lower())
    stored = None if row is None else row["password_hash"]
    if not await asyncio.to_thread(passwords.fits, data.password, stored) or row is None:
        await house.limiter.note_failure(address, data.email)
        message = "The e-mail address or the password is wrong."
        raise errors.UnauthenticatedError(
            message, hint="An administrator can set a new password.", code="wrong-password"
        )
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        sign_in_id, cookie = await entrance.enter(request, writer, row["user_id"], row["org_id"], now)
        user = await users.get_user(writer, row["org_id"], row["user_id"])
    return entrance.grant(house.settings, user, sign_in_id, cookie, now)


@post("/auth/refresh", **declare.route("refreshAccess", None, status_code=200))
async def refresh_access(
    request: AnyRequest, house: NamedDependency[House], refresh: RefreshCookie = None
) -> Response[AccessGrant]:
    """Exchange the refresh cookie for a new access token and a new cookie.

    A refresh token is good once. When a spent one comes back later, somebody copied it: the whole sign-in ends.
    """
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        spent = await sessions.save_spent(writer, tokens.digest(refresh or ""), now)
        user = await users.get_user(writer, spent.org_id, spent.user_id) if spent else None
        is_good = user is not None and not user["is_disabled"]
        cookie = await entrance.go_on(request, writer, spent.sign_in_id, now) if spent and is_good else None
    if spent is None or user is None or cookie is None:
        raise errors.UnauthenticatedError("The sign-in has ended.", hint="Sign in again.", code="session-ended")
    return entrance.grant(house.settings, user, spent.sign_in_id, cookie, now)


@post("/auth/logout", **declare.route("signOut", Permission.SELF, status_code=204))
async def sign_out(
    request: AnyRequest, actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Response[None]:
    """End this browser's sign-in."""
    if actor.sign_in_id is not None:
        async with database.write(EVERYBODY) as writer:
            await sessions.drop_sign_in(writer, actor.sign_in_id, clock.now())
    return Response(None, status_code=204, cookies=[entrance.cookie(request, "", 0)])


@post("/me/password", **declare.route("changeMyPassword", Permission.SELF, 413, 415, status_code=204))
async def change_my_password(
    data: JSONBody[PasswordChange], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Change one's own password; every browser signs in anew. API tokens cannot do this."""
    if actor.token_id is not None:
        raise errors.ForbiddenError("An API token cannot change a password.", hint="Sign in as the person.")
    async with database.read(actor.tenant) as reader:
        stored = await users.get_password_hash(reader, actor.user_id)
    if not await asyncio.to_thread(passwords.fits, data.current_password, stored):
        raise errors.InvalidError("The current password is wrong.", field="current_password", code="wrong-password")
    password_hash = await asyncio.to_thread(passwords.make_hash, data.new_password)
    async with database.write(actor.tenant) as writer:
        await users.save_user(writer, actor.org_id, actor.user_id, password_hash=password_hash)
        await sessions.drop_sign_ins_of(writer, actor.user_id, clock.now())


ROUTES = [sign_in, refresh_access, sign_out, change_my_password]
