"""A sign-in that goes on elsewhere: begun here, taken up once, within minutes, by the same browser.

The browser keeps a key in a cookie of its own; the state that travels through addresses alone opens nothing. So nobody
can begin a sign-in and let somebody else finish it, nor the other way round.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import Cookie

from testflux.access import tokens
from testflux.kit import clock, errors, seal
from testflux.model.access import EVERYBODY
from testflux.serve.house import House
from testflux.store import database, flows

LIFE: Final = timedelta(minutes=10)
PURPOSE: Final = "sign-in under way"
_COOKIE: Final = "testflux_flow_"
_PATH: Final = "/api/v1"
AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")


class Taken(msgspec.Struct, frozen=True):
    """What was begun: at which provider, for whom (None: for whoever comes back), and its sealed content, opened."""

    provider_id: int | None
    user_id: int | None
    content: bytes

    def read(self, shape: type[T]) -> T:
        """Return the content as what it was."""
        return msgspec.json.decode(self.content, type=shape)


async def begin(
    house: House,
    purpose: str,
    content: Any,
    *,
    provider_id: int | None = None,
    user_id: int | None = None,
) -> tuple[str, Cookie]:
    """Keep `content` (JSON-able) for the way back; return the state to send along and the cookie to set."""
    state, key = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    sealed = seal.seal(house.settings.secret_key, PURPOSE, msgspec.json.encode(content))
    async with house.database.write(EVERYBODY) as writer:
        await flows.add_flow(
            writer, _digest(state, key), purpose, sealed, clock.now() + LIFE, provider_id=provider_id, user_id=user_id
        )
    return state, _cookie(house, state, key, int(LIFE.total_seconds()))


async def take(request: AnyRequest, house: House, state: str, purpose: str) -> Taken:
    """Take up what this browser began; ForbiddenError when it did not, did already, or too long ago."""
    key = request.cookies.get(_name(state), "")
    row: database.Row | None = None
    if key:
        async with house.database.write(EVERYBODY) as writer:
            row = await flows.take_flow(writer, _digest(state, key), purpose, clock.now())
    if row is None:
        message = "This sign-in was not begun in this browser within the last ten minutes, or it is over already."
        raise errors.ForbiddenError(message, hint="Begin again on the sign-in page.", code="sign-in-over")
    content = seal.unseal(house.settings.secret_key, PURPOSE, row["content"])
    return Taken(row["provider_id"], row["user_id"], content)


def forget(house: House, state: str) -> Cookie:
    """Return the cookie that takes the key of a flow away."""
    return _cookie(house, state, "", 0)


def _cookie(house: House, state: str, key: str, max_age: int) -> Cookie:
    is_https = house.settings.public_url.startswith("https://")
    return Cookie(
        key=_name(state),
        value=key,
        path=_PATH,
        max_age=max_age,
        httponly=True,
        secure=is_https,
        samesite="lax",
    )


def _name(state: str) -> str:
    return _COOKIE + tokens.digest(state).hex()[:16]


def _digest(state: str, key: str) -> bytes:
    return tokens.digest(f"{state}\n{key}")
