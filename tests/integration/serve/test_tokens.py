"""API tokens: people's own, services' own, what they may do, whom they outlive, and what is written down about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from serve_house import ADMIN, READER, ServeHouse
from testflux.kit import clock
from testflux.model.access import EVERYBODY, Role
from testflux.store import members

pytestmark = pytest.mark.asyncio(loop_scope="module")
MEMBER, ADMINISTRATOR, LEAVER = "member@example.org", "boss@example.org", "leaver@example.org"
SECRETS = ("token", "warnings")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def people(house: ServeHouse) -> AsyncIterator[None]:
    async with house.rooms.database.write(EVERYBODY) as writer:
        for email, role in ((MEMBER, Role.MEMBER), (ADMINISTRATOR, Role.ADMIN), (LEAVER, Role.OWNER)):
            await house.add(writer, email, role)
    for slug in ("shop", "bank"):
        (await house.client().post("/projects", json={"slug": slug, "name": slug})).raise_for_status()
    yield


async def make(client: httpx.AsyncClient, path: str = "/me/tokens", **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json={"name": "ci", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def events(house: ServeHouse) -> list[dict[str, Any]]:
    async with house.rooms.database.read(EVERYBODY) as reader:
        return await reader.all("select * from audit_event where act like 'token.%%' order by number")


async def upload(client: httpx.AsyncClient, slug: str) -> httpx.Response:
    report = b'<testsuite name="s"><testcase name="a"/></testsuite>'
    return await client.post(f"/projects/{slug}/uploads?filename=r.xml", content=report)


async def test_everybody_makes_sees_and_revokes_their_own(house: ServeHouse) -> None:
    member = house.client(MEMBER)
    made = await make(member, scopes=["read"])
    assert (made["kind"], made["role"], made["projects"], made["created_by"]) == ("personal", None, None, MEMBER)
    assert made["hint"] == made["token"][-4:]
    (listed,) = (await member.get("/me/tokens")).json()["items"]
    assert listed == {name: value for name, value in made.items() if name not in SECRETS}
    client = house.client(token=made["token"])
    assert (await client.get("/projects")).status_code == 200
    assert (await upload(client, "shop")).status_code == 403
    assert (await house.client(READER).delete(f"/me/tokens/{made['id']}")).status_code == 404
    assert (await client.get("/projects")).status_code == 200
    assert (await member.delete(f"/me/tokens/{made['id']}")).status_code == 204
    assert (await client.get("/projects")).status_code == 401
    assert (await member.get("/me/tokens")).json()["items"] == []


async def test_it_lasts_ninety_days_unless_somebody_says_otherwise(house: ServeHouse) -> None:
    made = await make(house.client(MEMBER), scopes=["read"])
    left = datetime.fromisoformat(made["expires_at"]) - clock.now()
    assert timedelta(days=89) < left <= timedelta(days=90)
    assert made["warnings"] == []
    for_ever = await make(house.client(MEMBER), scopes=["read"], expires_at=None)
    assert for_ever["expires_at"] is None
    assert "never expires" in for_ever["warnings"][0]


async def test_nobody_puts_more_into_a_token_than_they_may(house: ServeHouse) -> None:
    for client, scope in ((house.client(READER), "upload"), (house.client(MEMBER), "project.delete")):
        answer = await client.post("/me/tokens", json={"name": "ci", "scopes": [scope]})
        assert (answer.status_code, answer.json()["code"]) == (403, "outranked")
    whole = await make(house.client(READER), scopes=["admin"])
    assert (await upload(house.client(token=whole["token"]), "shop")).status_code == 403
    assert (await house.client(token=whole["token"]).get("/tokens")).status_code == 403


async def test_single_permissions_are_scopes_too(house: ServeHouse) -> None:
    made = await make(house.client(ADMIN), scopes=["project.read", "channel.manage"])
    client = house.client(token=made["token"])
    assert (await client.get("/projects/shop/channels")).status_code == 200
    assert (await client.get("/tokens")).status_code == 403


@pytest.mark.parametrize(
    ("scopes", "field"),
    [([], "scopes"), (["everything"], "scopes[0]"), (["read", ""], "scopes[1]"), (["project.read "], "scopes[0]")],
)
async def test_other_scopes_are_refused(house: ServeHouse, scopes: list[str], field: str) -> None:
    answer = await house.client(ADMIN).post("/me/tokens", json={"name": "ci", "scopes": scopes})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_token_for_one_project_sees_no_other(house: ServeHouse) -> None:
    made = await make(house.client(MEMBER), scopes=["upload"], projects=["shop"])
    assert made["projects"] == ["shop"]
    client = house.client(token=made["token"])
    assert (await upload(client, "shop")).is_success
    assert (await upload(client, "bank")).status_code == 404
    assert [each["slug"] for each in (await client.get("/projects")).json()["items"]] == ["shop"]


async def test_a_token_for_a_project_that_is_not_there(house: ServeHouse) -> None:
    answer = await house.client(MEMBER).post("/me/tokens", json={"name": "x", "scopes": ["read"], "projects": ["gone"]})
    assert answer.status_code == 404


async def test_a_token_makes_no_tokens_of_its_own(house: ServeHouse) -> None:
    made = await make(house.client(ADMIN), scopes=["admin"])
    client = house.client(token=made["token"])
    body = {"name": "longer", "scopes": ["admin"], "expires_at": None}
    assert (await client.post("/me/tokens", json=body)).status_code == 403
    assert (await client.post("/tokens", json=body)).status_code == 403
    assert (await client.get("/me/tokens")).status_code == 403
    assert (await client.delete(f"/me/tokens/{made['id']}")).status_code == 403


async def test_a_service_has_a_role_of_its_own_and_stays_when_its_maker_leaves(house: ServeHouse) -> None:
    maker = house.client(LEAVER)
    personal = await make(maker, scopes=["upload"])
    service = await make(maker, "/tokens", role="member", projects=["shop"])
    assert (service["kind"], service["role"], service["scopes"]) == ("service", "member", ["admin"])
    async with house.rooms.database.write(EVERYBODY) as writer:
        await members.save_access(writer, house.org_id, house.ids[LEAVER], clock.now(), is_disabled=True)
    assert (await house.client(token=personal["token"]).get("/projects")).status_code == 401
    client = house.client(token=service["token"])
    assert (await upload(client, "shop")).is_success
    assert (await upload(client, "bank")).status_code == 404
    assert (await client.get("/tokens")).status_code == 403
    listed = (await house.client(ADMIN).get("/tokens?limit=500")).json()["items"]
    assert service["id"] in [each["id"] for each in listed]


async def test_a_service_gets_no_stronger_role_than_its_maker_has(house: ServeHouse) -> None:
    boss = house.client(ADMINISTRATOR)
    assert (await boss.post("/tokens", json={"name": "x", "role": "owner"})).json()["code"] == "outranked"
    assert (await boss.post("/tokens", json={"name": "x", "role": "auditor"})).status_code == 403
    assert (await boss.post("/tokens", json={"name": "x", "role": "admin"})).status_code == 201
    answer = await boss.post("/tokens", json={"name": "x", "role": "nobody"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "role")


async def test_who_manages_tokens_sees_and_revokes_everybodys(house: ServeHouse) -> None:
    made = await make(house.client(MEMBER), scopes=["read"], name="of a member")
    boss = house.client(ADMINISTRATOR)
    listed = (await boss.get("/tokens?limit=500")).json()["items"]
    assert (MEMBER, "of a member") in [(each["created_by"], each["name"]) for each in listed]
    assert (await house.client(MEMBER).get("/tokens")).status_code == 403
    assert (await house.client(MEMBER).delete(f"/tokens/{made['id']}")).status_code == 403
    assert (await boss.delete(f"/tokens/{made['id']}")).status_code == 204
    assert (await house.client(token=made["token"]).get("/me")).status_code == 401


async def test_what_is_done_with_tokens_is_written_down_without_the_token(house: ServeHouse) -> None:
    made = await make(house.client(MEMBER), scopes=["read"], name="watched")
    await house.client(MEMBER).delete(f"/me/tokens/{made['id']}")
    added, revoked = (await events(house))[-2:]
    assert (added["act"], added["actor_name"], added["target_name"]) == ("token.add", MEMBER, "watched")
    assert added["after"]["scopes"] == ["read"]
    assert (revoked["act"], revoked["target_id"]) == ("token.revoke", made["id"])
    assert made["token"] not in repr([added, revoked])
