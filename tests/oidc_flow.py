"""Signing in at a made OpenID Connect provider, step by step."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

import oidc_made
from oidc_made import Peer
from serve_house import ServeHouse
from testflux.model.access import EVERYBODY


def setup(peer: Peer, **changes: Any) -> dict[str, Any]:
    config = {"kind": "oidc", "issuer": peer.issuer, "client_id": oidc_made.CLIENT}
    roles = [{"group": "qa", "role": "member"}, {"group": "lead", "role": "maintainer"}]
    secret = oidc_made.CLIENT_SECRET
    return {"name": "Main", "config": config, "secret": secret, "group_roles": roles, "is_enabled": True, **changes}


async def add(house: ServeHouse, peer: Peer, **changes: Any) -> str:
    response = await house.client().post("/providers", json=setup(peer, **changes))
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def go(browser: httpx.AsyncClient, provider: str, **query: str) -> str:
    response = await browser.get(f"/auth/oidc/{provider}/start", params=query)
    assert response.status_code == 302, response.text
    return response.headers["location"]


async def come_back(browser: httpx.AsyncClient, provider: str, **query: str) -> httpx.Response:
    response = await browser.get(f"/auth/oidc/{provider}/callback", params=query)
    assert response.status_code == 302, response.text
    return response


def problem(response: httpx.Response) -> str:
    location = urlsplit(response.headers["location"])
    assert location.path == "/sign-in"
    assert "testflux_refresh" not in response.headers.get("set-cookie", "")
    return parse_qs(location.query)["problem"][0]


async def sign_in(house: ServeHouse, peer: Peer, provider: str, **said: Any) -> httpx.Response:
    browser = house.client(None)
    url = await go(browser, provider)
    return await come_back(browser, provider, **peer.grant(url, **{"email_verified": True, "groups": ["qa"], **said}))


async def signed_in(house: ServeHouse, response: httpx.Response) -> httpx.AsyncClient:
    """Do what the page does when it comes up: exchange the refresh cookie for an access token."""
    assert response.headers["location"] == "/", response.headers["location"]
    token = re.search(r"testflux_refresh=([^;]+)", response.headers["set-cookie"])
    assert token
    browser = house.client(None)
    grant = await browser.post("/auth/refresh", headers={"cookie": f"testflux_refresh={token[1]}"})
    assert grant.status_code == 200, grant.text
    browser.headers["authorization"] = f"Bearer {grant.json()['access_token']}"
    return browser


async def whoami(house: ServeHouse, response: httpx.Response) -> dict[str, Any]:
    me = await (await signed_in(house, response)).get("/me")
    assert me.status_code == 200, me.text
    return me.json()


async def list_acts(house: ServeHouse) -> list[dict[str, Any]]:
    """What the audit log says, newest first."""
    async with house.rooms.database.read(EVERYBODY) as reader:
        return await reader.all("select act, actor_name, is_refused from audit_event order by number desc")


async def result_token(house: ServeHouse, peer: Peer, provider: str, **said: Any) -> str:
    browser = house.client()
    url = (await browser.post(f"/providers/{provider}/test")).json()["url"]
    response = await come_back(browser, provider, **peer.grant(url, **said))
    place = urlsplit(response.headers["location"])
    assert place.path == f"/sign-in-providers/{provider}"
    assert "testflux_refresh" not in response.headers["set-cookie"]
    return parse_qs(place.query)["test"][0]


async def rehearse(house: ServeHouse, peer: Peer, provider: str, **said: Any) -> dict[str, Any]:
    token = await result_token(house, peer, provider, **said)
    return (await house.client().get(f"/provider-tests/{token}")).json()
