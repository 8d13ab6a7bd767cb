"""People, tokens and projects."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from serve_house import ADMIN, READER, ServeHouse
from testflux.kit import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def add_project(client: httpx.AsyncClient, slug: str, **more: str) -> dict[str, object]:
    response = await client.post("/projects", json={"slug": slug, "name": slug.title(), **more})
    assert response.status_code == 201, response.text
    return response.json()


async def test_a_person_with_a_generated_password(admin: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    response = await admin.post("/users", json={"email": "Ada@Example.org", "name": "Ada"})
    added = response.json()
    assert response.status_code == 201
    assert (added["email"], added["role"], added["is_disabled"]) == ("ada@example.org", "viewer", False)
    assert len(added["password"]) == 20
    credentials = {"email": "ada@example.org", "password": added["password"]}
    assert (await nobody.post("/auth/login", json=credentials)).status_code == 200


async def test_a_person_with_a_chosen_password(admin: httpx.AsyncClient) -> None:
    body = {"email": "bob@example.org", "name": "Bob", "role": "admin", "password": "a chosen password"}
    added = (await admin.post("/users", json=body)).json()
    assert added["role"] == "admin"
    assert added["password"] is None


async def test_an_address_signs_in_one_person(admin: httpx.AsyncClient) -> None:
    response = await admin.post("/users", json={"email": READER.upper(), "name": "Again"})
    assert response.status_code == 409
    assert response.json()["code"] == "email-taken"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "no address", "name": "x"}, "email"),
        ({"email": "a@b", "name": ""}, "name"),
        ({"email": "a@b", "name": "x", "role": "king"}, "role"),
        ({"email": "a@b", "name": "x", "password": "short"}, "password"),
        ({"name": "x"}, "email"),
    ],
)
async def test_a_person_that_cannot_be(admin: httpx.AsyncClient, body: dict[str, str], field: str) -> None:
    response = await admin.post("/users", json=body)
    assert response.status_code == 422
    assert [item["field"] for item in response.json()["errors"]] == [field]


async def test_people_are_listed_page_by_page(admin: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get("/users", params=query)).json()
        assert len(page["items"]) == 1
        seen += [item["email"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    assert {ADMIN, READER} <= set(seen)


async def test_the_last_owner_stays_one(fresh: ServeHouse) -> None:
    admin = fresh.client()
    for change in ({"role": "viewer"}, {"is_disabled": True}):
        response = await admin.patch(f"/users/{fresh.ids[ADMIN]}", json=change)
        assert response.status_code == 409
        assert response.json()["code"] == "last-owner"
    assert (await admin.get("/me")).json()["role"] == "owner", "nothing was changed"


async def test_a_person_is_changed_only_where_asked(admin: httpx.AsyncClient) -> None:
    added = (await admin.post("/users", json={"email": "eve@example.org", "name": "Eve"})).json()
    path = f"/users/{added['id']}"
    assert (await admin.patch(path, json={"name": "Eve B."})).json()["name"] == "Eve B."
    changed = (await admin.patch(path, json={"is_disabled": True})).json()
    assert (changed["name"], changed["is_disabled"]) == ("Eve B.", True)
    assert (await admin.patch(path, json={"is_disabled": False})).json()["is_disabled"] is False


@pytest.mark.parametrize("user_id", ["0", "999999", "x", "1-1", "9" * 30, "²"])
async def test_somebody_who_is_not_there(admin: httpx.AsyncClient, user_id: str) -> None:
    assert (await admin.patch(f"/users/{user_id}", json={"name": "x"})).status_code == 404
    assert (await admin.delete(f"/tokens/{user_id}")).status_code == 404


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
