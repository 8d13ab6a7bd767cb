"""Links to set a password, made by who manages people."""

from __future__ import annotations

import pytest

from serve_house import ADMIN, READER, ServeHouse
from sign_ins import browser, list_audit, log_in
from testflux.model.access import EVERYBODY, Role

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEW, DEPUTY = "zebra violin cloud", "deputy@example.org"


async def test_a_member_sets_a_password_by_the_link(fresh: ServeHouse) -> None:
    made = await fresh.client().post(f"/members/{fresh.ids[READER]}/password-link")
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    address, _, token = made.json()["url"].partition("#")
    assert address == f"{fresh.rooms.settings.public_url}/reset"
    answer = await browser(fresh).post("/auth/reset", json={"token": token, "password": NEW})
    assert answer.status_code == 204
    assert (await log_in(browser(fresh), password=NEW)).status_code == 200
    (noted,) = await list_audit(fresh, "password.ask")
    assert (noted["actor_name"], noted["target_name"]) == (ADMIN, READER)
    assert token not in str(noted)


async def test_nobody_opens_the_account_of_who_may_more(fresh: ServeHouse) -> None:
    async with fresh.rooms.database.write(EVERYBODY) as writer:
        await fresh.add(writer, DEPUTY, Role.ADMIN)
    deputy = fresh.client(DEPUTY)
    refused = await deputy.post(f"/members/{fresh.ids[ADMIN]}/password-link")
    assert (refused.status_code, refused.json()["code"]) == (403, "outranked")
    assert (await deputy.post(f"/members/{fresh.ids[READER]}/password-link")).status_code == 201
    assert (await fresh.client(READER).post(f"/members/{fresh.ids[ADMIN]}/password-link")).status_code == 403


async def test_nobody_opens_an_account_that_belongs_elsewhere_too(fresh: ServeHouse) -> None:
    async with fresh.rooms.database.write(EVERYBODY) as writer:
        other = await writer.one("insert into org (slug, name) values ('other', 'Other') returning org_id")
        await writer.run(
            "insert into member (org_id, user_id) values (%(org)s, %(user)s)",
            org=other["org_id"],
            user=fresh.ids[READER],
        )
    refused = await fresh.client().post(f"/members/{fresh.ids[READER]}/password-link")
    assert (refused.status_code, refused.json()["code"]) == (409, "account-shared")


async def test_there_is_no_link_for_strangers(fresh: ServeHouse) -> None:
    assert (await fresh.client().post("/members/999/password-link")).status_code == 404
