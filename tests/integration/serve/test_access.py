"""Who may do what, route by route: the routes are taken from the application itself, so that none is forgotten."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from serve_house import PUBLIC, ServeHouse, list_routes
from testflux.access import permissions
from testflux.model.access import Role
from testflux.serve import declare

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"POST": {"json": {}}, "PATCH": {"json": {}}}


def guarded() -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in list_routes() if path not in PUBLIC]


def fill(path: str) -> str:
    path = re.sub(r"\{\w+:uuid\}", "00000000-0000-4000-8000-000000000000", path)
    return re.sub(r"\{slug:str\}", "shop", re.sub(r"\{\w+:int\}", "0", re.sub(r"\{\w+_id:str\}", "1-1", path)))


async def test_nobody_gets_anything(nobody: httpx.AsyncClient) -> None:
    for method, path in guarded():
        options: Any = JSON.get(method, {})
        response = await nobody.request(method, f"http://testserver{fill(path)}", **options)
        assert response.status_code == 401, f"{method} {path}"
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["code"] == "unauthenticated"


async def test_a_reader_manages_nothing(reader: httpx.AsyncClient) -> None:
    allowed = permissions.of_role(Role.VIEWER)
    tried = 0
    for method, path, handler in list_routes():
        permission = handler.opt[declare.PERMISSION]
        if permission is None or permission in allowed:
            continue
        options: Any = JSON.get(method, {})
        response = await reader.request(method, f"http://testserver{fill(path)}", **options)
        assert response.status_code == 403, f"{method} {path}"
        assert permission.value in response.json()["detail"]
        tried += 1
    assert tried > 10


async def test_a_token_that_uploads_does_only_that(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "shop", "name": "Shop"})
    client = house.client(token=await house.api_token("upload"))
    sent = await client.post("/projects/shop/uploads?filename=x.xml", content=b"<x/>")
    assert sent.status_code == 202
    assert (await client.get(f"/uploads/{sent.json()['id']}")).status_code == 200
    assert (await client.delete("/projects/shop")).status_code == 403


@pytest.mark.parametrize("path", ["/runs/9-1", "/uploads/9-1", "/tests/9-1", "/runs/x", "/runs/1-1", "/projects/other"])
async def test_what_is_not_ours_does_not_exist(admin: httpx.AsyncClient, path: str) -> None:
    response = await admin.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
