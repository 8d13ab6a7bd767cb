"""Where everybody comes in, whoever vouched for them: a sign-in, its access token, and its refresh cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie

from testflux.access import tokens
from testflux.kit import errors, settings, trail
from testflux.serve import request_id, users
from testflux.serve.shapes.accounts import AccessGrant
from testflux.store import database, sessions
from testflux.store import users as user_rows

COOKIE: Final = "testflux_refresh"
_COOKIE_PATH: Final = "/api/v1/auth"
AnyRequest = Request[Any, Any, Any]


def address_of(request: AnyRequest) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client else "?"


async def enter(
    request: AnyRequest,
    writer: database.Writer,
    user_id: int,
    org_id: int,
    now: datetime,
    *,
    provider_id: int | None = None,
    has_second_factor: bool = False,
) -> tuple[UUID, Cookie]:
    """Begin a sign-in; `provider_id` vouched for the person, or else their password did."""
    sign_in_id = await sessions.add_sign_in(
        writer,
        user_id,
        org_id,
        provider_id=provider_id,
        has_second_factor=has_second_factor,
        address=address_of(request),
        user_agent=request.headers.get("user-agent", ""),
        expires_at=now + tokens.REFRESH_LIFE,
    )
    await user_rows.save_sign_in(writer, user_id)
    return sign_in_id, await go_on(request, writer, sign_in_id, now)


async def go_on(request: AnyRequest, writer: database.Writer, sign_in_id: UUID, now: datetime) -> Cookie:
    """Make the next refresh token of a sign-in and keep its digest."""
    token = tokens.make_refresh_token()
    await sessions.add_session(writer, sign_in_id, tokens.digest(token), now, now + tokens.REFRESH_LIFE)
    return cookie(request, token, int(tokens.REFRESH_LIFE.total_seconds()))


def refuse_foreign(request: AnyRequest, public_url: str) -> None:
    """Raise ForbiddenError when another site's page sends this, so that none signs its visitors in or out.

    Browsers say so themselves in Sec-Fetch-Site; older ones at least name the Origin. Programs say neither.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = {urlsplit(public_url).netloc, request.headers.get("host", "")}
    is_own = site in ("same-origin", "none") if site else origin is None or urlsplit(origin).netloc in own
    if not is_own:
        message = "Signing in is not possible from another site's page."
        raise errors.ForbiddenError(message, hint="Open TestFlux itself.", code="cross-site")


def walk(request: AnyRequest, name: str, user_id: int | None = None) -> None:
    """Say who acts from here on: somebody who just proved who they are, or (None) nobody known, under a name."""
    trail.walk(
        trail.Trail(
            actor_kind="nobody" if user_id is None else "person",
            actor_id=user_id,
            actor_name=name,
            address=address_of(request),
            request_id=request_id.current(),
        )
    )


def cookie(request: AnyRequest, token: str, max_age: int) -> Cookie:
    """Return the refresh cookie; an empty token with no age takes it away."""
    is_https = request.url.scheme == "https"
    return Cookie(
        key=COOKIE, value=token, path=_COOKIE_PATH, max_age=max_age, httponly=True, samesite="strict", secure=is_https
    )


def grant(
    settings: settings.Settings,
    row: database.Row,
    sign_in_id: UUID,
    cookie: Cookie,
    now: datetime,
    *,
    needs_second_factor: bool = False,
) -> Response[AccessGrant]:
    """Answer with an access token for the person of `row` (store/users.py), and the cookie for the next one."""
    grant = AccessGrant(
        access_token=tokens.sign_access(settings.secret_key, row["user_id"], sign_in_id, now),
        token_type="Bearer",  # noqa: S106  (the scheme's name)
        expires_in=int(tokens.ACCESS_LIFE.total_seconds()),
        user=users.shape(row),
        needs_second_factor=needs_second_factor,
    )
    return Response(grant, cookies=[cookie], headers={"Cache-Control": "no-store"})
