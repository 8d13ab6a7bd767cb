"""Invitations: by mail or by hand, accepted once, and never worth more than who sent them may give."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from receivers import MailReceiver
from serve_house import ADMIN, PASSWORD, READER, ServeHouse, open_serve_house
from testflux.access import tokens
from testflux.kit import clock
from testflux.model.access import EVERYBODY, Role
from testflux.serve import invitations

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD = "four unlikely words quilted"
MANAGER = "manager@example.org"


async def invite(client: httpx.AsyncClient, email: str, role: str = "viewer", **more: Any) -> dict[str, Any]:
    response = await client.post("/invitations", json={"email": email, "role": role, **more})
    assert response.status_code == 201, response.text
    return response.json()


def token_of(sent: dict[str, Any]) -> str:
    url, _, token = sent["link"].partition("#")
    assert url.endswith("/join")
    return token


async def accept(client: httpx.AsyncClient, token: str, name: str = "Newcomer", password: str = GOOD) -> httpx.Response:
    return await client.post("/auth/join", json={"token": token, "name": name, "password": password})


async def add_manager(house: ServeHouse, email: str = MANAGER) -> httpx.AsyncClient:
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, email, Role.ADMIN)
    return house.client(email)


async def run(house: ServeHouse, statement: str, **values: Any) -> None:
    async with house.rooms.database.write(EVERYBODY) as writer:
        await writer.run(statement, **values)


async def test_somebody_new_accepts_and_signs_in(admin: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "shop", "name": "Web shop"})
    sent = await invite(admin, "New@Example.org", "maintainer", project="shop")
    assert (sent["email"], sent["role_name"], sent["project"]["slug"]) == ("new@example.org", "Maintainer", "shop")
    assert (sent["invited_by"], sent["mail_error"]) == ("owner", "")
    token = token_of(sent)
    opened = (await nobody.post("/auth/invitation", json={"token": token})).json()
    assert (opened["email"], opened["role_name"], opened["project"]) == ("new@example.org", "Maintainer", "Web shop")
    assert (opened["has_account"], opened["needs_provider"], opened["invited_by"]) == (False, False, "owner")
    joined = await accept(nobody, token)
    assert joined.status_code == 200, joined.text
    login = await nobody.post("/auth/login", json={"email": "new@example.org", "password": GOOD})
    assert login.status_code == 200
    me = await nobody.get("/me", headers={"Authorization": f"Bearer {login.json()['access_token']}"})
    assert me.json()["name"] == "Newcomer"
    assert list(me.json()["projects"]) == ["shop"]
    member = (await admin.get("/members", params={"q": "new@"})).json()["items"][0]
    assert [(role["role"], role["given_by"]) for role in member["roles"]] == [("maintainer", "owner")]
    assert all(item["email"] != "new@example.org" for item in (await admin.get("/invitations")).json()["items"])


async def test_a_link_is_good_once(admin: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    token = token_of(await invite(admin, "once@example.org"))
    answers = await asyncio.gather(*(accept(nobody, token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    again = await accept(nobody, token)
    assert (again.status_code, again.json()["code"]) == (404, "invitation-ended")
    assert (await nobody.post("/auth/invitation", json={"token": token})).status_code == 404


async def test_the_token_is_kept_as_a_digest_only(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    sent = await invite(admin, "digest@example.org")
    token = token_of(sent)
    async with house.rooms.database.read(EVERYBODY) as reader:
        row = await reader.one("select * from invitation where email = 'digest@example.org'")
        events = await reader.all("select before, after from audit_event where day >= '2026-01-01'")
    assert row["token_digest"] == tokens.digest(token)
    assert token not in f"{row} {events}"
    assert (row["expires_at"] - row["created_at"]).days in {6, 7}
    assert token not in (await admin.get("/invitations")).text


async def test_a_link_ends_after_seven_days_and_is_sent_again(
    house: ServeHouse, admin: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    sent = await invite(admin, "late@example.org")
    past = clock.now() - timedelta(seconds=1)
    await run(house, "update invitation set expires_at = %(past)s where email = 'late@example.org'", past=past)
    assert (await accept(nobody, token_of(sent))).status_code == 404
    again = (await admin.post(f"/invitations/{sent['id']}/resend")).json()
    assert again["expires_at"] > sent["created_at"]
    assert (await accept(nobody, token_of(sent))).status_code == 404, "the first link leads nowhere"
    assert (await accept(nobody, token_of(again))).status_code == 200


async def test_a_revoked_link_leads_nowhere(admin: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    sent = await invite(admin, "revoked@example.org")
    assert (await admin.delete(f"/invitations/{sent['id']}")).status_code == 204
    assert (await accept(nobody, token_of(sent))).status_code == 404
    for answer in (
        await admin.delete(f"/invitations/{sent['id']}"),
        await admin.post(f"/invitations/{sent['id']}/resend"),
        await admin.delete("/invitations/x"),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 200, "x" * 201])
async def test_a_link_that_never_was(nobody: httpx.AsyncClient, token: str) -> None:
    expected = 404 if 0 < len(token) <= 200 else 422
    assert (await nobody.post("/auth/invitation", json={"token": token})).status_code == expected
    assert (await accept(nobody, token)).status_code == expected


async def test_a_weak_password_is_refused_and_the_link_stays_good(
    admin: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    token = token_of(await invite(admin, "weak@example.org"))
    for password in ("short", "password1234", "weak@example.org!"):
        refused = await accept(nobody, token, password=password)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "password")
    assert (await accept(nobody, token)).status_code == 200


async def test_who_belongs_or_is_invited_is_not_invited_again(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    body = {"email": READER.upper(), "role": "viewer"}
    refused = await admin.post("/invitations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-member")
    sent = await invite(admin, "twice@example.org")
    refused = await admin.post("/invitations", json={"email": "Twice@example.org", "role": "member"})
    assert (refused.status_code, refused.json()["code"]) == (409, "already-invited")
    past = clock.now() - timedelta(seconds=1)
    await run(
        house, "update invitation set expires_at = %(past)s where invitation_id = %(id)s", past=past, id=int(sent["id"])
    )
    await invite(admin, "twice@example.org", "member")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "no address", "role": "viewer"}, 422),
        ({"email": "a@example.org", "role": "king"}, 422),
        ({"email": "a@example.org", "role": "viewer", "project": "nowhere"}, 404),
        ({"email": "a@example.org"}, 422),
    ],
)
async def test_an_invitation_that_cannot_be(admin: httpx.AsyncClient, body: dict[str, str], status: int) -> None:
    assert (await admin.post("/invitations", json=body)).status_code == status


async def test_nobody_invites_to_more_than_they_have(fresh: ServeHouse) -> None:
    manager = await add_manager(fresh)
    refused = await manager.post("/invitations", json={"email": "boss@example.org", "role": "owner"})
    assert (refused.status_code, refused.json()["code"]) == (403, "outranked")
    sent = await invite(fresh.client(), "boss@example.org", "owner")
    for answer in (
        await manager.post(f"/invitations/{sent['id']}/resend"),
        await manager.delete(f"/invitations/{sent['id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "outranked")


@pytest.mark.parametrize("change", ["demoted", "ended", "removed"])
async def test_an_invitation_is_worth_no_more_than_who_sent_it(fresh: ServeHouse, change: str) -> None:
    admin, manager, nobody = fresh.client(), await add_manager(fresh), fresh.client(None)
    sent = await invite(manager, "friend@example.org", "admin")
    path = f"/members/{fresh.ids[MANAGER]}"
    if change == "demoted":
        await admin.delete(f"{path}/grants/admin")
    elif change == "ended":
        await admin.patch(path, json={"is_disabled": True})
    else:
        await admin.delete(path)
    refused = await accept(nobody, token_of(sent))
    assert (refused.status_code, refused.json()["code"]) == (403, "invitation-ended")
    again = (await admin.post(f"/invitations/{sent['id']}/resend")).json()
    assert (await accept(nobody, token_of(again))).status_code == 200, "an owner vouches for it now"


async def test_a_token_invites_no_further_than_its_maker_may(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("member.manage", "read"))
    refused = await client.post("/invitations", json={"email": "more@example.org", "role": "member"})
    assert (refused.status_code, refused.json()["code"]) == (403, "outranked")
    await invite(client, "reads@example.org", "viewer")


async def test_somebody_of_another_organisation_signs_in_and_joins(fresh: ServeHouse) -> None:
    admin, nobody = fresh.client(), fresh.client(None)
    email = "elsewhere@example.org"
    await run(fresh, "insert into org (slug, name) values ('other', 'Other')")
    async with fresh.rooms.database.write(EVERYBODY) as writer:
        own_org, fresh.org_id = (
            fresh.org_id,
            (await writer.one("select org_id from org where slug = 'other'"))["org_id"],
        )
        await fresh.add(writer, email, Role.MEMBER)
        fresh.org_id = own_org
    token = token_of(await invite(admin, email))
    opened = (await nobody.post("/auth/invitation", json={"token": token})).json()
    assert opened["has_account"] is True
    refused = await accept(nobody, token)
    assert (refused.status_code, refused.json()["code"]) == (409, "email-taken")
    assert (await fresh.client(READER).post("/me/organisations", json={"token": token})).status_code == 403
    by_token = fresh.client(token=await fresh.api_token("admin"))
    assert (await by_token.post("/me/organisations", json={"token": token})).status_code == 403
    own = fresh.client(email)
    joined = await own.post("/me/organisations", json={"token": token})
    assert (joined.status_code, joined.json()["email"]) == (200, email)
    assert (await own.post("/me/organisations", json={"token": token})).status_code == 404
    assert len((await own.get("/me")).json()["organisations"]) == 2
    assert (await own.post("/auth/switch", json={"organisation": joined.json()["slug"]})).status_code == 200
    assert (await own.get("/me")).json()["role"] == "viewer"


async def test_who_was_removed_starts_anew_with_the_same_address(fresh: ServeHouse) -> None:
    admin, nobody = fresh.client(), fresh.client(None)
    await admin.delete(f"/members/{fresh.ids[READER]}")
    token = token_of(await invite(admin, READER, "member"))
    assert (await nobody.post("/auth/invitation", json={"token": token})).json()["has_account"] is False
    assert (await accept(nobody, token, "Back again")).status_code == 200
    member = (await admin.get("/members", params={"q": "Back again"})).json()["items"][0]
    assert (member["id"], member["email"]) == (str(fresh.ids[READER]), READER)
    old = {"email": READER, "password": PASSWORD}
    assert (await nobody.post("/auth/login", json=old)).status_code == 401
    assert (await nobody.post("/auth/login", json=old | {"password": GOOD})).status_code == 200


async def test_an_invitation_takes_no_operators_account(fresh: ServeHouse) -> None:
    """Not even one that belongs nowhere: whoever passes the link on would run the installation."""
    admin, nobody = fresh.client(), fresh.client(None)
    await admin.delete(f"/members/{fresh.ids[READER]}")
    await run(fresh, "update app_user set is_operator = true where email = %(email)s", email=READER)
    token = token_of(await invite(admin, READER))
    refused = await accept(nobody, token)
    assert (refused.status_code, refused.json()["code"]) == (409, "email-taken")


NO_PASSWORDS = "update org set is_password_allowed = false"
PROVIDER_ONLY = "update org set required_provider_id = (select max(provider_id) from identity_provider)"


@pytest.mark.parametrize("policy", [NO_PASSWORDS, PROVIDER_ONLY])
async def test_where_nobody_comes_in_by_password_nobody_makes_one(fresh: ServeHouse, policy: str) -> None:
    admin, nobody = fresh.client(), fresh.client(None)
    await run(
        fresh,
        "insert into identity_provider (org_id, kind, name, config) values (%(org_id)s, 'oidc', 'Corporate', '{}')",
        org_id=fresh.org_id,
    )
    await run(fresh, policy)
    token = token_of(await invite(admin, "sso@example.org"))
    assert (await nobody.post("/auth/invitation", json={"token": token})).json()["needs_provider"] is True
    refused = await accept(nobody, token)
    assert (refused.status_code, refused.json()["code"]) == (403, "password-not-allowed")


async def test_a_link_into_a_removed_project_leads_nowhere(fresh: ServeHouse) -> None:
    admin, nobody = fresh.client(), fresh.client(None)
    await admin.post("/projects", json={"slug": "brief", "name": "Brief"})
    sent = await invite(admin, "brief@example.org", "member", project="brief")
    assert (await admin.delete("/projects/brief")).status_code == 204
    assert (await accept(nobody, token_of(sent))).status_code == 404


async def test_every_step_is_in_the_audit_log(fresh: ServeHouse) -> None:
    admin, nobody = fresh.client(), fresh.client(None)
    sent = await invite(admin, "noted@example.org")
    again = (await admin.post(f"/invitations/{sent['id']}/resend")).json()
    await accept(nobody, token_of(again))
    await admin.delete(f"/invitations/{(await invite(admin, 'never@example.org'))['id']}")
    query = "select act, actor_name from audit_event where day >= '2026-01-01' order by number"
    async with fresh.rooms.database.read(EVERYBODY) as reader:
        noted = [(row["act"], row["actor_name"]) for row in await reader.all(query)]
    who = "noted@example.org"
    assert [pair for pair in noted if pair[0].startswith(("invitation", "member", "grant"))][-6:] == [
        ("invitation.send", ADMIN),
        ("invitation.accept", who),
        ("member.add", who),
        ("grant.add", who),
        ("invitation.send", ADMIN),
        ("invitation.revoke", ADMIN),
    ]


@pytest.fixture(scope="module")
def post() -> Any:
    receiver = MailReceiver()
    yield receiver
    receiver.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def mailing(database_url: str, tmp_path: Path, post: MailReceiver) -> AsyncIterator[ServeHouse]:
    """A house with a mail server."""
    mail: dict[str, Any] = {"smtp_url": f"smtp://127.0.0.1:{post.port}", "mail_from": "TestFlux <tests@example.org>"}
    async with open_serve_house(database_url, tmp_path, public_url="https://tests.example", **mail) as opened:
        yield opened


async def test_the_link_goes_out_by_mail_alone(mailing: ServeHouse, post: MailReceiver) -> None:
    sent = await invite(mailing.client(), "mailed@example.org")
    assert (sent["link"], sent["mail_error"]) == (None, "")
    mail = post.received[-1]
    assert mail["To"] == "mailed@example.org"
    assert mail["Subject"] == "owner invites you to TestFlux"
    text = mail.get_body(("plain",))
    assert text is not None
    link = re.search(r"https://tests\.example/join#(\S+)", text.get_content())
    assert link is not None
    assert (await accept(mailing.client(None), link[1])).status_code == 200


async def test_what_the_mail_server_refuses_is_passed_on_by_hand(mailing: ServeHouse, post: MailReceiver) -> None:
    post.refused.add("refused@example.org")
    sent = await invite(mailing.client(), "refused@example.org")
    assert "no such mailbox" in sent["mail_error"]
    assert (await accept(mailing.client(None), token_of(sent))).status_code == 200


async def test_a_mail_server_that_is_away(mailing: ServeHouse, post: MailReceiver) -> None:
    post.stop()
    sent = await invite(mailing.client(), "away@example.org")
    post.start()
    assert "cannot be used" in sent["mail_error"]
    assert sent["link"].startswith("https://tests.example/join#")
    assert invitations.LIFE.days == 7
