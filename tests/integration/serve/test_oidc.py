"""Signing in with OpenID Connect against a made provider on the loopback, and everything that may go wrong with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
import pytest_asyncio

import oidc_made
from oidc_made import Peer
from serve_house import ADMIN, READER, ServeHouse, open_serve_house
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.serve.issuers import Issuers
from testflux.store import domains

pytestmark = pytest.mark.asyncio(loop_scope="module")
PRIVATE = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with oidc_made.serve_peer() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServeHouse]:
    async with open_serve_house(module_database_url, tmp_path_factory.mktemp("h"), outgoing_private=PRIVATE) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(whole: ServeHouse) -> AsyncIterator[ServeHouse]:
    """The API with its two people; providers, and whoever came through them, are gone after each test."""
    whole.rooms = msgspec.structs.replace(whole.rooms, issuers=Issuers(whole.rooms.settings))
    whole.app.state["house"] = whole.rooms
    yield whole
    own = list(whole.ids.values())[:2]
    async with whole.rooms.database.write(EVERYBODY) as writer:
        await writer.run("update org set required_provider_id = null")
        for statement in (
            "delete from identity_provider",
            "delete from org_domain",
            "update member set disabled_at = null",
            "update sign_in set revoked_at = null",
            "delete from sign_in where not user_id = any(%(own)s)",
            "delete from role_grant where not user_id = any(%(own)s) or org_id > %(org)s",
            "delete from member where not user_id = any(%(own)s) or org_id > %(org)s",
            "delete from app_user where not user_id = any(%(own)s)",
            "delete from org where org_id > %(org)s",
        ):
            await writer.run(statement, own=own, org=whole.org_id)


def setup(peer: Peer, **changes: Any) -> dict[str, Any]:
    config = {"kind": "oidc", "issuer": peer.issuer, "client_id": oidc_made.CLIENT}
    roles = [{"group": "qa", "role": "member"}, {"group": "lead", "role": "maintainer"}]
    secret = oidc_made.CLIENT_SECRET
    return {"name": "Main", "config": config, "secret": secret, "group_roles": roles, "is_enabled": True, **changes}


async def add(house: ServeHouse, peer: Peer, **changes: Any) -> str:
    response = await house.client().post("/providers", json=setup(peer, **changes))
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def go(browser: httpx.AsyncClient, provider: str, **query: str) -> str:
    response = await browser.get(f"/auth/oidc/{provider}/start", params=query)
    assert response.status_code == 302, response.text
    return response.headers["location"]


async def come_back(browser: httpx.AsyncClient, provider: str, **query: str) -> httpx.Response:
    response = await browser.get(f"/auth/oidc/{provider}/callback", params=query)
    assert response.status_code == 302, response.text
    return response


def problem(response: httpx.Response) -> str:
    location = urlsplit(response.headers["location"])
    assert location.path == "/sign-in"
    assert "testflux_refresh" not in response.headers.get("set-cookie", "")
    return parse_qs(location.query)["problem"][0]


async def sign_in(house: ServeHouse, peer: Peer, provider: str, **said: Any) -> httpx.Response:
    browser = house.client(None)
    url = await go(browser, provider)
    return await come_back(browser, provider, **peer.grant(url, **{"email_verified": True, "groups": ["qa"], **said}))


async def signed_in(house: ServeHouse, response: httpx.Response) -> httpx.AsyncClient:
    """Do what the page does when it comes up: exchange the refresh cookie for an access token."""
    assert response.headers["location"] == "/", response.headers["location"]
    token = re.search(r"testflux_refresh=([^;]+)", response.headers["set-cookie"])
    assert token
    browser = house.client(None)
    grant = await browser.post("/auth/refresh", headers={"cookie": f"testflux_refresh={token[1]}"})
    assert grant.status_code == 200, grant.text
    browser.headers["authorization"] = f"Bearer {grant.json()['access_token']}"
    return browser


async def whoami(house: ServeHouse, response: httpx.Response) -> dict[str, Any]:
    me = await (await signed_in(house, response)).get("/me")
    assert me.status_code == 200, me.text
    return me.json()


async def list_acts(house: ServeHouse) -> list[dict[str, Any]]:
    """What the audit log says, newest first."""
    async with house.rooms.database.read(EVERYBODY) as reader:
        return await reader.all("select act, actor_name, is_refused from audit_event order by number desc")


async def test_somebody_new_signs_in_with_the_role_of_their_group(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    response = await sign_in(house, peer, provider, email="New@Example.org", name="Ana Lu")
    me = await whoami(house, response)
    assert (me["email"], me["name"], me["role"]) == ("new@example.org", "Ana Lu", "member")
    assert "httponly" in response.headers["set-cookie"].lower()
    assert "samesite=strict" in response.headers["set-cookie"].lower()
    form = peer.forms[-1]
    assert form["redirect_uri"] == f"http://127.0.0.1:8080/api/v1/auth/oidc/{provider}/callback"
    acts = await list_acts(house)
    assert [event["act"] for event in acts if event["actor_name"] == "new@example.org"] == [
        "sign_in.succeed",
        "grant.add",
        "member.add",
    ]


async def test_roles_follow_the_groups_at_each_sign_in(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    said = {"email": "a@example.org"}
    assert (await whoami(house, await sign_in(house, peer, provider, **said)))["role"] == "member"
    assert (await whoami(house, await sign_in(house, peer, provider, **said, groups=["lead"])))["role"] == "maintainer"
    assert problem(await sign_in(house, peer, provider, **said, groups=["other"])) == "no-role"
    people = (await house.client().get("/members")).json()["items"]
    assert next(person for person in people if person["email"] == "a@example.org")["roles"] == []


async def test_a_role_that_a_person_gave_stays(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    me = await whoami(house, await sign_in(house, peer, provider, email=READER, groups=["lead"]))
    assert me["role"] == "maintainer"
    me = await whoami(house, await sign_in(house, peer, provider, email=READER, groups=[]))
    assert me["role"] == "viewer"


async def test_groups_and_address_may_come_from_userinfo(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    peer.metadata = {"userinfo_endpoint": f"{peer.issuer}/userinfo"}
    peer.userinfo = {"sub": "s-1", "email": "b@example.org", "email_verified": True, "groups": ["lead"]}
    try:
        me = await whoami(house, await sign_in(house, peer, provider, email_verified=None, groups=None))
        assert (me["email"], me["role"]) == ("b@example.org", "maintainer")
        peer.userinfo = {**peer.userinfo, "sub": "somebody-else"}
        assert problem(await sign_in(house, peer, provider, groups=None)) == "provider-answer"
    finally:
        peer.metadata = {}


async def test_afterwards_one_is_where_one_wanted_to_go_but_never_elsewhere(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    places = {
        "/projects/web?tab=runs": "/projects/web?tab=runs",
        "https://evil.example/": "/",
        "//evil.example/": "/",
        "/\\evil.example/": "/",
        "/\t/evil.example/": "/",
        "\\\\evil.example": "/",
        "javascript:alert(1)": "/",
        "evil.example": "/",
        "": "/",
    }
    for wanted, reached in places.items():
        browser = house.client(None)
        url = await go(browser, provider, next=wanted)
        back = peer.grant(url, email="a@example.org", email_verified=True, groups=["qa"])
        response = await come_back(browser, provider, **back)
        assert response.headers["location"] == reached


async def test_a_way_back_is_good_once_and_for_one_browser(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    said = {"email": "a@example.org", "email_verified": True, "groups": ["qa"]}
    victim, attacker = house.client(None), house.client(None)
    back = peer.grant(await go(attacker, provider), **said)
    assert problem(await come_back(victim, provider, **back)) == "sign-in-over"
    await go(victim, provider)  # a browser that has begun a sign-in of its own does not take up another's either
    assert problem(await come_back(victim, provider, **back)) == "sign-in-over"
    cookies = dict(attacker.cookies)
    assert (await come_back(attacker, provider, **back)).headers["location"] == "/"
    attacker.cookies.update(cookies)
    assert problem(await come_back(attacker, provider, **back)) == "sign-in-over"


async def test_a_code_is_exchanged_with_the_verifier_of_its_own_sign_in(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    browser, other = house.client(None), house.client(None)
    stolen = peer.grant(await go(other, provider), email="a@example.org", email_verified=True, groups=["qa"])
    mine = parse_qs(urlsplit(await go(browser, provider)).query)["state"][0]
    assert problem(await come_back(browser, provider, state=mine, code=stolen["code"])) == "provider-answer"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"exp": 1},
        {"token": oidc_made.by_hand({"alg": "none"}, {"sub": "s-1"})},
        {"token": ""},
    ],
)
async def test_a_wrong_token_signs_nobody_in(house: ServeHouse, peer: Peer, wrong: dict[str, Any]) -> None:
    provider = await add(house, peer)
    assert problem(await sign_in(house, peer, provider, email="a@example.org", **wrong)) == "provider-answer"
    event = (await list_acts(house))[0]
    assert (event["act"], event["is_refused"]) == ("sign_in.fail", True)


async def test_what_the_provider_refuses(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    browser = house.client(None)
    state = parse_qs(urlsplit(await go(browser, provider)).query)["state"][0]
    assert problem(await come_back(browser, provider, state=state, error="access_denied")) == "provider-answer"


async def test_the_answer_of_one_provider_is_not_taken_for_anothers(house: ServeHouse, peer: Peer) -> None:
    mine, other = await add(house, peer), await add(house, peer, name="Other")
    said = {"email": "a@example.org", "email_verified": True, "groups": ["qa"]}
    browser = house.client(None)
    back = peer.grant(await go(browser, mine), **said)
    assert problem(await come_back(browser, other, **back)) == "sign-in-over"
    browser = house.client(None)
    back = peer.grant(await go(browser, mine), **said)
    assert problem(await come_back(browser, mine, **back, iss="https://evil.example")) == "provider-answer"
    peer.metadata = {"authorization_response_iss_parameter_supported": True}
    try:
        fresh = await add(house, peer, name="Third")
        await house.client().post(f"/providers/{fresh}/check")
        browser = house.client(None)
        back = peer.grant(await go(browser, fresh), **said)
        assert problem(await come_back(browser, fresh, **back)) == "provider-answer"
        browser = house.client(None)
        back = peer.grant(await go(browser, fresh), **said)
        assert (await come_back(browser, fresh, **back, iss=peer.issuer)).headers["location"] == "/"
    finally:
        peer.metadata = {}


async def test_a_provider_that_changes_its_keys(house: ServeHouse, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = await add(house, peer)
    said = {"email": "a@example.org", "email_verified": True, "groups": ["qa"]}
    await whoami(house, await sign_in(house, peer, provider, **said))
    count = peer.asked.count("/jwks")

    async def with_new_key() -> httpx.Response:
        browser = house.client(None)
        url = await go(browser, provider)
        nonce = parse_qs(urlsplit(url).query)["nonce"][0]
        token = oidc_made.sign(oidc_made.claims(peer.issuer, nonce=nonce, **said), oidc_made.OTHER_KEY, kid="two")
        return await come_back(browser, provider, **peer.grant(url, token=token))

    assert problem(await with_new_key()) == "provider-answer"
    assert problem(await with_new_key()) == "provider-answer"
    assert peer.asked.count("/jwks") == count  # asked a moment ago: nobody can make us ask again and again
    monkeypatch.setattr("testflux.serve.issuers._PAUSE_S", 0.0)
    peer.keys = [oidc_made.jwk(oidc_made.OTHER_KEY, "two")]
    try:
        await whoami(house, await with_new_key())
        assert peer.asked.count("/jwks") == count + 1
        assert problem(await sign_in(house, peer, provider, **said)) == "provider-answer"  # the old key is no more
    finally:
        peer.keys = [oidc_made.jwk(oidc_made.KEY)]


async def test_an_address_alone_takes_nobody_over(house: ServeHouse, peer: Peer) -> None:
    """The provider is one organisation's own: what it says of addresses ends at that organisation's members."""
    provider = await add(house, peer, default_role="viewer")
    assert problem(await sign_in(house, peer, provider, email=ADMIN, email_verified=False)) == "email-unverified"
    assert problem(await sign_in(house, peer, provider, email=ADMIN, email_verified="no")) == "email-unverified"
    assert (await whoami(house, await sign_in(house, peer, provider, email=ADMIN, sub="s-admin")))["email"] == ADMIN
    assert problem(await sign_in(house, peer, provider, email=ADMIN, sub="s-other")) == "identity-conflict"


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
    assert problem(await sign_in(house, peer, theirs, email=ADMIN)) == "not-invited"
    assert (await house.client().get(f"/providers/{theirs}")).status_code == 404
    assert (await house.client().delete(f"/providers/{theirs}")).status_code == 404
    async with house.rooms.database.write(EVERYBODY) as writer:
        # Even as a member of theirs: the sign-in is good there, and runs nothing of the installation.
        await writer.run(
            "insert into member (org_id, user_id) values (%(org)s, %(user)s)", org=other, user=house.ids[ADMIN]
        )
    me = await whoami(house, await sign_in(house, peer, theirs, email=ADMIN))
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
    assert problem(await sign_in(house, peer, theirs, email="new@example.org", sub="s-new")) == "not-invited"


async def test_a_proven_domain_says_who_is_added(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    async with house.rooms.database.write(EVERYBODY) as writer:
        await domains.add_domain(writer, house.org_id, "example.org", "t")
        await domains.save_verified(writer, house.org_id, "example.org", clock.now())
    assert (await whoami(house, await sign_in(house, peer, provider, email="a@example.org")))["role"] == "member"
    assert problem(await sign_in(house, peer, provider, email="a@else.example", sub="2")) == "not-invited"
    assert problem(await sign_in(house, peer, provider, email="a@sub.example.org", sub="3")) == "not-invited"


async def test_sign_ins_end_with_their_provider(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    browser = await signed_in(house, await sign_in(house, peer, provider, email="a@example.org"))
    assert (await browser.get("/me")).status_code == 200
    await house.client().patch(f"/providers/{provider}", json={"is_enabled": False})
    assert (await browser.get("/me")).status_code == 401
    gone = await house.client(None).get(f"/auth/oidc/{provider}/start")
    assert problem(gone) == "not-found"
    await house.client().patch(f"/providers/{provider}", json={"is_enabled": True})
    assert (await browser.get("/me")).status_code == 200
    assert (await house.client().delete(f"/providers/{provider}")).status_code == 204
    assert (await browser.get("/me")).status_code == 401


async def test_a_disabled_member_does_not_enter(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    await whoami(house, await sign_in(house, peer, provider, email=READER))
    await house.client().patch(f"/members/{house.ids[READER]}", json={"is_disabled": True})
    assert problem(await sign_in(house, peer, provider, email=READER)) == "account-disabled"


async def test_once_required_only_owners_come_another_way(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer, default_role="viewer")
    reader, owner = house.client(READER), house.client()
    require = {"provider": provider}
    refused = await owner.put("/organisation/required-provider", json=require)
    assert (refused.status_code, refused.json()["code"]) == (409, "provider-untested")
    result = await rehearse(house, peer, provider, email=ADMIN, email_verified=True, sub="s-admin")
    assert result["is_ok"]
    assert (await owner.put("/organisation/required-provider", json=require)).status_code == 200
    assert (await reader.get("/me")).status_code == 401
    assert (await owner.get("/me")).status_code == 200
    by_provider = await signed_in(house, await sign_in(house, peer, provider, email=READER, sub="s-reader"))
    assert (await by_provider.get("/me")).status_code == 200
    for act in (
        owner.delete(f"/providers/{provider}"),
        owner.patch(f"/providers/{provider}", json={"is_enabled": False}),
    ):
        kept = await act
        assert (kept.status_code, kept.json()["code"]) == (409, "provider-required")
    assert (await owner.put("/organisation/required-provider", json={"provider": None})).status_code == 200
    assert (await reader.get("/me")).status_code == 200


async def test_a_try_out_signs_nobody_in(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer, is_enabled=False)
    result = await rehearse(house, peer, provider, email="new@example.org", email_verified=True, groups=["lead", "x"])
    assert result["is_ok"]
    assert (result["account"], result["groups"]) == ("new", ["lead", "x"])
    assert result["roles"] == [{"role": "maintainer", "project": None}]
    assert result["claims"]["email"] == "new@example.org"
    assert len((await house.client().get("/members")).json()["items"]) == 2
    failed = await rehearse(house, peer, provider, email="new@example.org", groups=["x"])
    assert (failed["is_ok"], failed["code"]) == (False, "email-unverified")
    failed = await rehearse(house, peer, provider, aud="another")
    assert (failed["is_ok"], failed["code"]) == (False, "provider-answer")


async def test_a_try_out_is_its_own_persons_only(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, "second@example.org", "owner")
    token = await result_token(house, peer, provider, email="x@example.org", email_verified=True)
    assert (await house.client("second@example.org").get(f"/provider-tests/{token}")).status_code == 404
    assert (await house.client().get(f"/provider-tests/{token}")).status_code == 200


async def test_a_changed_set_up_has_to_be_tested_anew(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer, default_role="viewer")
    await rehearse(house, peer, provider, email=ADMIN, email_verified=True)

    async def tested(**change: Any) -> bool:
        changed = await house.client().patch(f"/providers/{provider}", json=change)
        assert changed.status_code == 200, changed.text
        return changed.json()["tested_at"] is not None

    assert await tested(name="Renamed")
    assert not await tested(secret="another secret")


async def result_token(house: ServeHouse, peer: Peer, provider: str, **said: Any) -> str:
    browser = house.client()
    url = (await browser.post(f"/providers/{provider}/test")).json()["url"]
    response = await come_back(browser, provider, **peer.grant(url, **said))
    place = urlsplit(response.headers["location"])
    assert place.path == f"/sign-in-providers/{provider}"
    assert "testflux_refresh" not in response.headers["set-cookie"]
    return parse_qs(place.query)["test"][0]


async def rehearse(house: ServeHouse, peer: Peer, provider: str, **said: Any) -> dict[str, Any]:
    token = await result_token(house, peer, provider, **said)
    return (await house.client().get(f"/provider-tests/{token}")).json()


async def test_the_word_of_a_provider_is_good_for_a_day(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    response = await sign_in(house, peer, provider, email="a@example.org")
    await whoami(house, response)
    async with house.rooms.database.write(EVERYBODY) as writer:
        await writer.run("update sign_in set created_at = created_at - interval '1 day' where provider_id is not null")
    token = re.search(r"testflux_refresh=([^;]+)", response.headers["set-cookie"])
    assert token
    again = await house.client(None).post("/auth/refresh", headers={"cookie": f"testflux_refresh={token[1]}"})
    assert again.status_code == 401


async def test_a_sign_in_stays_in_the_organisation_of_its_provider(house: ServeHouse, peer: Peer) -> None:
    provider = await add(house, peer)
    browser = await signed_in(house, await sign_in(house, peer, provider, email=ADMIN))
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
