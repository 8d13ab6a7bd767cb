"""Signing in and out, and oneself."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import CookieParameter, JSONBody

from testflux.access import passwords, tokens
from testflux.kit import clock, errors, settings
from testflux.model.access import Actor, Permission
from testflux.serve import declare
from testflux.serve import users as user_routes
from testflux.serve.house import House
from testflux.serve.shapes.accounts import AccessGrant, PasswordChange, SignIn, User
from testflux.store import database, sessions, users

COOKIE = "testflux_refresh"
_COOKIE_PATH = "/api/v1/auth"
RefreshCookie = Annotated[str | None, CookieParameter(name=COOKIE, max_length=200)]
AnyRequest = Request[Any, Any, Any]


@post("/auth/login", **declare.route("signIn", None, 413, 415, status_code=200))
async def sign_in(request: AnyRequest, data: JSONBody[SignIn], house: NamedDependency[House]) -> Response[AccessGrant]:
    """Sign in with e-mail address and password.

    The access token is good for 15 minutes; the refresh token for the next one comes as an HttpOnly cookie.
    """
    address = request.client.host if request.client else "?"
    await house.limiter.check(address, data.email)
    async with house.database.read() as reader:
        row = await users.find_sign_in(reader, data.email.lower())
    stored = None if row is None else row["password_hash"]
    if not await asyncio.to_thread(passwords.fits, data.password, stored) or row is None:
        await house.limiter.note_failure(address, data.email)
        message = "The e-mail address or the password is wrong."
        raise errors.UnauthenticatedError(
            message, hint="An administrator can set a new password.", code="wrong-password"
        )
    now = clock.now()
    async with house.database.write() as writer:
        await users.save_sign_in(writer, row["user_id"])
        cookie = await _hand_out(request, writer, row["user_id"], uuid4(), now)
    return _grant(house.settings, row, cookie, now)


@post("/auth/refresh", **declare.route("refreshAccess", None, status_code=200))
async def refresh_access(
    request: AnyRequest, house: NamedDependency[House], refresh: RefreshCookie = None
) -> Response[AccessGrant]:
    """Exchange the refresh cookie for a new access token and a new cookie.

    A refresh token is good once. When a spent one comes back later, somebody copied it: the whole sign-in ends.
    """
    now = clock.now()
    async with house.database.write() as writer:
        spent = await sessions.save_spent(writer, tokens.digest(refresh or ""), now)
        row = await users.find_user(writer, spent.user_id) if spent else None
        is_good = spent is not None and row is not None and not row["is_disabled"]
        cookie = await _hand_out(request, writer, spent.user_id, spent.family, now) if spent and is_good else None
    if cookie is None or row is None:
        raise errors.UnauthenticatedError("The sign-in has ended.", hint="Sign in again.", code="session-ended")
    return _grant(house.settings, row, cookie, now)


@post("/auth/logout", **declare.route("signOut", Permission.SELF, status_code=204))
async def sign_out(
    request: AnyRequest, database: NamedDependency[database.Database], refresh: RefreshCookie = None
) -> Response[None]:
    """Forget this browser's sign-in."""
    if refresh:
        async with database.write() as writer:
            await sessions.drop_family(writer, tokens.digest(refresh), clock.now())
    return Response(None, status_code=204, cookies=[_cookie(request, "", 0)])


@get("/me", **declare.route("getMe", Permission.SELF))
async def get_me(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> User:
    """Answer who is signed in."""
    async with database.read() as reader:
        row = await users.find_user(reader, actor.user_id)
    if row is None:
        raise errors.UnauthenticatedError("This account is gone.", hint="Sign in again.")
    return user_routes.shape(row)


@post("/me/password", **declare.route("changeMyPassword", Permission.SELF, 413, 415, status_code=204))
async def change_my_password(
    data: JSONBody[PasswordChange], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Change one's own password; every browser signs in anew. API tokens cannot do this."""
    if actor.token_id is not None:
        raise errors.ForbiddenError("An API token cannot change a password.", hint="Sign in as the person.")
    async with database.read() as reader:
        stored = await users.get_password_hash(reader, actor.user_id)
    if not await asyncio.to_thread(passwords.fits, data.current_password, stored):
        raise errors.InvalidError("The current password is wrong.", field="current_password", code="wrong-password")
    password_hash = await asyncio.to_thread(passwords.make_hash, data.new_password)
    async with database.write() as writer:
        await users.save_user(writer, actor.org_id, actor.user_id, password_hash=password_hash)
        await sessions.drop_sessions_of(writer, actor.user_id, clock.now())


async def _hand_out(request: AnyRequest, writer: database.Writer, user_id: int, family: UUID, now: datetime) -> Cookie:
    """Make the next refresh token of a sign-in and keep its digest."""
    token = tokens.make_refresh_token()
    agent, ends = request.headers.get("user-agent", ""), now + tokens.REFRESH_LIFE
    await sessions.add_session(writer, user_id, family, tokens.digest(token), agent, ends)
    return _cookie(request, token, int(tokens.REFRESH_LIFE.total_seconds()))


def _cookie(request: AnyRequest, token: str, max_age: int) -> Cookie:
    is_https = request.url.scheme == "https"
    return Cookie(
        key=COOKIE, value=token, path=_COOKIE_PATH, max_age=max_age, httponly=True, samesite="strict", secure=is_https
    )


def _grant(settings: settings.Settings, row: database.Row, cookie: Cookie, now: datetime) -> Response[AccessGrant]:
    grant = AccessGrant(
        access_token=tokens.sign_access(settings.secret_key, row["user_id"], now),
        token_type="Bearer",  # noqa: S106  (the scheme's name)
        expires_in=int(tokens.ACCESS_LIFE.total_seconds()),
        user=user_routes.shape(row),
    )
    return Response(grant, cookies=[cookie], headers={"Cache-Control": "no-store"})


ROUTES = [sign_in, refresh_access, sign_out, get_me, change_my_password]
