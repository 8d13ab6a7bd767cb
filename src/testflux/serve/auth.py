"""Signing in, in one step or two, staying in, and signing out."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import CookieParameter, JSONBody

from testflux.access import entry as entry_rules
from testflux.access import passwords, tokens
from testflux.kit import clock, errors, seal
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import codes, declare, entrance, tries
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.limiter import Rate
from testflux.serve.shapes.accounts import AccessGrant, SignIn
from testflux.serve.shapes.sign_in import SecondStep, SecondStepCode
from testflux.store import audit, database, entry, flows, sessions, users

RefreshCookie = Annotated[str | None, CookieParameter(name=entrance.COOKIE, max_length=200)]
PURPOSE: Final = "second step"
_STEP_LIFE: Final = timedelta(minutes=5)
_TRIES: Final = 5


class _Begun(msgspec.Struct, frozen=True):
    """What the second step needs to know of the first."""

    expires_at: datetime
    tries_left: int = _TRIES


@post("/auth/login", **declare.route("signIn", None, 413, 415, status_code=200))
async def sign_in(
    request: AnyRequest, data: JSONBody[SignIn], house: NamedDependency[House]
) -> Response[AccessGrant | SecondStep]:
    """Sign in with e-mail address and password; who has a second factor is asked for it next.

    The access token is good for 15 minutes; the refresh token for the next one comes as an HttpOnly cookie.
    """
    entrance.refuse_foreign(request, house.settings.public_url)
    address, email = entrance.address_of(request), data.email.strip().lower()
    entrance.walk(request, email)
    await house.limiter.check(address, email)
    await tries.begin(house.database, email, address)
    async with house.database.read(EVERYBODY) as reader:
        person = await entry.find_person(reader, email)
        ways = await entry.list_ways(reader, person["user_id"] if person else 0)
    stored = None if person is None else person["password_hash"]
    if not await asyncio.to_thread(passwords.fits, data.password, stored) or person is None or not ways:
        await house.limiter.note_failure(address, email)
        await _note_failure(house, person, ways, email, "wrong password")
        message = "The e-mail address or the password is wrong."
        raise errors.UnauthenticatedError(message, hint="You can set a new password by mail.", code="wrong-password")
    if person["has_second_factor"]:
        return await _ask_for_code(house, person["user_id"])
    return await _let_in(request, house, person, ways, has_second_factor=False)


@post("/auth/second-factor", **declare.route("signInSecondStep", None, 413, 415, status_code=200))
async def second_step(
    request: AnyRequest, data: JSONBody[SecondStepCode], house: NamedDependency[House]
) -> Response[AccessGrant]:
    """Sign in, second step: with a code of the authenticator app, or a recovery code, each good once."""
    entrance.refuse_foreign(request, house.settings.public_url)
    entrance.walk(request, "")
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        flow = await flows.take_flow(writer, tokens.digest(data.state), PURPOSE, now)
        person = await entry.find_by_id(writer, flow["user_id"]) if flow else None
        ways = await entry.list_ways(writer, person["user_id"]) if person else []
        used = await codes.spend(house.settings, writer, person["user_id"], data.code, now) if person else None
        if flow is not None and person is not None and used is None:
            await _ask_again(house, writer, flow, data.state)
    if flow is None or person is None:
        message = "This sign-in took too long, or too many codes were tried."
        raise errors.UnauthenticatedError(message, hint="Begin again with your password.", code="sign-in-over")
    entrance.walk(request, person["email"])
    if used is None:
        await _note_failure(house, person, ways, person["email"], "wrong code")
        raise errors.UnauthenticatedError(
            "The code is wrong, or was used already.",
            hint="Wait for the next one; the telephone's clock must be right.",
            code="wrong-code",
        )
    return await _let_in(request, house, person, ways, has_second_factor=True, used=used)


@post("/auth/refresh", **declare.route("refreshAccess", None, rate=Rate.PUBLIC, status_code=200))
async def refresh_access(
    request: AnyRequest, house: NamedDependency[House], refresh: RefreshCookie = None
) -> Response[AccessGrant]:
    """Exchange the refresh cookie for a new access token and a new cookie.

    A refresh token is good once. When a spent one comes back later, somebody copied it: the whole sign-in ends.
    """
    entrance.refuse_foreign(request, house.settings.public_url)
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        spent = await sessions.save_spent(writer, tokens.digest(refresh or ""), now)
        user = await users.get_user(writer, spent.org_id, spent.user_id) if spent else None
        is_good = spent is not None and user is not None and not user["is_disabled"] and not spent.is_replayed
        cookie = await entrance.go_on(request, writer, spent.sign_in_id, now) if spent and is_good else None
        if spent is not None and user is not None and spent.is_replayed:
            entrance.walk(request, user["email"])
            told = {"reason": "a spent refresh token came back"}
            target = audit.Target("sign_in", str(spent.sign_in_id), user["email"])
            audit.note(writer, spent.org_id, "sign_in.revoke", target, after=told)
    if spent is None or user is None or cookie is None:
        raise errors.UnauthenticatedError("The sign-in has ended.", hint="Sign in again.", code="session-ended")
    needs = spent.needs_second_factor
    return entrance.grant(house.settings, user, spent.sign_in_id, cookie, now, needs_second_factor=needs)


@post("/auth/logout", **declare.route("signOut", Permission.SELF, is_open=True, status_code=204))
async def sign_out(
    request: AnyRequest, actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Response[None]:
    """End this browser's sign-in."""
    if actor.sign_in_id is not None:
        async with database.write(EVERYBODY) as writer:
            await sessions.drop_sign_in(writer, actor.sign_in_id, clock.now())
            audit.note(writer, actor.org_id, "sign_in.end", audit.Target("sign_in", str(actor.sign_in_id), actor.email))
    return Response(None, status_code=204, cookies=[entrance.cookie(request, "", 0)])


