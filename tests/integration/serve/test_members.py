"""Who belongs to the organisation, giving and taking roles, and why somebody may do something."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from serve_house import ADMIN, PASSWORD, READER, ServeHouse
from testflux.access import tokens as token_rules
from testflux.model.access import EVERYBODY, Role
from testflux.store import members, queries

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGER, SECOND = "manager@example.org", "second@example.org"
PROVIDER = """
insert into identity_provider (org_id, kind, name, config, group_roles)
values (%(org_id)s, 'oidc', 'Corporate', '{}', '[{"group": "qa", "role": "member", "project_id": null}]')
returning provider_id
"""
GIVEN = "insert into role_grant (org_id, user_id, role, provider_id) values (%(org_id)s, %(user_id)s, %(role)s, %(by)s)"


async def join(house: ServeHouse, email: str, role: str = Role.VIEWER) -> str:
    """Let somebody new belong to the organisation, and return their id."""
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, email, role)
    return str(house.ids[email])


async def add_project(client: httpx.AsyncClient, slug: str) -> None:
    response = await client.post("/projects", json={"slug": slug, "name": slug.title()})
    assert response.status_code in {201, 409}, response.text


def roles_of(member: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(given["role"], given["project"] and given["project"]["slug"]) for given in member["roles"]]


async def notes(house: ServeHouse, act: str, target_id: str) -> list[dict[str, Any]]:
    """Return what the audit log says of an act on somebody, oldest first."""
    query = """
        select actor_name, project_id, before, after from audit_event
        where act = %(act)s and target_id = %(target_id)s and day >= '2026-01-01' order by number
    """
    async with house.rooms.database.read(EVERYBODY) as reader:
        return await reader.all(query, act=act, target_id=target_id)


async def test_the_list_says_who_they_are_and_how_they_sign_in(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    items = (await admin.get("/members")).json()["items"]
    mine = next(item for item in items if item["email"] == ADMIN)
    assert roles_of(mine) == [("owner", None)]
    assert mine["roles"][0]["name"] == "Owner"
    assert mine["roles"][0]["given_by"] is None
    assert (mine["has_password"], mine["providers"], mine["has_second_factor"]) == (True, [], False)
    assert mine["may_change"] is False, "one's own membership is another's to end"
    one = (await admin.get(f"/members/{house.ids[ADMIN]}")).json()
    assert one == mine


async def test_the_list_goes_page_by_page(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    for number in range(3):
        await join(house, f"page{number}@example.org")
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get("/members", params=query)).json()
        seen += [item["email"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert {ADMIN, READER, "page0@example.org", "page2@example.org"} <= set(seen)


@pytest.mark.parametrize(
    ("q", "found"), [("FINDME@", ["findme@example.org"]), ("no such person", []), ("100%_", []), ("\0", None)]
)
async def test_search(house: ServeHouse, admin: httpx.AsyncClient, q: str, found: list[str] | None) -> None:
    if "findme@example.org" not in house.ids:
        await join(house, "findme@example.org")
    response = await admin.get("/members", params={"q": q})
    assert response.status_code == 200
    emails = [item["email"] for item in response.json()["items"]]
    assert emails == found if found is not None else ADMIN in emails


@pytest.mark.parametrize("member_id", ["0", "999999", "x", "1-1", "9" * 30, "²"])
async def test_somebody_who_is_not_there(admin: httpx.AsyncClient, member_id: str) -> None:
    grant = {"role": "viewer"}
    for response in (
        await admin.get(f"/members/{member_id}"),
        await admin.get(f"/members/{member_id}/why?permission=self"),
        await admin.patch(f"/members/{member_id}", json={"is_disabled": True}),
        await admin.delete(f"/members/{member_id}"),
        await admin.post(f"/members/{member_id}/grants", json=grant),
        await admin.delete(f"/members/{member_id}/grants/viewer"),
    ):
        assert response.status_code == 404


async def test_a_role_is_given_and_taken_and_works_at_once(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    member_id = await join(house, "worker@example.org")
    own = house.client("worker@example.org")
    await add_project(admin, "given")
    send = "/projects/given/uploads?filename=x.xml"
    assert (await own.post(send, content=b"<x/>")).status_code == 403
    given = await admin.post(f"/members/{member_id}/grants", json={"role": "member", "project": "given"})
    assert given.status_code == 201, given.text
    assert roles_of(given.json()) == [("viewer", None), ("member", "given")]
    assert given.json()["roles"][1]["given_by"] == "owner"
    assert (await own.post(send, content=b"<x/>")).status_code == 202
    again = await admin.post(f"/members/{member_id}/grants", json={"role": "member", "project": "given"})
    assert roles_of(again.json()) == roles_of(given.json())
    taken = await admin.delete(f"/members/{member_id}/grants/member?project=given")
    assert roles_of(taken.json()) == [("viewer", None)]
    assert (await own.post(send, content=b"<x/>")).status_code == 403
    assert (await admin.delete(f"/members/{member_id}/grants/member?project=given")).status_code == 404
    (_, added) = await notes(house, "grant.add", member_id)
    (removed,) = await notes(house, "grant.remove", member_id)
    assert (added["after"], removed["before"]) == ({"role": "member"}, {"role": "member"})
    assert added["actor_name"] == ADMIN
    assert added["project_id"] == removed["project_id"] is not None


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"role": "king"}, 422, "role"),
        ({"role": "viewer", "project": "no-such-project"}, 404, None),
        ({"role": "Owner!"}, 422, "role"),
        ({}, 422, "role"),
    ],
)
async def test_a_role_that_cannot_be_given(
    house: ServeHouse, admin: httpx.AsyncClient, body: dict[str, str], status: int, field: str | None
) -> None:
    response = await admin.post(f"/members/{house.ids[READER]}/grants", json=body)
    assert response.status_code == status
    assert [item["field"] for item in response.json()["errors"]] == ([field] if field else [])


async def test_nobody_gives_or_takes_more_than_they_have(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await join(house, MANAGER, Role.ADMIN)
    other = await join(house, "other@example.org")
    await add_project(admin, "place")
    manager = house.client(MANAGER)
    owner = f"/members/{house.ids[ADMIN]}"
    refused = [
        await manager.post(f"/members/{other}/grants", json={"role": "owner"}),
        await manager.post(f"/members/{other}/grants", json={"role": "auditor"}),
        await manager.post(f"/members/{house.ids[MANAGER]}/grants", json={"role": "owner"}),
        await manager.delete(f"{owner}/grants/owner"),
        await manager.patch(owner, json={"is_disabled": True}),
        await manager.delete(owner),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "outranked")] * 6
    seen = (await manager.get(owner)).json()
    assert (seen["may_change"], seen["roles"][0]["may_take"]) == (False, False)
    assert (await manager.post(f"/members/{other}/grants", json={"role": "admin"})).status_code == 201
    in_project = await manager.post(f"/members/{other}/grants", json={"role": "owner", "project": "place"})
    assert in_project.status_code == 201, "in a project an owner may no more than an admin"
    assert roles_of((await admin.get(owner)).json()) == [("owner", None)]


async def test_a_token_gives_no_more_than_its_scopes(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("member.manage", "read"))
    path = f"/members/{house.ids[READER]}/grants"
    assert (await client.post(path, json={"role": "viewer"})).status_code == 201
    refused = await client.post(path, json={"role": "member"})
    assert (refused.status_code, refused.json()["code"]) == (403, "outranked")


async def test_what_a_provider_gave_only_it_takes(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    member_id = await join(house, "corporate@example.org")
    async with house.rooms.database.write(EVERYBODY) as writer:
        by = (await writer.one(PROVIDER, org_id=house.org_id))["provider_id"]
        await writer.run(GIVEN, org_id=house.org_id, user_id=int(member_id), role="member", by=by)
    member = (await admin.get(f"/members/{member_id}")).json()
    given = next(given for given in member["roles"] if given["role"] == "member")
    assert (given["provider"], given["groups"], given["may_take"]) == ("Corporate", ["qa"], False)
    refused = await admin.delete(f"/members/{member_id}/grants/member")
    assert (refused.status_code, refused.json()["code"]) == (409, "given-by-provider")
    assert "Corporate" in refused.json()["detail"]
    why = (await admin.get(f"/members/{member_id}/why?permission=upload.create")).json()
    assert [(role["provider"], role["groups"]) for role in why["because"]] == [("Corporate", ["qa"])]


async def test_an_ended_membership_ends_everything_at_once_and_is_resumed(
    house: ServeHouse, admin: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    member_id = await join(house, "leaver@example.org", Role.MEMBER)
    own = house.client("leaver@example.org")
    by_token = house.client(token=await house.api_token("read", email="leaver@example.org"))
    assert [(await client.get("/projects")).status_code for client in (own, by_token)] == [200, 200]
    ended = await admin.patch(f"/members/{member_id}", json={"is_disabled": True})
    assert (ended.json()["is_disabled"], roles_of(ended.json())) == (True, [("member", None)])
    assert [(await client.get("/projects")).status_code for client in (own, by_token)] == [401, 401]
    credentials = {"email": "leaver@example.org", "password": PASSWORD}
    assert (await nobody.post("/auth/login", json=credentials)).status_code == 401
    await admin.patch(f"/members/{member_id}", json={"is_disabled": True})
    resumed = await admin.patch(f"/members/{member_id}", json={"is_disabled": False})
    assert resumed.json()["is_disabled"] is False
    assert (await nobody.post("/auth/login", json=credentials)).status_code == 200
    assert (await by_token.get("/projects")).status_code == 200
    said = [note["after"] for note in await notes(house, "member.change", member_id)]
    assert said == [{"is_disabled": True}, {"is_disabled": False}], "ending it twice is once"


async def test_who_is_removed_loses_roles_and_personal_tokens(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    member_id = await join(house, "gone@example.org", Role.ADMIN)
    own, token = house.client("gone@example.org"), await house.api_token("read", email="gone@example.org")
    assert (await admin.delete(f"/members/{member_id}")).status_code == 204
    assert (await own.get("/projects")).status_code == 401
    assert (await admin.get(f"/members/{member_id}")).status_code == 404
    async with house.rooms.database.write(EVERYBODY) as writer:
        await members.add_member(writer, house.org_id, int(member_id), "gone@example.org")
        await members.add_grant(writer, house.org_id, int(member_id), Role.VIEWER)
    assert roles_of((await admin.get(f"/members/{member_id}")).json()) == [("viewer", None)], "nothing came back"
    assert (await house.client(token=token).get("/projects")).status_code == 401
    (removed,) = await notes(house, "member.remove", member_id)
    assert removed["before"] == {"roles": [{"role": "admin", "project": None}]}


async def test_nobody_ends_their_own_membership(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    path = f"/members/{house.ids[ADMIN]}"
    for response in (await admin.patch(path, json={"is_disabled": True}), await admin.delete(path)):
        assert (response.status_code, response.json()["code"]) == (409, "own-membership")


async def test_the_last_owner_stays_one(fresh: ServeHouse) -> None:
    admin = fresh.client()
    await join(fresh, SECOND, Role.OWNER)
    second = fresh.client(SECOND)
    path = f"/members/{fresh.ids[ADMIN]}"
    assert (await second.delete(f"{path}/grants/owner")).status_code == 200
    own = f"/members/{fresh.ids[SECOND]}/grants/owner"
    refused = await second.delete(own)
    assert (refused.status_code, refused.json()["code"]) == (409, "last-owner")
    assert (await second.post(f"{path}/grants", json={"role": "owner"})).status_code == 201
    assert (await admin.patch(f"/members/{fresh.ids[SECOND]}", json={"is_disabled": True})).status_code == 200
    assert (await admin.delete(f"{path}/grants/owner")).json()["code"] == "last-owner", "an ended one is none"


@pytest.mark.parametrize("act", ["take", "end", "remove"])
async def test_two_owners_do_not_undo_each_other_at_the_same_moment(fresh: ServeHouse, act: str) -> None:
    await join(fresh, SECOND, Role.OWNER)
    acts = []
    for by, to in ((ADMIN, SECOND), (SECOND, ADMIN)):
        client, path = fresh.client(by), f"/members/{fresh.ids[to]}"
        acts.append(
            {
                "take": lambda client=client, path=path: client.delete(f"{path}/grants/owner"),
                "end": lambda client=client, path=path: client.patch(path, json={"is_disabled": True}),
                "remove": lambda client=client, path=path: client.delete(path),
            }[act]()
        )
    answers = await asyncio.gather(*acts)
    assert sum(answer.is_success for answer in answers) == 1, [answer.text for answer in answers]
    async with fresh.rooms.database.read(EVERYBODY) as reader:
        count = await reader.one(queries.load("members")["count_owners"], org_id=fresh.org_id)
    assert count["count"] == 1


async def test_why_somebody_may(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    member_id = await join(house, "asked@example.org")
    await add_project(admin, "why")
    await admin.post(f"/members/{member_id}/grants", json={"role": "maintainer", "project": "why"})
    path = f"/members/{member_id}/why"

    async def ask(permission: str, project: str | None = None) -> dict[str, Any]:
        query = {"permission": permission} | ({"project": project} if project else {})
        response = await admin.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    here = await ask("run.delete", "why")
    assert here["is_allowed"] is True
    assert roles_of({"roles": here["because"]}) == [("maintainer", "why")]
    assert here["because"][0]["given_by"] == "owner"
    assert here["about"] == "Remove runs."
    everywhere = await ask("run.delete")
    assert (everywhere["is_allowed"], everywhere["because"]) == (False, [])
    assert everywhere["would_give"] == ["owner", "admin", "maintainer"]
    both = await ask("project.read", "why")
    assert roles_of({"roles": both["because"]}) == [("viewer", None), ("maintainer", "why")]
    assert (await ask("self"))["is_allowed"] is True
    operators = await ask("org.create")
    assert (operators["is_allowed"], operators["would_give"]) == (False, [])
    assert "No role gives this" in operators["notes"][0]
    assert (await admin.get(path, params={"permission": "no.such"})).status_code == 422
    assert (await admin.get(path, params={"permission": "self", "project": "nowhere"})).status_code == 404
    await admin.patch(f"/members/{member_id}", json={"is_disabled": True})
    ended = await ask("run.delete", "why")
    assert (ended["is_allowed"], len(ended["because"]), len(ended["notes"])) == (False, 1, 1)


async def test_why_the_operator_may(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    why = (await admin.get(f"/members/{house.ids[ADMIN]}/why?permission=org.create")).json()
    assert (why["is_allowed"], why["because"]) == (True, [])


async def test_why_agrees_with_what_the_person_may_do(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    member_id = await join(house, "compared@example.org", Role.MEMBER)
    await add_project(admin, "compared")
    await admin.post(f"/members/{member_id}/grants", json={"role": "maintainer", "project": "compared"})
    me = (await house.client("compared@example.org").get("/me")).json()
    for about in (await admin.get("/roles")).json()["catalogue"]:
        permission = about["key"]
        for project in (None, "compared"):
            query = {"permission": permission} | ({"project": project} if project else {})
            why = (await admin.get(f"/members/{member_id}/why", params=query)).json()
            may = permission in me["permissions"] or (project and permission in me["projects"][project])
            assert why["is_allowed"] is bool(may), (permission, project)


async def test_a_token_of_somebody_removed_stays_dead(house: ServeHouse) -> None:
    """Also one whose digest is known: the row is revoked, not only out of reach."""
    member_id = await join(house, "dead@example.org")
    token = await house.api_token("read", email="dead@example.org")
    await house.client().delete(f"/members/{member_id}")
    async with house.rooms.database.read(EVERYBODY) as reader:
        query = "select revoked_at from api_token where token_digest = %(digest)s"
        row = await reader.one(query, digest=token_rules.digest(token))
    assert row["revoked_at"] is not None
