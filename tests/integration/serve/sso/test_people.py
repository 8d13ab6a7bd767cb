"""Who comes in through a provider, as whom, with which roles, and for how long."""

from __future__ import annotations

import re

import pytest

import oidc_flow
from oidc_made import Peer
from serve_house import ADMIN, READER, ServeHouse
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.store import domains

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_somebody_new_signs_in_with_the_role_of_their_group(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    response = await oidc_flow.sign_in(house, peer, provider, email="New@Example.org", name="Ana Lu")
    me = await oidc_flow.whoami(house, response)
    assert (me["email"], me["name"], me["role"]) == ("new@example.org", "Ana Lu", "member")
    assert "httponly" in response.headers["set-cookie"].lower()
    assert "samesite=strict" in response.headers["set-cookie"].lower()
    form = peer.forms[-1]
    assert form["redirect_uri"] == f"http://127.0.0.1:8080/api/v1/auth/oidc/{provider}/callback"
    acts = await oidc_flow.list_acts(house)
    assert [event["act"] for event in acts if event["actor_name"] == "new@example.org"] == [
        "sign_in.succeed",
        "grant.add",
        "member.add",
    ]


async def test_roles_follow_the_groups_at_each_sign_in(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    said = {"email": "a@example.org"}
    assert (await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, **said)))["role"] == "member"
    assert (await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, **said, groups=["lead"])))[
        "role"
    ] == "maintainer"
    assert oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, **said, groups=["other"])) == "no-role"
    people = (await house.client().get("/members")).json()["items"]
    assert next(person for person in people if person["email"] == "a@example.org")["roles"] == []


async def test_a_role_that_a_person_gave_stays(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    me = await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, email=READER, groups=["lead"]))
    assert me["role"] == "maintainer"
    me = await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, email=READER, groups=[]))
    assert me["role"] == "viewer"


async def test_groups_and_address_may_come_from_userinfo(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    peer.metadata = {"userinfo_endpoint": f"{peer.issuer}/userinfo"}
    peer.userinfo = {"sub": "s-1", "email": "b@example.org", "email_verified": True, "groups": ["lead"]}
    try:
        me = await oidc_flow.whoami(
            house, await oidc_flow.sign_in(house, peer, provider, email_verified=None, groups=None)
        )
        assert (me["email"], me["role"]) == ("b@example.org", "maintainer")
        peer.userinfo = {**peer.userinfo, "sub": "somebody-else"}
        assert oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, groups=None)) == "provider-answer"
    finally:
        peer.metadata = {}


async def test_an_address_alone_takes_nobody_over(house: ServeHouse, peer: Peer) -> None:
    """The provider is one organisation's own: what it says of addresses ends at that organisation's members."""
    provider = await oidc_flow.add(house, peer, default_role="viewer")
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email=ADMIN, email_verified=False))
        == "email-unverified"
    )
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email=ADMIN, email_verified="no"))
        == "email-unverified"
    )
    assert (await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, email=ADMIN, sub="s-admin")))[
        "email"
    ] == ADMIN
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email=ADMIN, sub="s-other"))
        == "identity-conflict"
    )


async def test_no_organisation_reaches_another_ones_people(house: ServeHouse, peer: Peer) -> None:
    async with house.rooms.database.write(EVERYBODY) as writer:
        row = await writer.one("insert into org (slug, name) values ('b', 'B') returning org_id")
        other = row["org_id"]
        await writer.run(
            "insert into identity_provider (org_id, kind, name, config, default_role) "
            "select %(org)s, 'oidc', 'B', %(config)s::jsonb, 'owner'",
            org=other,
            config=f'{{"kind": "oidc", "issuer": "{peer.issuer}", "client_id": "testflux"}}',
        )
        found = await writer.one("select provider_id from identity_provider where org_id = %(org)s", org=other)
    theirs = str(found["provider_id"])
    assert oidc_flow.problem(await oidc_flow.sign_in(house, peer, theirs, email=ADMIN)) == "not-invited"
    assert (await house.client().get(f"/providers/{theirs}")).status_code == 404
    assert (await house.client().delete(f"/providers/{theirs}")).status_code == 404
    async with house.rooms.database.write(EVERYBODY) as writer:
        # Even as a member of theirs: the sign-in is good there, and runs nothing of the installation.
        await writer.run(
            "insert into member (org_id, user_id) values (%(org)s, %(user)s)", org=other, user=house.ids[ADMIN]
        )
    me = await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, theirs, email=ADMIN))
    assert me["organisation"]["slug"] == "b"
    assert "org.create" not in me["permissions"]
    async with house.rooms.database.write(EVERYBODY) as writer:
        await writer.run(
            "update sign_in set org_id = %(org)s where provider_id = %(provider)s",
            org=house.org_id,
            provider=int(theirs),
        )
        await domains.add_domain(writer, house.org_id, "example.org", "t")
        await domains.save_verified(writer, house.org_id, "example.org", clock.now())
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, theirs, email="new@example.org", sub="s-new"))
        == "not-invited"
    )


