from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from serve_house import ADMIN, PASSWORD, READER, ServeHouse
from sign_ins import browser, change_org, list_audit, log_in
from testflux.store import sessions

pytestmark = pytest.mark.asyncio(loop_scope="module")
CURL = "curl/8.5.0"


async def test_where_one_is_signed_in(fresh: ServeHouse) -> None:
    own, other = browser(fresh), browser(fresh, "192.0.2.7", CURL)
    await log_in(other)
    await log_in(own)
    listed = (await own.get("/me/sign-ins")).json()["items"]
    told = [(item["device"], item["address"], item["method"], item["is_this"]) for item in listed]
    assert told[:2] == [("Firefox on Linux", "127.0.0.1", "password", True), ("Curl", "192.0.2.7", "password", False)]
    assert {item["has_second_factor"] for item in listed} == {False}


async def test_ending_one_of_them_signs_it_out_at_once(fresh: ServeHouse) -> None:
    own, other = browser(fresh), browser(fresh, "192.0.2.7", CURL)
    await log_in(own)
    await log_in(other)
    (theirs,) = [item for item in (await own.get("/me/sign-ins")).json()["items"] if item["device"] == "Curl"]
    assert (await own.delete(f"/me/sign-ins/{theirs['id']}")).status_code == 204
    assert (await other.get("/me")).status_code == 401
    assert (await other.post("/auth/refresh")).status_code == 401
    assert (await own.get("/me")).status_code == 200
    assert (await own.delete(f"/me/sign-ins/{theirs['id']}")).status_code == 404
    (noted,) = await list_audit(fresh, "sign_in.revoke")
    assert noted["before"] == {"device": "Curl", "address": "192.0.2.7"}


async def test_ending_all_others(fresh: ServeHouse) -> None:
    own, *others = (browser(fresh) for _ in range(3))
    for client in (own, *others):
        await log_in(client)
    assert (await own.delete("/me/sign-ins")).status_code == 204
    assert [item["is_this"] for item in (await own.get("/me/sign-ins")).json()["items"]] == [True]
    assert {(await other.get("/me")).status_code for other in others} == {401}


async def test_nobody_ends_somebody_elses_sign_in(fresh: ServeHouse) -> None:
    own, admin = browser(fresh), browser(fresh)
    await log_in(own)
    await log_in(admin, ADMIN)
    (mine,) = [item for item in (await own.get("/me/sign-ins")).json()["items"] if item["is_this"]]
    assert (await admin.delete(f"/me/sign-ins/{mine['id']}")).status_code == 404
    assert (await admin.delete(f"/me/sign-ins/{uuid4()}")).status_code == 404
    assert (await admin.delete("/me/sign-ins/nonsense")).status_code == 404
    assert (await own.get("/me")).status_code == 200


async def test_a_token_ends_no_sign_in(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("admin"))
    assert (await client.delete("/me/sign-ins")).status_code == 403


async def test_signing_in_and_out_is_written_down(fresh: ServeHouse) -> None:
    own = browser(fresh, "192.0.2.7")
    await log_in(own, password="wrong")
    await log_in(own, "stranger@example.org")
    await log_in(own, "a password typed into the wrong field")
    await log_in(own)
    await own.post("/auth/logout")
    rows = await list_audit(fresh, "sign_in.succeed", "sign_in.fail", "sign_in.end")
    told = [(row["act"], row["actor_kind"], row["target_name"], row["is_refused"]) for row in rows]
    assert sorted(told) == sorted(
        [
            ("sign_in.fail", "nobody", READER, True),
            ("sign_in.fail", "nobody", "stranger@example.org", True),
            ("sign_in.fail", "nobody", "", True),
            ("sign_in.succeed", "person", READER, False),
            ("sign_in.end", "person", READER, False),
        ]
    )
    assert {row["address"] for row in rows} == {"192.0.2.7"}
    assert PASSWORD not in str(rows)


async def test_a_refresh_token_that_came_back_is_written_down(
    fresh: ServeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, thief = browser(fresh), browser(fresh, "192.0.2.66")
    await log_in(own)
    stolen = own.cookies["testflux_refresh"]
    assert (await own.post("/auth/refresh")).status_code == 200
    monkeypatch.setattr(sessions, "GRACE", timedelta(seconds=-1))
    assert (await thief.post("/auth/refresh", headers={"Cookie": f"testflux_refresh={stolen}"})).status_code == 401
    assert (await own.get("/me")).status_code == 401
    (noted,) = await list_audit(fresh, "sign_in.revoke")
    assert (noted["address"], noted["after"]) == ("192.0.2.66", {"reason": "a spent refresh token came back"})


async def test_an_organisation_without_passwords_lets_its_owners_in_only(fresh: ServeHouse) -> None:
    await change_org(fresh, is_password_allowed=False)
    refused = await log_in(browser(fresh))
    assert (refused.status_code, refused.json()["code"]) == (403, "sign-in-elsewhere")
    assert "set-cookie" not in refused.headers
    wrong = await log_in(browser(fresh), password="wrong")
    assert wrong.status_code == 401, "only who knows the password learns how the organisation signs in"
    assert (await log_in(browser(fresh), ADMIN)).status_code == 200
    (noted,) = await list_audit(fresh, "sign_in.succeed")
    assert noted["after"]["is_break_glass"] is True


async def test_a_name_of_ones_own(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    assert (await own.patch("/me", json={"name": "Ada"})).json()["name"] == "Ada"
    assert (await own.get("/me")).json()["name"] == "Ada"
    assert (await own.patch("/me", json={"name": ""})).status_code == 422
    (noted,) = await list_audit(fresh, "member.change")
    assert (noted["before"], noted["after"]) == ({"name": "viewer"}, {"name": "Ada"})


async def test_who_signs_in_nowhere_else_has_no_other_accounts(fresh: ServeHouse) -> None:
    assert (await fresh.client(READER).get("/me/identities")).json() == {"items": []}
