"""Setting providers and mail domains up, and what the sign-in page is told of them."""

from __future__ import annotations

import pytest

import oidc_flow
import oidc_made
from oidc_made import Peer
from serve_house import ADMIN, READER, ServeHouse
from testflux.model.access import EVERYBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_secret_is_kept_sealed_and_never_answered(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    answers = [await house.client().get(path) for path in ("/providers", f"/providers/{provider}")]
    assert answers[1].json()["has_secret"]
    async with house.rooms.database.read(EVERYBODY) as reader:
        row = await reader.one("select secret from identity_provider where provider_id = %(id)s", id=int(provider))
        said = await reader.all("select before::text, after::text from audit_event where act like 'provider.%%'")
    everything = "".join(answer.text for answer in answers) + str(said)
    assert said
    assert oidc_made.CLIENT_SECRET not in everything
    assert oidc_made.CLIENT_SECRET.encode() not in row["secret"]


async def test_only_owners_set_providers_up(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    for path in ("/providers", f"/providers/{provider}", "/domains"):
        assert (await house.client(READER).get(path)).status_code == 403
        assert (await house.client(None).get(path)).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"default_role": "emperor"},
        {"group_roles": [{"group": "qa", "role": "emperor"}]},
        {"group_roles": [{"group": "qa", "role": "viewer", "project": "nowhere"}]},
        {"config": {"kind": "oidc", "issuer": "http://login.example.org", "client_id": "c"}},
        {"config": {"kind": "oidc", "issuer": "javascript:alert(1)", "client_id": "c"}},
        {"config": {"kind": "github", "url": "file:///etc/passwd", "client_id": "c"}},
        {"config": {"kind": "microsoft", "tenant": "common", "client_id": "c"}},
    ],
)
async def test_what_cannot_be_set_up(house: ServeHouse, peer: Peer, changes: dict[str, object]) -> None:
    response = await house.client().post("/providers", json=oidc_flow.setup(peer, **changes))
    assert response.status_code == 422, response.text


async def test_a_check_says_which_step_failed(house: ServeHouse, peer: Peer) -> None:
    provider = await oidc_flow.add(house, peer)
    check = (await house.client().post(f"/providers/{provider}/check")).json()
    assert (check["is_ok"], [step["name"] for step in check["steps"]][-1]) == (True, "Signing keys")
    peer.keys = []
    try:
        check = (await house.client().post(f"/providers/{provider}/check")).json()
        assert (check["is_ok"], check["steps"][-1]["is_ok"]) == (False, False)
        peer.metadata = {"issuer": "https://evil.example"}
        check = (await house.client().post(f"/providers/{provider}/check")).json()
        assert (check["is_ok"], check["steps"][-1]["name"]) == (False, "Discovery document")
    finally:
        peer.keys, peer.metadata = [oidc_made.jwk(oidc_made.KEY)], {}


async def test_a_domain_is_proven_by_its_dns(house: ServeHouse, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    await oidc_flow.add(house, peer)
    owner, nobody = house.client(), house.client(None)
    entry = (await owner.post("/domains", json={"domain": "example.org"})).json()
    records: dict[str, list[str]] = {}

    async def look_up(name: str) -> list[str]:
        return records.get(name, [])

    monkeypatch.setattr("testflux.kit.txt.look_up", look_up)
    for there in ([], ["v=spf1 -all"], [entry["value"] + "x"]):
        records["_testflux.example.org"] = there
        refused = await owner.post("/domains/example.org/verify")
        assert (refused.status_code, refused.json()["code"]) == (409, "domain-unproven")
    asked = {"email": "whoever@example.org"}
    assert (await nobody.get("/auth/providers", params=asked)).json()["items"] == []
    records[entry["record"]] = ["v=spf1 -all", entry["value"]]
    assert (await owner.post("/domains/example.org/verify")).json()["verified_at"] is not None
    known, unknown = [
        (await nobody.get("/auth/providers", params={"email": email})).text
        for email in ("whoever@example.org", "nobody-of-that-name@example.org")
    ]
    assert known == unknown
    assert "Main" in known
    assert (await owner.delete("/domains/example.org")).status_code == 204


@pytest.mark.parametrize("domain", ["example", "Example.org", "*.org", "a@example.org", "-a.org", "10.0.0.1", "a..org"])
async def test_what_is_no_domain(house: ServeHouse, domain: str) -> None:
    assert (await house.client().post("/domains", json={"domain": domain})).status_code == 422


async def test_signing_in_with_github(house: ServeHouse, peer: Peer) -> None:
    config = {"kind": "github", "client_id": "c", "url": peer.issuer, "organisations": ["acme"]}
    roles = [{"group": "acme/qa", "role": "maintainer"}]
    provider = await oidc_flow.add(house, peer, config=config, group_roles=roles)
    team = {"slug": "qa", "organization": {"login": "acme"}}
    peer.api = {
        "/api/v3/user": {"id": 7, "login": "ana", "name": "Ana Lu"},
        "/api/v3/user/emails": [{"email": "ana@example.org", "primary": True, "verified": True}],
        "/api/v3/user/orgs": [{"login": "acme"}],
        "/api/v3/user/teams": [team],
    }
    me = await oidc_flow.whoami(house, await oidc_flow.sign_in(house, peer, provider))
    assert (me["email"], me["role"]) == ("ana@example.org", "maintainer")
    peer.api["/api/v3/user/emails"] = [{"email": ADMIN, "primary": True, "verified": False}]
    peer.api["/api/v3/user"] = {"id": 8, "login": "eve"}
    assert oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider)) == "email-unverified"
    peer.api["/api/v3/user/orgs"] = []
    assert oidc_flow.problem(await oidc_flow.sign_in(house, peer, provider)) == "wrong-account"
