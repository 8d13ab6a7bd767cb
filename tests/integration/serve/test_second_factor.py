from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from serve_house import ADMIN, PASSWORD, READER, ServeHouse
from sign_ins import browser, change_org, code_of, list_audit, log_in, read_secret, second_step, set_up
from testflux.kit import clock
from testflux.model.access import EVERYBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def begin(client: httpx.AsyncClient) -> str:
    """Take the first step of somebody who has a second factor; return the state for the second one."""
    answer = (await log_in(client)).json()
    assert answer["second_factor"] is True
    assert "access_token" not in answer
    return answer["state"]


async def test_from_setting_it_up_to_signing_in_with_it(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    assert (await own.get("/me/second-factor")).json()["is_on"] is False
    secret, codes = await set_up(own)
    assert len(set(codes)) == 10
    state = (await own.get("/me/second-factor")).json()
    assert (state["is_on"], state["recovery_codes_left"], state["is_required"]) == (True, 10, False)
    other = browser(fresh)
    answer = await log_in(other)
    assert "set-cookie" not in answer.headers, "half a sign-in is none"
    assert answer.headers["cache-control"] == "no-store"
    done = await second_step(other, answer.json()["state"], code_of(secret))
    assert done.status_code == 200
    assert done.json()["user"]["email"] == READER
    assert (await other.get("/me")).status_code == 200
    acts = await list_audit(fresh, "sign_in.succeed", "second_factor.add")
    assert [row["act"] for row in acts] == [
        "sign_in.succeed",
        "second_factor.add",
        "sign_in.succeed",
    ]


async def test_the_secret_is_sealed_and_the_codes_are_digests(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    secret, codes = await set_up(own)
    async with fresh.rooms.database.read(EVERYBODY) as reader:
        kept = await reader.one("select totp_secret from app_user where email = %(email)s", email=READER)
        digests = await reader.all("select code_digest from recovery_code")
    assert secret not in kept["totp_secret"]
    assert all(code.encode() not in row["code_digest"] for row in digests for code in codes)


async def test_a_code_is_good_once(fresh: ServeHouse) -> None:
    own, first, second = browser(fresh), browser(fresh), browser(fresh)
    await log_in(own)
    secret, _ = await set_up(own)
    states = await begin(first), await begin(second)
    code = code_of(secret)
    answers = await asyncio.gather(second_step(first, states[0], code), second_step(second, states[1], code))
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    refused = next(answer for answer in answers if answer.status_code == 401)
    assert refused.json()["code"] == "wrong-code"


async def test_a_recovery_code_is_good_once_and_noted(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    _, codes = await set_up(own)
    assert (await second_step(own, await begin(own), codes[3].upper())).status_code == 200
    assert (await own.get("/me/second-factor")).json()["recovery_codes_left"] == 9
    assert (await second_step(own, await begin(own), codes[3])).status_code == 401
    assert len(await list_audit(fresh, "second_factor.use_recovery_code")) == 1


async def test_the_second_step_is_over_after_five_tries(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    secret, _ = await set_up(own)
    state = await begin(own)
    answers = [await second_step(own, state, "000000") for _ in range(6)]
    assert [answer.json()["code"] for answer in answers] == ["wrong-code"] * 5 + ["sign-in-over"]
    assert (await second_step(own, state, code_of(secret))).status_code == 401, "the right code comes too late"
    assert len(await list_audit(fresh, "sign_in.fail")) == 5


async def test_guessing_codes_makes_one_wait_as_guessing_passwords_does(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    await set_up(own)
    for _ in range(5):
        await second_step(own, await begin(own), "000000")
    assert (await log_in(own)).status_code == 429


async def test_the_second_step_waits_five_minutes(fresh: ServeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    own = browser(fresh)
    await log_in(own)
    secret, _ = await set_up(own)
    state = await begin(own)
    later = clock.now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await second_step(own, state, code_of(secret))).json()["code"] == "sign-in-over"


@pytest.mark.parametrize("state", ["nonsense", "x" * 200])
async def test_a_state_that_never_was(house: ServeHouse, state: str) -> None:
    assert (await second_step(browser(house), state, "123456")).status_code == 401


async def test_setting_it_up_needs_the_password_and_a_code(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    refused = await own.post("/me/second-factor", json={"password": "not the password"})
    assert refused.json()["code"] == "wrong-password"
    assert (await own.post("/me/second-factor/confirm", json={"code": "123456"})).json()["code"] == "not-begun"
    begun = await own.post("/me/second-factor", json={"password": PASSWORD})
    assert begun.headers["cache-control"] == "no-store"
    wrong = await own.post("/me/second-factor/confirm", json={"code": "000000"})
    assert wrong.json()["errors"] == [{"field": "code", "message": "The code is wrong."}]
    assert "access_token" in (await log_in(browser(fresh))).json(), "nothing is asked before it is confirmed"
    secret = read_secret(begun.json()["secret"])
    assert (await own.post("/me/second-factor/confirm", json={"code": code_of(secret)})).status_code == 201
    assert (await own.post("/me/second-factor", json={"password": PASSWORD})).json()["code"] == "second-factor-present"


async def test_other_browsers_sign_in_anew_once_it_is_set_up(fresh: ServeHouse) -> None:
    own, other = browser(fresh), browser(fresh)
    await log_in(own)
    await log_in(other)
    await set_up(own)
    assert (await other.get("/me")).status_code == 401
    assert (await own.get("/me")).status_code == 200


async def test_new_recovery_codes_replace_the_old_ones(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    _, old = await set_up(own)
    new = (await own.post("/me/second-factor/recovery-codes", json={"password": PASSWORD})).json()["codes"]
    assert set(new).isdisjoint(old)
    assert (await second_step(own, await begin(own), old[0])).status_code == 401
    assert (await second_step(own, await begin(own), new[0])).status_code == 200


async def test_it_is_taken_away_with_the_password_only(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    await set_up(own)
    assert (await own.post("/me/second-factor/remove", json={"password": "wrong"})).status_code == 422
    assert (await own.post("/me/second-factor/remove", json={"password": PASSWORD})).status_code == 204
    assert "access_token" in (await log_in(browser(fresh))).json()
    assert (await own.post("/me/second-factor/remove", json={"password": PASSWORD})).status_code == 409
    assert [row["act"] for row in await list_audit(fresh, "second_factor.remove")] == ["second_factor.remove"]


async def test_an_api_token_looks_after_nobodys_second_factor(house: ServeHouse) -> None:
    client = house.client(token=await house.api_token("admin"))
    for path, body in (
        ("", {"password": PASSWORD}),
        ("/confirm", {"code": "123456"}),
        ("/recovery-codes", {"password": PASSWORD}),
        ("/remove", {"password": PASSWORD}),
    ):
        assert (await client.post(f"/me/second-factor{path}", json=body)).status_code == 403, path


async def test_where_it_is_required_nothing_else_answers_before(fresh: ServeHouse) -> None:
    await change_org(fresh, is_second_factor_required=True)
    own = browser(fresh)
    assert (await log_in(own)).json()["needs_second_factor"] is True
    refused = await own.get("/projects")
    assert (refused.status_code, refused.json()["code"]) == (403, "second-factor-required")
    assert (await own.post("/me/tokens", json={"name": "x", "scopes": ["read"]})).status_code == 403
    assert (await own.get("/me")).status_code == 200
    assert (await own.post("/auth/refresh")).json()["needs_second_factor"] is True
    await set_up(own)
    assert (await own.get("/projects")).status_code == 200
    assert (await own.post("/auth/refresh")).json()["needs_second_factor"] is False
    assert (await own.post("/me/second-factor/remove", json={"password": PASSWORD})).status_code == 204
    assert (await own.get("/projects")).status_code == 403, "another has to be set up"


async def test_an_owner_has_to_set_it_up_like_everybody(fresh: ServeHouse) -> None:
    await change_org(fresh, is_second_factor_required=True)
    own = browser(fresh)
    await log_in(own, ADMIN)
    assert (await own.get("/projects")).json()["code"] == "second-factor-required"