async def test_a_proven_domain_says_who_is_added(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    async with house.rooms.database.write(EVERYBODY) as writer:
        await domains.add_domain(writer, house.org_id, "example.org", "t")
        await domains.save_verified(writer, house.org_id, "example.org", clock.now())
    assert (await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, email="a@example.org")))[
        "role"
    ] == "member"
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email="a@else.example", sub="2"))
        == "not-invited"
    )
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email="a@sub.example.org", sub="3"))
        == "not-invited"
    )


async def test_sign_ins_end_with_their_provider(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    browser = await oidc_flow.signed_in(house, await oidc_flow.sign_in(house, peer, provider, email="a@example.org"))
    assert (await browser.get("/me")).status_code == 200
    await house.client().patch(f"/providers/{provider}", json={"is_enabled": False})
    assert (await browser.get("/me")).status_code == 401
    gone = await house.client(None).get(f"/auth/oidc/{provider}/start")
    assert oidc_flow.problem(gone) == "not-found"
    await house.client().patch(f"/providers/{provider}", json={"is_enabled": True})
    assert (await browser.get("/me")).status_code == 200
    assert (await house.client().delete(f"/providers/{provider}")).status_code == 204
    assert (await browser.get("/me")).status_code == 401


async def test_a_disabled_member_does_not_enter(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, email=READER))
    await house.client().patch(f"/members/{house.ids[READER]}", json={"is_disabled": True})
    assert oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email=READER)) == "account-disabled"


async def test_once_required_only_owners_come_another_way(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer, default_role="viewer")
    reader, owner = house.client(READER), house.client()
    require = {"provider": provider}
    refused = await owner.put("/organisation/required-provider", json=require)
    assert (refused.status_code, refused.json()["code"]) == (409, "provider-untested")
    result = await oidc_flow.rehearse(house, peer, provider, email=ADMIN, email_verified=True, sub="s-admin")
    assert result["is_ok"]
    assert (await owner.put("/organisation/required-provider", json=require)).status_code == 200
    assert (await reader.get("/me")).status_code == 401
    assert (await owner.get("/me")).status_code == 200
    by_provider = await oidc_flow.signed_in(
        house, await oidc_flow.sign_in(house, peer, provider, email=READER, sub="s-reader")
    )
    assert (await by_provider.get("/me")).status_code == 200
    for act in (
        owner.delete(f"/providers/{provider}"),
        owner.patch(f"/providers/{provider}", json={"is_enabled": False}),
    ):
        kept = await act
        assert (kept.status_code, kept.json()["code"]) == (409, "provider-required")
    assert (await owner.put("/organisation/required-provider", json={"provider": None})).status_code == 200
    assert (await reader.get("/me")).status_code == 200


async def test_the_word_of_a_provider_is_good_for_a_day(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    response = await oidc_flow.sign_in(house, peer, provider, email="a@example.org")
    await oidc_flow.whoami(house, response)
    async with house.rooms.database.write(EVERYBODY) as writer:
        await writer.run("update sign_in set created_at = created_at - interval '1 day' where provider_id is not null")
    token = re.search(r"testflux_refresh=([^;]+)", response.headers["set-cookie"])
    assert token
    again = await house.client(None).post("/auth/refresh", headers={"cookie": f"testflux_refresh={token[1]}"})
    assert again.status_code == 401


async def test_a_sign_in_stays_in_the_organisation_of_its_provider(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    browser = await oidc_flow.signed_in(house, await oidc_flow.sign_in(house, peer, provider, email=ADMIN))
    async with house.rooms.database.write(EVERYBODY) as writer:
        other = (await writer.one("insert into org (slug, name) values ('c', 'C') returning org_id"))["org_id"]
        await writer.run(
            "insert into member (org_id, user_id) values (%(org)s, %(user)s)", org=other, user=house.ids[ADMIN]
        )
    refused = await browser.post("/auth/switch", json={"organisation": "c"})
    assert (refused.status_code, refused.json()["code"]) == (403, "sign-in-elsewhere")
    by_password = await house.client().post("/auth/switch", json={"organisation": "c"})
    assert by_password.status_code == 200
    async with house.rooms.database.write(EVERYBODY) as writer:
        # And were it there by any other way, it would be nobody there.
        await writer.run("update sign_in set org_id = %(org)s where provider_id is not null", org=other)
        await writer.run("update sign_in set org_id = %(org)s where provider_id is null", org=house.org_id)
    assert (await browser.get("/me")).status_code == 401
