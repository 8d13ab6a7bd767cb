"""What somebody tries who wants to come in as another."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import bcrypt
import pytest

from serve_house import PASSWORD, READER, ServeHouse
from sign_ins import browser, code_of, log_in, second_step, set_up
from testflux.kit import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")
COOKIE = "testflux_refresh"
HOME, STRANGER = "127.0.0.1", "198.51.100.9"
STRANGERS = [f"198.51.100.{number}" for number in range(1, 12)]


async def guess(house: ServeHouse, times: int, address: str, email: str = READER) -> list[int]:
    client = browser(house, address)
    return [(await log_in(client, email, "wrong")).status_code for _ in range(times)]


async def test_a_sign_in_takes_no_cookie_that_was_there_before(fresh: ServeHouse) -> None:
    """Session fixation: a refresh token that an attacker placed in the browser is worth nothing afterwards."""
    client = browser(fresh)
    client.cookies.set(COOKIE, "placed-by-somebody-else", domain="testserver.local", path="/api/v1/auth")
    answer = await log_in(client)
    given = answer.cookies[COOKIE]
    assert given != "placed-by-somebody-else"
    thief = browser(fresh, STRANGER)
    placed = await thief.post("/auth/refresh", headers={"Cookie": f"{COOKIE}=placed-by-somebody-else"})
    assert placed.status_code == 401


async def test_a_sign_in_does_not_go_on_with_the_one_before(fresh: ServeHouse) -> None:
    client = browser(fresh)
    first = (await log_in(client)).cookies[COOKIE]
    second = (await log_in(client)).cookies[COOKIE]
    assert first != second
    listed = (await client.get("/me/sign-ins")).json()["items"]
    assert len([item for item in listed if item["device"] == "Firefox on Linux"]) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
    ],
)
@pytest.mark.parametrize("path", ["login", "second-factor", "refresh", "reset", "forgotten"])
async def test_another_sites_page_signs_nobody_in(house: ServeHouse, path: str, headers: dict[str, str]) -> None:
    bodies = {
        "login": {"email": READER, "password": PASSWORD},
        "second-factor": {"state": "x", "code": "1"},
        "reset": {"token": "x", "password": "y"},
        "forgotten": {"email": READER},
    }
    refused = await browser(house).post(f"/auth/{path}", json=bodies.get(path), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}])
async def test_our_own_page_does(house: ServeHouse, headers: dict[str, str]) -> None:
    credentials = {"email": READER, "password": PASSWORD}
    assert (await browser(house).post("/auth/login", json=credentials, headers=headers)).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_a_form_signs_nobody_in(house: ServeHouse, kind: str) -> None:
    body = b'{"email": "reader@example.org", "password": "correct horse battery"}'
    answer = await browser(house).post("/auth/login", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 415


async def test_a_code_that_was_seen_opens_nothing_again(fresh: ServeHouse) -> None:
    own, thief = browser(fresh), browser(fresh, STRANGER)
    await log_in(own)
    secret, _ = await set_up(own)
    code = code_of(secret)
    assert (await second_step(own, (await log_in(own)).json()["state"], code)).status_code == 200
    state = (await log_in(thief)).json()["state"]
    assert (await second_step(thief, state, code)).json()["code"] == "wrong-code"
    assert (await second_step(thief, state, code_of(secret, -1))).json()["code"] == "wrong-code", "nor an older one"


async def test_a_state_that_was_used_opens_nothing_again(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    secret, codes = await set_up(own)
    state = (await log_in(own)).json()["state"]
    assert (await second_step(own, state, code_of(secret))).status_code == 200
    assert (await second_step(browser(fresh), state, codes[0])).json()["code"] == "sign-in-over"


@pytest.mark.parametrize("email", [READER, "stranger@example.org"])
async def test_guessing_waits_longer_and_longer_whoever_is_meant(
    fresh: ServeHouse, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await guess(fresh, 7, STRANGER, email) == [401] * 5 + [429] * 2
    now = clock.now()
    waits: list[int] = []
    for _ in range(9):
        answer = await log_in(browser(fresh, STRANGER), email, "wrong")
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            now += timedelta(seconds=waits[-1])
            moment = now
            monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
    assert waits == sorted(waits)
    assert waits[0] <= 5
    assert 10 <= waits[1] <= 11


async def test_guesses_at_the_same_time_count_one_by_one(fresh: ServeHouse) -> None:
    clients = [browser(fresh, STRANGER) for _ in range(20)]
    answers = await asyncio.gather(*(log_in(client, password="wrong") for client in clients))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15


async def test_a_stranger_locks_nobody_out(fresh: ServeHouse) -> None:
    await guess(fresh, 8, STRANGER)
    assert (await log_in(browser(fresh, STRANGER))).status_code == 429, "the right password waits there, too"
    assert (await log_in(browser(fresh, "203.0.113.5"))).status_code == 200, "and nowhere else"


async def test_many_strangers_lock_nobody_out_where_they_have_been_before(fresh: ServeHouse) -> None:
    for address in STRANGERS:
        await guess(fresh, 5, address)
    assert (await log_in(browser(fresh, "203.0.113.5"))).status_code == 429, "from a new place one waits"
    assert (await log_in(browser(fresh, HOME))).status_code == 200, "from where one was signed in one does not"
    assert (await log_in(browser(fresh, "203.0.113.5"))).status_code == 200, "and that was the end of it"


async def test_a_right_password_forgets_the_wrong_ones(fresh: ServeHouse) -> None:
    assert await guess(fresh, 4, HOME) == [401] * 4
    assert (await log_in(browser(fresh, HOME))).status_code == 200
    assert await guess(fresh, 5, HOME) == [401] * 5


async def test_a_stolen_access_token_guesses_no_password(fresh: ServeHouse) -> None:
    own = browser(fresh)
    await log_in(own)
    body = {"current_password": "wrong", "new_password": "zebra violin cloud"}
    answers = [(await own.post("/me/password", json=body)).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
async def test_the_same_work_is_done_whether_anybody_has_the_address(
    fresh: ServeHouse, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timing: what takes long is bcrypt, and it runs once, at the same cost, in every case."""
    checked: list[int] = []
    real = bcrypt.checkpw

    def check(given: bytes, stored: bytes) -> bool:
        checked.append(len(stored))
        return real(given, stored)

    monkeypatch.setattr(bcrypt, "checkpw", check)
    for email in (READER, "stranger@example.org"):
        checked.clear()
        await log_in(browser(fresh, STRANGER), email, password)
        assert checked == [60], email


async def test_a_strange_and_a_known_address_are_told_the_same(fresh: ServeHouse) -> None:
    known = await log_in(browser(fresh, STRANGER), READER, "wrong")
    strange = await log_in(browser(fresh, STRANGER), "stranger@example.org", "wrong")
    own = {"request_id", "instance"}
    told = [{key: value for key, value in each.json().items() if key not in own} for each in (known, strange)]
    assert told[0] == told[1]
    assert known.status_code == strange.status_code == 401
