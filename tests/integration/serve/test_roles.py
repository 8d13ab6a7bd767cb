"""Roles of an organisation's own: made, changed and removed within what one may do oneself."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio

from serve_house import ADMIN, READER, ServeHouse
from testflux.access import permissions
from testflux.model.access import EVERYBODY, Permission, Role

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER = "manager@example.org"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def manager(house: ServeHouse) -> httpx.AsyncClient:
    """Somebody who makes roles without being an owner."""
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, MANAGER, Role.ADMIN)
    return house.client(MANAGER)


async def make(client: httpx.AsyncClient, key: str, *allowed: str) -> dict[str, Any]:
    body = {"key": key, "name": key.title(), "description": f"Role {key}", "permissions": list(allowed)}
    response = await client.post("/roles", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def give(client: httpx.AsyncClient, house: ServeHouse, role: str) -> httpx.Response:
    return await client.post(f"/members/{house.ids[READER]}/grants", json={"role": role})


async def take(client: httpx.AsyncClient, house: ServeHouse, role: str) -> None:
    response = await client.delete(f"/members/{house.ids[READER]}/grants/{role}")
    assert response.status_code == 200, response.text


async def test_built_in_roles_come_first_with_what_they_allow(admin: httpx.AsyncClient) -> None:
    answer = (await admin.get("/roles")).json()
    built_in = {item["key"]: item for item in answer["items"] if item["is_built_in"]}
    assert list(built_in) == [*Role]
    for role in Role:
        assert set(built_in[role]["permissions"]) == permissions.of_role(role)
    assert [about["key"] for about in answer["catalogue"]] == [*permissions.ABOUT]
    assert {about["key"] for about in answer["catalogue"] if about["is_operators"]} == permissions.OPERATORS
    assert (built_in["owner"]["members"], built_in["owner"]["may_give"], built_in["owner"]["may_change"]) == (
        1,
        True,
        False,
    )


async def test_what_an_admin_may_give(manager: httpx.AsyncClient, reader: httpx.AsyncClient) -> None:
    items = {item["key"]: item for item in (await manager.get("/roles")).json()["items"]}
    assert (items["owner"]["may_give"], items["owner"]["may_give_in_projects"]) == (False, True)
    assert items["admin"]["may_give"] is True
    assert (await reader.get("/roles")).status_code == 403


async def test_a_role_from_beginning_to_end(
    house: ServeHouse, admin: httpx.AsyncClient, reader: httpx.AsyncClient
) -> None:
    made = await make(admin, "tester", "upload.create", "project.create")
    assert made["permissions"] == ["self", "project.create", "upload.create"]
    assert (made["is_built_in"], made["members"], made["may_change"]) == (False, 0, True)
    new = {"slug": "by-tester", "name": "By tester"}
    assert (await reader.post("/projects", json=new)).status_code == 403
    assert (await give(admin, house, "tester")).status_code == 201
    assert (await reader.post("/projects", json=new)).status_code == 201
    changed = await admin.patch("/roles/tester", json={"permissions": ["run.star"], "name": "Star gazer"})
    assert (changed.json()["name"], changed.json()["description"]) == ("Star gazer", "Role tester")
    assert changed.json()["members"] == 1
    assert (await reader.post("/projects", json={"slug": "again", "name": "Again"})).status_code == 403, "at once"
    refused = await admin.delete("/roles/tester")
    assert (refused.status_code, refused.json()["code"]) == (409, "role-in-use")
    assert "viewer (person)" in refused.json()["detail"], "it names who has it"
    await take(admin, house, "tester")
    assert (await admin.delete("/roles/tester")).status_code == 204
    assert (await admin.patch("/roles/tester", json={"name": "x"})).status_code == 404


async def test_a_role_in_one_project_allows_there_what_is_about_projects(
    house: ServeHouse, admin: httpx.AsyncClient, reader: httpx.AsyncClient
) -> None:
    await admin.post("/projects", json={"slug": "own", "name": "Own"})
    await make(admin, "keeper", "project.edit", "member.manage")
    body = {"role": "keeper", "project": "own"}
    assert (await admin.post(f"/members/{house.ids[READER]}/grants", json=body)).status_code == 201
    assert (await reader.patch("/projects/own", json={"name": "Mine"})).status_code == 200
    assert (await reader.post("/invitations", json={"email": "x@example.org", "role": "viewer"})).status_code == 403


async def test_nobody_makes_a_role_that_may_more_than_they(
    admin: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    body = {"key": "spy", "name": "Spy", "permissions": ["audit.read"]}
    refused = await manager.post("/roles", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "outranked")
    assert "audit.read" in refused.json()["detail"]
    await make(manager, "small", "run.star")
    assert (await manager.patch("/roles/small", json={"permissions": ["audit.read"]})).status_code == 403
    await make(admin, "strong", "audit.read")
    for answer in (
        await manager.patch("/roles/strong", json={"permissions": ["run.star"]}),
        await manager.patch("/roles/strong", json={"name": "Weak"}),
        await manager.delete("/roles/strong"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "outranked")
    seen = next(item for item in (await manager.get("/roles")).json()["items"] if item["key"] == "strong")
    assert (seen["may_give"], seen["may_change"]) == (False, False)


@pytest.mark.parametrize("permission", sorted(permissions.OPERATORS))
async def test_no_role_gives_what_only_operators_may(admin: httpx.AsyncClient, permission: Permission) -> None:
    body = {"key": "operator", "name": "Operator", "permissions": [permission]}
    response = await admin.post("/roles", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "permissions"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"key": "owner"}, 409),
        ({"key": "viewer"}, 409),
        ({"key": "Upper"}, 422),
        ({"key": "1-1"}, 422),  # would read as the id of something in a project
        ({"key": ""}, 422),
        ({"name": ""}, 422),
        ({"permissions": ["no.such"]}, 422),
    ],
)
async def test_a_role_that_cannot_be(admin: httpx.AsyncClient, change: dict[str, Any], status: int) -> None:
    body = {"key": "fine", "name": "Fine", "permissions": ["run.star"]} | change
    assert (await admin.post("/roles", json=body)).status_code == status


async def test_a_key_names_one_role(admin: httpx.AsyncClient) -> None:
    await make(admin, "taken")
    again = await admin.post("/roles", json={"key": "taken", "name": "Other", "permissions": []})
    assert (again.status_code, again.json()["code"]) == (409, "role-taken")


async def test_built_in_roles_stay_as_they_are(admin: httpx.AsyncClient) -> None:
    assert (await admin.patch("/roles/viewer", json={"permissions": ["run.delete"]})).status_code == 404
    assert (await admin.delete("/roles/viewer")).status_code == 404


async def test_what_else_names_a_role_keeps_it(admin: httpx.AsyncClient) -> None:
    await make(admin, "wanted", "run.star")
    await admin.post("/invitations", json={"email": "guest@example.org", "role": "wanted"})
    refused = await admin.delete("/roles/wanted")
    assert "guest@example.org (invitation)" in refused.json()["detail"]
    listed = (await admin.get("/invitations")).json()["items"]
    await admin.delete(f"/invitations/{listed[0]['id']}")
    assert (await admin.delete("/roles/wanted")).status_code == 204


async def test_a_role_is_not_removed_while_it_is_being_given(fresh: ServeHouse) -> None:
    admin = fresh.client()
    for number in range(8):
        key = f"brief-{number}"
        await make(admin, key, "run.star")
        given, dropped = await asyncio.gather(give(admin, fresh, key), admin.delete(f"/roles/{key}"))
        assert (given.status_code, dropped.status_code) in {(201, 409), (422, 204)}, (given.text, dropped.text)


async def test_the_audit_log_says_who_made_what_of_a_role(fresh: ServeHouse) -> None:
    admin = fresh.client()
    await make(admin, "noted", "run.star")
    await admin.patch("/roles/noted", json={"permissions": ["run.delete"]})
    await admin.delete("/roles/noted")
    query = """
        select act, actor_name, before, after from audit_event
        where target_kind = 'role' and target_id = 'noted' and day >= '2026-01-01' order by number
    """
    async with fresh.rooms.database.read(EVERYBODY) as reader:
        added, changed, removed = await reader.all(query)
    assert [note["act"] for note in (added, changed, removed)] == ["role.add", "role.change", "role.remove"]
    assert {note["actor_name"] for note in (added, changed, removed)} == {ADMIN}
    assert added["after"]["permissions"] == ["run.star", "self"]
    assert (changed["before"]["permissions"], changed["after"]["permissions"]) == (
        ["run.star", "self"],
        ["run.delete", "self"],
    )
    assert removed["before"]["name"] == "Noted"
