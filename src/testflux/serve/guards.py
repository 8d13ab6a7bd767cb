"""The one place where permissions and limits are checked: every route names its own; none is answered before this."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from testflux.kit import errors
from testflux.model.access import Permission
from testflux.serve import declare, envelope, house, identity
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
        await _count(connection, rooms, Rate.PUBLIC, _address(connection))
    if handler.parsed_data_field is not None and not _is_json(connection.headers.get("content-type", "")):
        message = "The body is not JSON."
        raise errors.UnsupportedError(message, hint=f"Send it with `Content-Type: {_JSON}`.")


async def _admit(connection: AnyConnection, rooms: House, handler: BaseRouteHandler, permission: Permission) -> None:
    try:
        actor = await identity.find_actor(rooms.settings, rooms.database, connection.headers.get("authorization"))
    except errors.UnauthenticatedError:
        await _count(connection, rooms, Rate.PUBLIC, _address(connection))
        raise
    rate = handler.opt[declare.RATE] or (Rate.READ if _is_reading(handler) else Rate.WRITE)
    await _count(connection, rooms, rate, f"t{actor.token_id}" if actor.token_id else f"u{actor.user_id}")
    if permission not in actor.permissions:
        who = "This token" if actor.token_id else "Your role"
        hint = "Use a token with the right scope." if actor.token_id else "Ask an administrator."
        raise errors.ForbiddenError(f"{who} does not allow this ({permission.value}).", hint=hint)
    connection.scope["user"] = actor


async def _count(connection: AnyConnection, rooms: House, rate: Rate, who: str) -> None:
    connection.scope["state"][envelope.STANDING] = await rooms.limiter.take(rate, who)


def _address(connection: AnyConnection) -> str:
    return connection.client.host if connection.client else "?"


def _is_reading(handler: BaseRouteHandler) -> bool:
    return isinstance(handler, HTTPRouteHandler) and set(handler.http_methods) <= _READING


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == _JSON or (kind.startswith("application/") and kind.endswith("+json"))
