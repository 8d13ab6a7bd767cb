"""Signing in as tests of the API do: in one step or two, as a browser at an address of its own."""

from __future__ import annotations

import base64
from typing import Any, cast

import httpx

from serve_house import PASSWORD, READER, ServeHouse
from testflux.access import totp
from testflux.kit import clock
from testflux.model.access import EVERYBODY

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser(house: ServeHouse, address: str = "127.0.0.1", user_agent: str = FIREFOX) -> httpx.AsyncClient:
    """Return a client that nobody is signed in with, at an address."""
    transport = httpx.ASGITransport(cast("Any", house.app), raise_app_exceptions=False, client=(address, 1234))
    headers = {"User-Agent": user_agent}
    return httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1", headers=headers, timeout=30)


async def log_in(client: httpx.AsyncClient, email: str = READER, password: str = PASSWORD) -> httpx.Response:
    """Take the first step; a grant that comes back is used from then on."""
    response = await client.post("/auth/login", json={"email": email, "password": password})
    return take(client, response)


async def second_step(client: httpx.AsyncClient, state: str, code: str) -> httpx.Response:
    """Take the second step."""
    return take(client, await client.post("/auth/second-factor", json={"state": state, "code": code}))


def take(client: httpx.AsyncClient, response: httpx.Response) -> httpx.Response:
    """Use the access token of an answer from here on."""
    if response.is_success and "access_token" in response.json():
        client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    return response


async def set_up(client: httpx.AsyncClient, password: str = PASSWORD) -> tuple[bytes, list[str]]:
    """Give the person of a client a second factor; return the app's secret and the recovery codes."""
    begun = await client.post("/me/second-factor", json={"password": password})
    assert begun.status_code == 201, begun.text
    secret = read_secret(begun.json()["secret"])
    confirmed = await client.post("/me/second-factor/confirm", json={"code": code_of(secret, -1)})
    assert confirmed.status_code == 201, confirmed.text
    return secret, confirmed.json()["codes"]


def read_secret(spelt: str) -> bytes:
    """Read a secret as an app does that it was typed into."""
    return base64.b32decode(spelt)


def code_of(secret: bytes, away: int = 0) -> str:
    """Return the app's code, of this step or one away."""
    return totp.code_at(secret, int(clock.now().timestamp()) // totp.STEP_S + away)


async def change_org(
    house: ServeHouse, *, is_password_allowed: bool = True, is_second_factor_required: bool = False
) -> None:
    """Decide how the organisation lets its people in."""
    async with house.rooms.database.write(EVERYBODY) as writer:
        await writer.run(
            "update org set is_password_allowed = %(password)s, is_second_factor_required = %(second)s",
            password=is_password_allowed,
            second=is_second_factor_required,
        )


async def list_audit(house: ServeHouse, *acts: str) -> list[dict[str, Any]]:
    """List what was written down, oldest first."""
    async with house.rooms.database.read(EVERYBODY) as reader:
        return await reader.all(
            "select * from audit_event where day > '2000-01-01' and (%(acts)s::text[] = '{}' or act = any(%(acts)s))"
            " order by org_id, number",
            acts=list(acts),
        )
