"""The one place where permissions and limits are checked: every route names its own; none is answered before this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from testflux.access import tokens
from testflux.kit import errors, identifiers, trail
from testflux.model.access import Actor, Permission
from testflux.serve import declare, doors, envelope, house, identity, request_id
from testflux.serve.house import House
from testflux.serve.limiter import Rate

AnyConnection = ASGIConnection[Any, Any, Any, Any]
_JSON = "application/json"
_READING = frozenset({"GET", "HEAD"})


async def authorise(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Find out who asks, whether they may, and not too often; then whether the body is of a kind the route reads."""
    permission: Permission | None = handler.opt[declare.PERMISSION]
    rooms = house.house_of(connection)
    if permission is not None:
        await _admit(connection, rooms, handler, permission)
    elif declare.RATE in handler.opt:
        rate = handler.opt[declare.RATE] or (Rate.PUBLIC if _is_reading(handler) else Rate.SIGN_IN)
        await _count(connection, rooms, rate, _address(connection))
    if handler.parsed_data_field is not None and not _is_json(connection.headers.get("content-type", "")):
        message = "The body is not JSON."
        raise errors.UnsupportedError(message, hint=f"Send it with `Content-Type: {_JSON}`.")


async def _admit(connection: AnyConnection, rooms: House, handler: BaseRouteHandler, permission: Permission) -> None:
    actor = await _identify(connection, rooms)
    rate = handler.opt[declare.RATE] or (Rate.READ if _is_reading(handler) else Rate.WRITE)
    await _count(connection, rooms, rate, f"t{actor.token_id}" if actor.token_id else f"u{actor.user_id}")
    if actor.needs_second_factor and not handler.opt.get(declare.IS_OPEN):
        message = "Your organisation asks for a second factor, and you have none yet."
        raise errors.ForbiddenError(message, hint="Set one up under Account.", code="second-factor-required")
    if permission is Permission.SELF and actor.token_id is not None and not _is_reading(handler):
        raise errors.ForbiddenError("A token changes nobody's account.", hint="Sign in as the person.")
    _check(actor, permission, connection.path_params)
    connection.scope["user"] = actor
    trail.walk(
        trail.Trail(
            actor_kind="token" if actor.token_id else "person",
            actor_id=actor.token_id or actor.user_id,
            actor_name=actor.token_name if actor.token_id else actor.email,
            address=_address(connection),
            request_id=request_id.current(),
        )
    )


async def _identify(connection: AnyConnection, rooms: House) -> Actor:
    """Return who asks; who cannot be told is counted by address.

    An API token that was not good lately is counted before the database is asked: to make some up costs no query.
    """
    header = connection.headers.get("authorization", "")
    credential = tokens.digest(header)
    is_early = identity.names_api_token(header) and not rooms.limiter.is_proven(credential)
    if is_early:
        await _count(connection, rooms, Rate.PUBLIC, _address(connection))
    try:
        actor = await identity.find_actor(rooms.settings, rooms.database, header)
    except errors.UnauthenticatedError:
        rooms.limiter.note_proven(credential, is_good=False)
        if not is_early:
            await _count(connection, rooms, Rate.PUBLIC, _address(connection))
        raise
    if actor.token_id is not None:
        rooms.limiter.note_proven(credential, is_good=True)
    return actor


def _check(actor: Actor, permission: Permission, named: Mapping[str, Any]) -> None:
    """Raise ForbiddenError unless the actor may do that at this address; NotFoundError where they see nothing."""
    if permission in actor.permissions:
        return
    projects = _projects_of(actor, named)
    if projects is None:
        # Lists over the whole organisation show what may be seen of it.
        if permission is Permission.PROJECT_READ and any(map(actor.may_read, actor.projects)):
            return
    elif projects and all(actor.may(permission, number) for number in projects):
        return
    elif Permission.PROJECT_READ not in actor.permissions and not (projects and all(map(actor.may_read, projects))):
        raise doors.nothing(named)
    who = "This token" if actor.token_id else "Your role"
    hint = "Use a token with the right scope." if actor.token_id else "Ask an administrator."
    raise errors.ForbiddenError(f"{who} does not allow this ({permission.value}).", hint=hint)


def _projects_of(actor: Actor, named: Mapping[str, Any]) -> list[int] | None:
    """Return which of the actor's projects an address names, none of them when it also names another's.

    None: it is about no project.
    """
    if "slug" in named:
        return [number for number, grant in actor.projects.items() if grant.slug == named["slug"]]
    found = [identifiers.find_project(value) for value in named.values() if isinstance(value, str)]
    numbers = {number for number in found if number is not None}
    if not numbers:
        return None
    return list(numbers) if numbers <= actor.projects.keys() else []


async def _count(connection: AnyConnection, rooms: House, rate: Rate, who: str) -> None:
    connection.scope["state"][envelope.STANDING] = await rooms.limiter.take(rate, who)


def _address(connection: AnyConnection) -> str:
    return connection.client.host if connection.client else "?"


def _is_reading(handler: BaseRouteHandler) -> bool:
    return isinstance(handler, HTTPRouteHandler) and set(handler.http_methods) <= _READING


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == _JSON or (kind.startswith("application/") and kind.endswith("+json"))