async def _ask_for_code(house: House, user_id: int) -> Response[Any]:
    state, expires_at = tokens.make_refresh_token(), clock.now() + _STEP_LIFE
    async with house.database.write(EVERYBODY) as writer:
        await _keep(house, writer, tokens.digest(state), user_id, _Begun(expires_at))
    step = SecondStep(second_factor=True, state=state, expires_in=int(_STEP_LIFE.total_seconds()))
    return Response(step, headers={"Cache-Control": "no-store"})


async def _ask_again(house: House, writer: database.Writer, flow: database.Row, state: str) -> None:
    """Let the same sign-in try once more, until it has tried often enough."""
    content = seal.unseal(house.settings.secret_key, PURPOSE, flow["content"])
    begun = msgspec.json.decode(content, type=_Begun)
    if begun.tries_left > 1:
        once_less = _Begun(begun.expires_at, begun.tries_left - 1)
        await _keep(house, writer, tokens.digest(state), flow["user_id"], once_less)


async def _keep(house: House, writer: database.Writer, digest: bytes, user_id: int, begun: _Begun) -> None:
    content = seal.seal(house.settings.secret_key, PURPOSE, msgspec.json.encode(begun))
    await flows.add_flow(writer, digest, PURPOSE, content, begun.expires_at, user_id=user_id)


async def _let_in(
    request: AnyRequest,
    house: House,
    person: database.Row,
    ways: list[database.Row],
    *,
    has_second_factor: bool,
    used: str | None = None,
) -> Response[Any]:
    """Begin a sign-in in the organisation looked at last that lets its people in like this."""
    try:
        way = _choose(ways)
    except errors.ForbiddenError as refusal:
        await _note_failure(house, person, ways, person["email"], refusal.message)
        raise
    now, user_id = clock.now(), person["user_id"]
    entrance.walk(request, person["email"], user_id)
    async with house.database.write(EVERYBODY) as writer:
        sign_in_id, cookie = await entrance.enter(
            request, writer, user_id, way["org_id"], now, has_second_factor=has_second_factor
        )
        await tries.succeed(writer, person["email"], entrance.address_of(request))
        user = await users.get_user(writer, way["org_id"], user_id)
        told = {"method": "password", "second_factor": used} | _broken_glass(way)
        target = audit.Target("person", user_id, person["email"])
        audit.note(writer, way["org_id"], "sign_in.succeed", target, after=told)
        if used == codes.RECOVERY_CODE:
            audit.note(writer, way["org_id"], "second_factor.use_recovery_code", target)
    needs = way["is_second_factor_required"] and not has_second_factor
    return entrance.grant(house.settings, user, sign_in_id, cookie, now, needs_second_factor=needs)


def _choose(ways: list[database.Row]) -> database.Row:
    refusals: list[errors.ForbiddenError] = []
    for way in ways:
        try:
            entry_rules.check(rules_of(way), None)
        except errors.ForbiddenError as refusal:
            refusals.append(refusal)
        else:
            return way
    raise refusals[0]


def rules_of(way: database.Row) -> entry_rules.Rules:
    """Return how an organisation lets somebody in (a row of `entry.list_ways`)."""
    return entry_rules.Rules(
        name=way["name"],
        is_password_allowed=way["is_password_allowed"],
        required_provider_id=way["required_provider_id"],
        is_owner=way["is_owner"],
    )


def _broken_glass(way: database.Row) -> dict[str, bool]:
    return {} if entry_rules.is_regular(rules_of(way), None) else {"is_break_glass": True}


async def _note_failure(
    house: House, person: database.Row | None, ways: list[database.Row], email: str, reason: str
) -> None:
    """Write down that somebody did not come in; what was typed as an address is told only when it can be one."""
    org_id = ways[0]["org_id"] if ways else audit.INSTALLATION
    target = audit.Target("person", person["user_id"] if person else "", email if "@" in email else "")
    async with house.database.write(EVERYBODY) as writer:
        audit.note(writer, org_id, "sign_in.fail", target, after={"reason": reason}, is_refused=True)


ROUTES = [sign_in, second_step, refresh_access, sign_out]
