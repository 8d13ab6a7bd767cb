from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

import slapd
from serve_house import READER, ServeHouse, open_serve_house
from testflux.model.access import EVERYBODY

pytestmark = [pytest.mark.asyncio(loop_scope="module"), slapd.needs_slapd]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Slapd]:
    with slapd.Slapd(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServeHouse]:
    folder = tmp_path_factory.mktemp("house")
    async with open_serve_house(module_database_url, folder, outgoing_private=("127.0.0.0/8",)) as opened:
        yield opened


def config(server: slapd.Slapd, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "ldap",
        "url": server.url,
        "base_dn": slapd.BASE,
        "bind_dn": slapd.ADMIN_DN,
        "ca_certificates": server.ca,
        "groups_by": "search",
        "group_names": "cn",
        **changes,
    }


async def set_up(house: ServeHouse, server: slapd.Slapd, name: str, **changes: Any) -> str:
    body = {
        "name": name,
        "config": config(server, **changes),
        "secret": slapd.ADMIN_PASSWORD,
        "default_role": "viewer",
        "group_roles": [{"group": "qa, lead", "role": "maintainer"}],
        "is_enabled": True,
    }
    response = await house.client().post("/providers", json=body)
    assert response.status_code == 201, response.text
    assert slapd.ADMIN_PASSWORD not in response.text
    return response.json()["id"]


@pytest.fixture
async def provider(house: ServeHouse, server: slapd.Slapd, request: pytest.FixtureRequest) -> str:
    return await set_up(house, server, request.node.name[:80])


async def sign_in(house: ServeHouse, provider: str, username: str, password: str = slapd.PASSWORD) -> httpx.Response:
    body = {"username": username, "password": password}
    return await house.client(None).post(f"/auth/ldap/{provider}", json=body)


async def test_signs_in_with_the_roles_of_ones_groups(house: ServeHouse, provider: str) -> None:
    response = await sign_in(house, provider, "ada")
    assert response.status_code == 200, response.text
    assert response.json()["user"]["email"] == "ada@example.org"
    assert "testflux_refresh" in response.cookies
    client = house.client(None, token=None)
    client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    assert (await client.get("/projects")).status_code == 200
    assert (await client.post("/projects", json={"name": "Mine", "slug": "mine"})).status_code in (201, 403)
    async with house.rooms.database.read(EVERYBODY) as reader:
        rows = await reader.all(
            "select role from role_grant join app_user using (user_id) where email = 'ada@example.org'"
        )
    assert {row["role"] for row in rows} == {"maintainer"}


@pytest.mark.parametrize("username", ["*", "ada)(uid=*", "nobody"])
async def test_strangers_and_injections(house: ServeHouse, provider: str, username: str) -> None:
    response = await sign_in(house, provider, username)
    assert (response.status_code, response.json()["code"]) == (401, "wrong-password")


async def test_a_wrong_password_is_written_down_without_it(house: ServeHouse, provider: str) -> None:
    response = await sign_in(house, provider, "ada", "Wrong0ne!")
    assert (response.status_code, response.json()["code"]) == (401, "wrong-password")
    async with house.rooms.database.read(EVERYBODY) as reader:
        row = await reader.one(
            "select * from audit_event where act = 'sign_in.fail' and target_id = %(id)s", id=provider
        )
    assert row["after"]["code"] == "wrong-password"
    assert row["is_refused"]
    assert "Wrong0ne!" not in str(row)


async def test_an_empty_password_is_no_password(house: ServeHouse, provider: str) -> None:
    assert (await sign_in(house, provider, "ada", "")).status_code == 422


async def test_guessing_is_slowed_down(house: ServeHouse, provider: str) -> None:
    answers = [(await sign_in(house, provider, "twin1", f"guess {number}")).status_code for number in range(12)]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert (await sign_in(house, provider, "twin1")).status_code == 429


async def test_another_sites_page_signs_nobody_in(house: ServeHouse, provider: str) -> None:
    client = house.client(None)
    body = {"username": "ada", "password": slapd.PASSWORD}
    response = await client.post(f"/auth/ldap/{provider}", json=body, headers={"Origin": "https://evil.example"})
    assert (response.status_code, response.json()["code"]) == (403, "cross-site")


