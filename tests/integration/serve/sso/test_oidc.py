"""Everything that may go wrong between a browser, TestFlux and an OpenID Connect provider."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import oidc_flow
import oidc_made
from oidc_made import Peer
from serve_house import ADMIN, ServeHouse
from testflux.model.access import EVERYBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_afterwards_one_is_where_one_wanted_to_go_but_never_elsewhere(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
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
        url = await oidc_flow.go(browser, provider, next=wanted)
        back = peer.grant(url, email="a@example.org", email_verified=True, groups=["qa"])
        response = await oidc_flow.come_back(browser, provider, **back)
        assert response.headers["location"] == reached


async def test_a_way_back_is_good_once_and_for_one_browser(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    said = {"email": "a@example.org", "email_verified": True, "groups": ["qa"]}
    victim, attacker = house.client(None), house.client(None)
    back = peer.grant(await oidc_flow.go(attacker, provider), **said)
    assert oidc_flow.problem(await oidc_flow.come_back(victim, provider, **back)) == "sign-in-over"
    await oidc_flow.go(
        victim, provider
    )  # a browser that has begun a sign-in of its own does not take up another's either
    assert oidc_flow.problem(await oidc_flow.come_back(victim, provider, **back)) == "sign-in-over"
    cookies = dict(attacker.cookies)
    assert (await oidc_flow.come_back(attacker, provider, **back)).headers["location"] == "/"
    attacker.cookies.update(cookies)
    assert oidc_flow.problem(await oidc_flow.come_back(attacker, provider, **back)) == "sign-in-over"


async def test_a_code_is_exchanged_with_the_verifier_of_its_own_sign_in(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    browser, other = house.client(None), house.client(None)
    stolen = peer.grant(await oidc_flow.go(other, provider), email="a@example.org", email_verified=True, groups=["qa"])
    mine = parse_qs(urlsplit(await oidc_flow.go(browser, provider)).query)["state"][0]
    assert (
        oidc_flow.problem(await oidc_flow.come_back(browser, provider, state=mine, code=stolen["code"]))
        == "provider-answer"
    )


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
    provider = await oidc_flow.add(house, peer)
    assert (
        oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, email="a@example.org", **wrong))
        == "provider-answer"
    )
    event = (await oidc_flow.list_acts(house))[0]
    assert (event["act"], event["is_refused"]) == ("sign_in.fail", True)


async def test_what_the_provider_refuses(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    browser = house.client(None)
    state = parse_qs(urlsplit(await oidc_flow.go(browser, provider)).query)["state"][0]
    assert (
        oidc_flow.problem(await oidc_flow.come_back(browser, provider, state=state, error="access_denied"))
        == "provider-answer"
    )


async def test_the_answer_of_one_provider_is_not_taken_for_anothers(house: ServeHouse, peer: Peer) -> None:
    mine, other = await oidc_flow.add(house, peer), await oidc_flow.add(house, peer, name="Other")
    said = {"email": "a@example.org", "email_verified": True, "groups": ["qa"]}
    browser = house.client(None)
    back = peer.grant(await oidc_flow.go(browser, mine), **said)
    assert oidc_flow.problem(await oidc_flow.come_back(browser, other, **back)) == "sign-in-over"
    browser = house.client(None)
    back = peer.grant(await oidc_flow.go(browser, mine), **said)
    assert (
        oidc_flow.problem(await oidc_flow.come_back(browser, mine, **back, iss="https://evil.example"))
        == "provider-answer"
    )
    peer.metadata = {"authorization_response_iss_parameter_supported": True}
    try:
        fresh = await oidc_flow.add(house, peer, name="Third")
        await house.client().post(f"/providers/{fresh}/check")
        browser = house.client(None)
        back = peer.grant(await oidc_flow.go(browser, fresh), **said)
        assert oidc_flow.problem(await oidc_flow.come_back(browser, fresh, **back)) == "provider-answer"
        browser = house.client(None)
        back = peer.grant(await oidc_flow.go(browser, fresh), **said)
        assert (await oidc_flow.come_back(browser, fresh, **back, iss=peer.issuer)).headers["location"] == "/"
    finally:
        peer.metadata = {}


async def test_a_provider_that_changes_its_keys(house: ServeHouse, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = await oidc_flow.add(house, peer)
    said = {"email": "a@example.org", "email_verified": True, "groups": ["qa"]}
    await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider, **said))
    count = peer.asked.count("/jwks")

    async def with_new_key() -> httpx.Response:
        browser = house.client(None)
        url = await oidc_flow.go(browser, provider)
        nonce = parse_qs(urlsplit(url).query)["nonce"][0]
        token = oidc_made.sign(oidc_made.claims(peer.issuer, nonce=nonce, **said), oidc_made.OTHER_KEY, kid="two")
        return await oidc_flow.come_back(browser, provider, **peer.grant(url, token=token))

    assert oidc_flow.problem(await with_new_key()) == "provider-answer"
    assert oidc_flow.problem(await with_new_key()) == "provider-answer"
    assert peer.asked.count("/jwks") == count  # asked a moment ago: nobody can make us ask again and again
    monkeypatch.setattr("testflux.serve.issuers._PAUSE_S", 0.0)
    peer.keys = [oidc_made.jwk(oidc_made.OTHER_KEY, "two")]
    try:
        await oidc_flow.whoami(house, await with_new_key())
        assert peer.asked.count("/jwks") == count + 1
        assert (
            oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider, **said)) == "provider-answer"
        )  # the old key is no more
    finally:
        peer.keys = [oidc_made.jwk(oidc_made.KEY)]


async def test_a_try_out_signs_nobody_in(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer, is_enabled=False)
    result = await oidc_flow.rehearse(
        house, peer, provider, email="new@example.org", email_verified=True, groups=["lead", "x"]
    )
    assert result["is_ok"]
    assert (result["account"], result["groups"]) == ("new", ["lead", "x"])
    assert result["roles"] == [{"role": "maintainer", "project": None}]
    assert result["claims"]["email"] == "new@example.org"
    assert len((await house.client().get("/members")).json()["items"]) == 2
    failed = await oidc_flow.rehearse(house, peer, provider, email="new@example.org", groups=["x"])
    assert (failed["is_ok"], failed["code"]) == (False, "email-unverified")
    failed = await oidc_flow.rehearse(house, peer, provider, aud="another")
    assert (failed["is_ok"], failed["code"]) == (False, "provider-answer")


async def test_a_try_out_is_its_own_persons_only(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, "second@example.org", "owner")
    token = await oidc_flow.result_token(house, peer, provider, email="x@example.org", email_verified=True)
    assert (await house.client("second@example.org").get(f"/provider-tests/{token}")).status_code == 404
    assert (await house.client().get(f"/provider-tests/{token}")).status_code == 200


async def test_a_changed_set_up_has_to_be_tested_anew(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer, default_role="viewer")
    await oidc_flow.rehearse(house, peer, provider, email=ADMIN, email_verified=True)

    async def tested(**change: Any) -> bool:
        changed = await house.client().patch(f"/providers/{provider}", json=change)
        assert changed.status_code == 200, changed.text
        return changed.json()["tested_at"] is not None

    assert await tested(name="Renamed")
    assert not await tested(secret="another secret")
