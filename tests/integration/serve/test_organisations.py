from __future__ import annotations

import httpx
import pytest

from serve_house import ADMIN, READER, ServeHouse
from testflux.model.access import EVERYBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def add(client: httpx.AsyncClient, slug: str) -> dict[str, object]:
    answer = await client.post("/organisations", json={"slug": slug, "name": slug.title()})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read_acts(house: ServeHouse, organisation_id: object) -> list[str]:
    async with house.rooms.database.read(EVERYBODY) as reader:
        rows = await reader.all(
            "select act from audit_event where org_id = %(id)s order by number", id=int(str(organisation_id))
        )
    return [row["act"] for row in rows]


async def test_a_new_one_belongs_to_its_maker_and_is_empty(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "shop", "name": "Shop"})
    made = await add(admin, "acme")
    assert (made["member_count"], made["project_count"], made["is_password_allowed"]) == (1, 0, True)
    assert "acme" in {item["slug"] for item in (await admin.get("/organisations")).json()["items"]}
    assert await read_acts(house, made["id"]) == ["organisation.add"]
    again = await admin.post("/organisations", json={"slug": "acme", "name": "Other"})
    assert (again.status_code, again.json()["code"]) == (409, "slug-taken")


async def test_one_looks_at_another_and_comes_back(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "till", "name": "Till"})
    made = await add(admin, "beta")
    before = (await admin.get("/me")).json()
    assert {"slug": "beta", "name": "Beta", "id": made["id"]} in before["organisations"]
    home = before["organisation"]["slug"]

    there = await admin.post("/auth/switch", json={"organisation": "beta"})
    assert there.status_code == 200, there.text
    assert there.json()["organisation"]["slug"] == "beta"
    now = house.client(token=there.json()["access_token"])
    assert (await now.get("/me")).json()["organisation"]["slug"] == "beta"
    assert (await now.get("/projects")).json()["items"] == []
    assert (await now.get("/projects/till")).status_code == 404
    assert await read_acts(house, made["id"]) == ["organisation.add", "organisation.switch"]

    assert (await now.post("/auth/switch", json={"organisation": home})).status_code == 200
    assert (await admin.get("/projects/till")).status_code == 200


async def test_nobody_looks_where_they_do_not_belong(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await add(admin, "closed")
    reader = house.client(READER)
    answers = [await reader.post("/auth/switch", json={"organisation": slug}) for slug in ("closed", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["detail"].replace("closed", "nowhere") == answers[1].json()["detail"]
    assert (await reader.get("/me")).json()["organisation"]["slug"] == "default"


async def test_a_token_stays_where_it_was_made(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await add(admin, "gamma")
    client = house.client(token=await house.api_token("admin"))
    assert (await client.post("/auth/switch", json={"organisation": "gamma"})).status_code == 403
    assert [item["slug"] for item in (await client.get("/me")).json()["organisations"]] == ["default"]


async def test_what_an_organisation_asks_for_holds_on_this_way_too(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    made = await add(admin, "strict")
    async with house.rooms.database.write(EVERYBODY) as writer:
        values = {"org": int(str(made["id"])), "user": house.ids[READER]}
        await writer.run("update org set is_password_allowed = false where org_id = %(org)s", org=values["org"])
        await writer.run("insert into member (org_id, user_id) values (%(org)s, %(user)s)", **values)
    refused = await house.client(READER).post("/auth/switch", json={"organisation": "strict"})
    assert (refused.status_code, refused.json()["code"]) == (403, "sign-in-elsewhere")
    assert (await admin.post("/auth/switch", json={"organisation": "strict"})).status_code == 200  # its owner mends it
    assert (await admin.post("/auth/switch", json={"organisation": "default"})).status_code == 200


async def test_an_owner_changes_how_its_people_sign_in(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    before = (await admin.get("/organisation")).json()
    changed = await admin.patch("/organisation", json={"name": "The house"})
    assert changed.status_code == 200, changed.text
    assert changed.json() == before | {"name": "The house"}
    assert (await read_acts(house, before["id"]))[-1] == "organisation.change"
    assert (await admin.patch("/organisation", json={"name": ""})).status_code == 422
    assert (await house.client(READER).get("/organisation")).status_code == 403
    assert (await house.client(READER).get("/organisations")).status_code == 403


async def test_me_says_what_one_may_do(house: ServeHouse) -> None:
    owner = (await house.client(ADMIN).get("/me")).json()
    assert owner["is_operator"]
    assert {"org.edit", "org.create", "project.read"} <= set(owner["permissions"])
    assert owner["permissions"] == sorted(owner["permissions"])
    reader = (await house.client(READER).get("/me")).json()
    assert (reader["permissions"], reader["projects"], reader["is_operator"]) == (["project.read", "self"], {}, False)