async def test_a_check_step_by_step(house: ServeHouse, provider: str, server: slapd.Slapd) -> None:
    answered = (await house.client().post(f"/providers/{provider}/check")).json()
    assert answered["is_ok"]
    assert "TLSv1.3; bound as cn=admin" in answered["steps"][1]["said"]
    wrong = await set_up(house, server, "not trusted", ca_certificates="")
    answered = (await house.client().post(f"/providers/{wrong}/check")).json()
    assert [step["is_ok"] for step in answered["steps"]] == [True, False]
    assert "certificate verify failed" in answered["steps"][1]["said"]


async def look_up(house: ServeHouse, provider: str, username: str, password: str = "") -> dict[str, Any]:
    body = {"username": username, "password": password}
    response = await house.client().post(f"/providers/{provider}/lookup", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_looking_somebody_up(house: ServeHouse, provider: str) -> None:
    found = await look_up(house, provider, "ada")
    assert (found["is_ok"], found["email"], found["groups"]) == (True, "ada@example.org", ["qa, lead", "dev"])
    assert found["roles"] == [{"role": "maintainer", "project": None}]
    assert found["claims"]["dn"] == f"uid=ada,ou=people,{slapd.BASE}"
    nobody = await look_up(house, provider, "*")
    assert (nobody["is_ok"], nobody["code"]) == (False, "ldap-not-found")
    shown = (await house.client().get(f"/providers/{provider}")).json()
    assert shown["tested_at"] is None


async def test_trying_it_out_with_a_password(house: ServeHouse, provider: str) -> None:
    wrong = await look_up(house, provider, "ada", "wrong")
    assert (wrong["is_ok"], wrong["code"]) == (False, "wrong-password")
    assert (await look_up(house, provider, "ada", slapd.PASSWORD))["is_ok"]
    shown = (await house.client().get(f"/providers/{provider}")).json()
    assert shown["tested_at"] is not None


async def test_who_may_look_people_up(house: ServeHouse, provider: str) -> None:
    body = {"username": "ada"}
    assert (await house.client(READER).post(f"/providers/{provider}/lookup", json=body)).status_code == 403
    assert (await house.client(None).post(f"/providers/{provider}/lookup", json=body)).status_code == 401


async def test_a_private_address_has_to_be_allowed(database_url: str, tmp_path: Path, server: slapd.Slapd) -> None:
    async with open_serve_house(database_url, tmp_path) as closed:
        provider = await set_up(closed, server, "private")
        answered = (await closed.client().post(f"/providers/{provider}/check")).json()
        assert "OUTGOING_PRIVATE" in answered["steps"][0]["said"]
        assert (await sign_in(closed, provider, "ada")).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://ldap.example.org"}, "url"),
        ({"user_filter": "(uid=ada)"}, "config.user_filter"),
        ({"user_filter": "uid={username}"}, "config.user_filter"),
        ({"group_filter": "member={dn}"}, "config.group_filter"),
    ],
)
async def test_what_cannot_be_set_up(
    house: ServeHouse, server: slapd.Slapd, change: dict[str, Any], field: str
) -> None:
    response = await house.client().post("/providers", json={"name": "no", "config": config(server, **change)})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


async def test_the_bind_password_goes_to_no_other_server_unasked(
    house: ServeHouse, provider: str, server: slapd.Slapd
) -> None:
    moved = config(server, url="ldap://evil.example")
    response = await house.client().patch(f"/providers/{provider}", json={"config": moved})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "secret")
    other = config(server, name_attribute="cn")
    assert (await house.client().patch(f"/providers/{provider}", json={"config": other})).status_code == 200
    again = {"config": moved, "secret": "entered again"}
    assert (await house.client().patch(f"/providers/{provider}", json=again)).status_code == 200


async def test_a_provider_of_another_kind(house: ServeHouse) -> None:
    body = {"name": "oidc", "config": {"kind": "google", "client_id": "x"}, "is_enabled": True}
    number = (await house.client().post("/providers", json=body)).json()["id"]
    assert (await sign_in(house, number, "ada")).status_code == 404
    assert (await sign_in(house, "12345", "ada")).status_code == 404
