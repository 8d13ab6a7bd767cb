"""Tokens and projects."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from serve_house import ADMIN, ServeHouse
from testflux.kit import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def add_project(client: httpx.AsyncClient, slug: str, **more: str) -> dict[str, object]:
    response = await client.post("/projects", json={"slug": slug, "name": slug.title(), **more})
    assert response.status_code == 201, response.text
    return response.json()


@pytest.mark.parametrize("token_id", ["0", "999999", "x", "1-1", "9" * 30, "²"])
async def test_a_token_that_is_not_there(admin: httpx.AsyncClient, token_id: str) -> None:
    assert (await admin.delete(f"/tokens/{token_id}")).status_code == 404


async def test_a_token_is_shown_once_and_can_be_revoked(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    response = await admin.post("/tokens", json={"name": "ci", "scopes": ["upload", "read", "read"]})
    made = response.json()
    assert response.status_code == 201
    assert made["token"].startswith("tfx_")
    assert made["scopes"] == ["read", "upload"]
    assert made["hint"] == made["token"][-4:]
    assert made["created_by"] == ADMIN
    listed = next(item for item in (await admin.get("/tokens")).json()["items"] if item["id"] == made["id"])
    assert "token" not in listed
    client = house.client(token=made["token"])
    assert (await client.get("/me")).status_code == 200
    assert (await admin.delete(f"/tokens/{made['id']}")).status_code == 204
    assert (await client.get("/me")).status_code == 401
    assert (await admin.delete(f"/tokens/{made['id']}")).status_code == 404


async def test_a_token_of_the_past(admin: httpx.AsyncClient) -> None:
    body = {"name": "ci", "scopes": ["read"], "expires_at": (clock.now() - timedelta(days=1)).isoformat()}
    response = await admin.post("/tokens", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "expires_at"


async def test_tokens_are_listed_newest_first(admin: httpx.AsyncClient) -> None:
    for name in ("one", "two", "three"):
        await admin.post("/tokens", json={"name": name, "scopes": ["read"]})
    first = (await admin.get("/tokens?limit=2")).json()
    assert [item["name"] for item in first["items"]] == ["three", "two"]
    second = (await admin.get("/tokens", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [item["name"] for item in second["items"]] == ["one"]


async def test_a_project_from_beginning_to_end(admin: httpx.AsyncClient, reader: httpx.AsyncClient) -> None:
    added = await add_project(admin, "webshop", description="Where people buy", default_branch="trunk")
    assert added == {
        "slug": "webshop",
        "name": "Webshop",
        "description": "Where people buy",
        "default_branch": "trunk",
        "is_sample": False,
        "created_at": added["created_at"],
        "run_count": 0,
        "test_count": 0,
        "last_run_at": None,
    }
    assert (await reader.get("/projects/webshop")).json() == added
    changed = (await admin.patch("/projects/webshop", json={"name": "Web shop"})).json()
    assert changed == added | {"name": "Web shop"}
    assert (await admin.delete("/projects/webshop")).status_code == 204
    assert (await admin.get("/projects/webshop")).status_code == 404
    assert (await admin.delete("/projects/webshop")).status_code == 404


async def test_a_slug_names_one_project(admin: httpx.AsyncClient) -> None:
    await add_project(admin, "taken")
    response = await admin.post("/projects", json={"slug": "taken", "name": "Other"})
    assert response.status_code == 409
    assert response.json()["code"] == "slug-taken"


@pytest.mark.parametrize("slug", ["", "Upper", "-x", "a b", "ä", "x" * 64, "a/b"])
async def test_a_slug_that_cannot_be(admin: httpx.AsyncClient, slug: str) -> None:
    response = await admin.post("/projects", json={"slug": slug, "name": "x"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "slug"


async def test_projects_are_listed_by_name(admin: httpx.AsyncClient) -> None:
    for slug in ("zeta", "alpha", "mid"):
        await add_project(admin, slug)
    first = (await admin.get("/projects?limit=1")).json()
    rest = (await admin.get("/projects", params={"cursor": first["next_cursor"]})).json()
    names = [item["name"] for item in first["items"] + rest["items"]]
    assert names == sorted(names)
    assert {"Alpha", "Mid", "Zeta"} <= set(names)
    assert rest["next_cursor"] is None


async def test_the_server_says_what_it_is(reader: httpx.AsyncClient) -> None:
    system = (await reader.get("/system")).json()
    assert system["smtp_configured"] is False
    assert system["database"]["kind"] == "external"
    assert system["database"]["version"][0].isdigit()
    assert system["upload_limit_bytes"] == 2 * 1024**3
