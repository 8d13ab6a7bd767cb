"""The one place where permissions are checked: every route names one, and none is answered before this."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from testflux.kit import errors
from testflux.model.access import Permission
from testflux.serve import declare, house, identity

_JSON = "application/json"


async def authorise(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Find out who asks and whether they may; then whether the body is of a kind the route reads."""
    permission: Permission | None = handler.opt[declare.PERMISSION]
    if permission is not None:
        await _admit(connection, permission)
    if handler.parsed_data_field is not None and not _is_json(connection.headers.get("content-type", "")):
        message = "The body is not JSON."
        raise errors.UnsupportedError(message, hint=f"Send it with `Content-Type: {_JSON}`.")


async def _admit(connection: ASGIConnection[Any, Any, Any, Any], permission: Permission) -> None:
    rooms = house.house_of(connection)
    header = connection.headers.get("authorization")
    actor = await identity.find_actor(rooms.settings, rooms.database, header)
    if permission not in actor.permissions:
        who = "This token" if actor.token_id else "Your role"
        hint = "Use a token with the right scope." if actor.token_id else "Ask an administrator."
        raise errors.ForbiddenError(f"{who} does not allow this ({permission.value}).", hint=hint)
    connection.scope["user"] = actor


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == _JSON or (kind.startswith("application/") and kind.endswith("+json"))
