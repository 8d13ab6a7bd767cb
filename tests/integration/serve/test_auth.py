from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from serve_house import ADMIN, PASSWORD, READER, ServeHouse
from testflux.kit import clock
from testflux.store import sessions

pytestmark = pytest.mark.asyncio(loop_scope="module")

COOKIE = "testflux_refresh"
CREDENTIALS = {"email": ADMIN, "password": PASSWORD}


async def sign_in(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.post("/auth/login", json=CREDENTIALS)
    assert response.status_code == 200, response.text
    return response.json()


async def refresh(client: httpx.AsyncClient, cookie: str) -> httpx.Response:
    client.cookies.clear()
    return await client.post("/auth/refresh", headers={"Cookie": f"{COOKIE}={cookie}"})


async def test_sign_in(nobody: httpx.AsyncClient) -> None:
    response = await nobody.post("/auth/login", json={"email": "Admin@Example.org", "password": PASSWORD})
    answer = response.json()
    assert response.status_code == 200
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 900
    assert answer["user"]["email"] == ADMIN
    cookie = response.headers["set-cookie"]
    assert {"HttpOnly", "Path=/api/v1/auth", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert response.headers["cache-control"] == "no-store"
    me = await nobody.get("/me", headers={"Authorization": f"Bearer {answer['access_token']}"})
    assert me.json()["last_sign_in_at"] is not None


async def test_the_cookie_is_for_https_only_when_the_request_came_over_https(house: ServeHouse) -> None:
    client = house.client(None)
    response = await client.post("https://testserver/api/v1/auth/login", json=CREDENTIALS)
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize("email", [ADMIN, "nobody@example.org"])
async def test_a_wrong_password_and_a_wrong_address_are_told_the_same(nobody: httpx.AsyncClient, email: str) -> None:
    response = await nobody.post("/auth/login", json={"email": email, "password": "not the password"})
    problem = response.json()
    assert response.status_code == 401
    assert problem["code"] == "wrong-password"
    assert problem["detail"] == "The e-mail address or the password is wrong."


async def test_who_is_disabled_does_not_sign_in_and_is_out_at_once(fresh: ServeHouse) -> None:
    admin, own, nobody = fresh.client(), fresh.client(READER), fresh.client(None)
    assert (await own.get("/me")).status_code == 200
    changed = await admin.patch(f"/members/{fresh.ids[READER]}", json={"is_disabled": True})
    assert changed.json()["is_disabled"] is True
    assert (await own.get("/me")).status_code == 401
    response = await nobody.post("/auth/login", json={"email": READER, "password": PASSWORD})
    assert response.status_code == 401


async def test_a_refresh_token_is_good_once_and_hands_out_the_next(nobody: httpx.AsyncClient) -> None:
    await sign_in(nobody)
    first = nobody.cookies[COOKIE]
    answer = await refresh(nobody, first)
    assert answer.status_code == 200
    assert answer.cookies[COOKIE] != first
    me = await nobody.get("/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["email"] == ADMIN


async def test_two_tabs_may_refresh_at_the_same_time(nobody: httpx.AsyncClient) -> None:
    await sign_in(nobody)
    cookie = nobody.cookies[COOKIE]
    answers = await asyncio.gather(*(refresh(nobody, cookie) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_a_stolen_refresh_token_ends_the_whole_sign_in(
    nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(nobody)
    stolen = nobody.cookies[COOKIE]
    current = (await refresh(nobody, stolen)).cookies[COOKIE]
    monkeypatch.setattr(sessions, "GRACE", timedelta(seconds=-1))
    reused = await refresh(nobody, stolen)
    assert reused.status_code == 401
    assert reused.json()["code"] == "session-ended"
    assert (await refresh(nobody, current)).status_code == 401


@pytest.mark.parametrize("cookie", ["", "nonsense", "x" * 200])
async def test_a_refresh_token_that_never_was(nobody: httpx.AsyncClient, cookie: str) -> None:
    assert (await refresh(nobody, cookie)).status_code == 401


async def test_sign_out_ends_the_sign_in_of_this_browser_only(nobody: httpx.AsyncClient) -> None:
    await sign_in(nobody)
    other = nobody.cookies[COOKIE]
    nobody.cookies.clear()
    token = (await sign_in(nobody))["access_token"]
    cookie = nobody.cookies[COOKIE]
    nobody.cookies.clear()
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"{COOKIE}={cookie}"}
    response = await nobody.post("/auth/logout", headers=headers)
    assert response.status_code == 204
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert (await refresh(nobody, cookie)).status_code == 401
    assert (await refresh(nobody, other)).status_code == 200


async def test_an_expired_access_token(house: ServeHouse) -> None:
    late = house.client(now=clock.now() - timedelta(minutes=15, seconds=1))
    response = await late.get("/me")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert "expired" in response.json()["detail"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer nonsense", "Bearer tfx_" + "0" * 49, "Bearer a.b.c"]
)
async def test_a_header_that_names_nobody(nobody: httpx.AsyncClient, header: str) -> None:
    response = await nobody.get("/me", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_api_token_narrows_what_its_maker_may(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("read"))
    assert (await client.get("/projects")).status_code == 200
    refused = await client.post("/projects", json={"slug": "shop", "name": "Shop"})
    assert refused.status_code == 403
    assert "project.create" in refused.json()["detail"]


async def test_an_api_token_never_does_more_than_its_maker(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("admin", email=READER))
    assert (await client.get("/projects")).status_code == 200
    assert (await client.get("/members")).status_code == 403


async def test_an_api_token_past_its_time(house: ServeHouse) -> None:
    token = await house.api_token("read", expires_at=clock.now() - timedelta(seconds=1))
    assert (await house.client(token=token).get("/projects")).status_code == 401


async def test_the_use_of_a_token_is_noted(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    token = await house.api_token("read")
    await house.client(token=token).get("/projects")
    listed = (await admin.get("/tokens")).json()["items"]
    assert listed[0]["last_used_at"] is not None


async def test_a_new_password(fresh: ServeHouse) -> None:
    nobody = fresh.client(None)
    await sign_in(nobody)
    cookie = nobody.cookies[COOKIE]
    change = {"current_password": PASSWORD, "new_password": "another long password"}
    assert (await fresh.client().post("/me/password", json=change)).status_code == 204
    assert (await refresh(nobody, cookie)).status_code == 401
    assert (await nobody.post("/auth/login", json=CREDENTIALS)).status_code == 401
    again = await nobody.post("/auth/login", json={"email": ADMIN, "password": "another long password"})
    assert again.status_code == 200


async def test_a_new_password_needs_the_present_one(admin: httpx.AsyncClient) -> None:
    change = {"current_password": "wrong", "new_password": "another long password"}
    response = await admin.post("/me/password", json=change)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "current_password", "message": "The current password is wrong."}]


async def test_a_token_changes_nobodys_password(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("admin"))
    change = {"current_password": PASSWORD, "new_password": "another long password"}
    assert (await client.post("/me/password", json=change)).status_code == 403


async def test_too_many_failed_sign_ins(fresh: ServeHouse) -> None:
    nobody = fresh.client(None)
    wrong = {"email": ADMIN, "password": "wrong"}
    answers = [await nobody.post("/auth/login", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    limited = answers[-1]
    assert 1 <= int(limited.headers["retry-after"]) <= 5
    assert limited.headers["ratelimit-limit"] == "5"
    assert limited.headers["ratelimit-remaining"] == "0"
    assert limited.json()["code"] == "rate-limited"
    assert (await nobody.post("/auth/login", json=CREDENTIALS)).status_code == 429, "the right password is limited, too"
    other = {"email": READER, "password": PASSWORD}
    assert (await nobody.post("/auth/login", json=other)).status_code == 200, "others are not"
