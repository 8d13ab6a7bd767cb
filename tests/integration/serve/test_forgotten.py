"""A forgotten password, from the wish to the mail to the new one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from receivers import MailReceiver, running
from serve_house import PASSWORD, READER, ServeHouse, open_serve_house
from sign_ins import browser, list_audit, log_in, second_step, set_up
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.store import jobs
from testflux.work import mail_reset

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEW = "zebra violin cloud"


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with running(MailReceiver) as receiver:
        yield receiver


@pytest_asyncio.fixture(loop_scope="module")
async def mailing(database_url: str, tmp_path: Path, mail: MailReceiver) -> AsyncIterator[ServeHouse]:
    changes: dict[str, Any] = {
        "smtp_url": f"smtp://127.0.0.1:{mail.port}",
        "mail_from": "TestFlux <ci@example.org>",
        "public_url": "https://tests.example",
    }
    async with open_serve_house(database_url, tmp_path, **changes) as opened:
        yield opened


async def ask(house: ServeHouse, email: str = READER, **headers: str) -> httpx.Response:
    return await browser(house).post("/auth/forgotten", json={"email": email}, headers=headers)


async def list_wishes(house: ServeHouse) -> list[dict[str, str]]:
    async with house.rooms.database.read(EVERYBODY) as reader:
        rows = await reader.all(
            "select args from procrastinate_jobs where task_name = %(task)s order by id", task=jobs.MAIL_RESET
        )
    return [row["args"] for row in rows]


async def send(house: ServeHouse, email: str = READER) -> None:
    await mail_reset.mail_reset(house.rooms.database, house.rooms.settings, email, "192.0.2.7", "r")


def read_token(mail: MailReceiver) -> str:
    body = mail.received[-1].get_body(("plain",))
    assert body is not None
    link = re.search(r"https://tests\.example/reset#(\S+)", body.get_content())
    assert link is not None
    return link[1]


async def reset(house: ServeHouse, token: str, password: str = NEW) -> httpx.Response:
    return await browser(house).post("/auth/reset", json={"token": token, "password": password})


async def test_from_the_wish_to_the_new_password(mailing: ServeHouse, mail: MailReceiver) -> None:
    signed_in = browser(mailing)
    await log_in(signed_in)
    assert (await ask(mailing, READER.upper())).status_code == 202
    (wish,) = await list_wishes(mailing)
    assert wish["email"] == READER
    await send(mailing)
    assert mail.recipients == [[READER]]
    token = read_token(mail)
    assert (await reset(mailing, token)).status_code == 204
    assert (await signed_in.get("/me")).status_code == 401, "every sign-in ends"
    assert (await log_in(browser(mailing))).status_code == 401
    assert (await log_in(browser(mailing), password=NEW)).status_code == 200
    acts = [row["act"] for row in await list_audit(mailing, "password.ask", "password.reset")]
    assert acts == ["password.ask", "password.reset"]


async def test_the_answer_is_the_same_whether_anybody_has_the_address(mailing: ServeHouse, mail: MailReceiver) -> None:
    known, unknown = await ask(mailing), await ask(mailing, "stranger@example.org")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 202
    assert [wish["email"] for wish in await list_wishes(mailing)] == [READER, "stranger@example.org"]
    await send(mailing, "stranger@example.org")
    assert mail.received == []


async def test_the_link_is_the_servers_own_whatever_host_was_asked(mailing: ServeHouse, mail: MailReceiver) -> None:
    await ask(mailing, Host="evil.example", **{"X-Forwarded-Host": "evil.example"})
    await send(mailing)
    assert "evil.example" not in mail.received[-1].as_string()
    assert read_token(mail)


async def test_a_link_is_good_once_and_so_are_the_ones_beside_it(mailing: ServeHouse, mail: MailReceiver) -> None:
    await send(mailing)
    first = read_token(mail)
    await send(mailing)
    second = read_token(mail)
    assert (await reset(mailing, second)).status_code == 204
    for token in (first, second, "nonsense"):
        refused = await reset(mailing, token, "another zebra violin")
        assert (refused.status_code, refused.json()["code"]) == (404, "link-spent")


async def test_a_link_is_good_for_an_hour(
    mailing: ServeHouse, mail: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(mailing)
    later = clock.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await reset(mailing, read_token(mail))).status_code == 404


async def test_a_weak_password_does_not_spend_the_link(mailing: ServeHouse, mail: MailReceiver) -> None:
    await send(mailing)
    token = read_token(mail)
    weak = await reset(mailing, token, "viewer-reader-2026")
    assert weak.json()["code"] == "password-weak"
    assert weak.json()["errors"][0]["field"] == "password"
    assert (await reset(mailing, token)).status_code == 204


async def test_only_a_digest_of_the_link_is_kept(mailing: ServeHouse, mail: MailReceiver) -> None:
    await send(mailing)
    token = read_token(mail)
    async with mailing.rooms.database.read(EVERYBODY) as reader:
        (row,) = await reader.all("select token_digest from password_reset")
    assert token.encode() not in row["token_digest"]
    assert token not in str(await list_wishes(mailing))


async def test_the_link_is_not_enough_where_there_is_a_second_factor(mailing: ServeHouse, mail: MailReceiver) -> None:
    own = browser(mailing)
    await log_in(own)
    _, codes = await set_up(own)
    await send(mailing)
    assert (await reset(mailing, read_token(mail))).status_code == 204
    answer = await log_in(own, password=NEW)
    assert answer.json()["second_factor"] is True
    assert (await second_step(own, answer.json()["state"], codes[0])).status_code == 200


async def test_a_new_password_ends_the_wait(mailing: ServeHouse, mail: MailReceiver) -> None:
    for _ in range(6):
        await log_in(browser(mailing), password="wrong")
    assert (await log_in(browser(mailing))).status_code == 429
    await send(mailing)
    assert (await reset(mailing, read_token(mail))).status_code == 204
    assert (await log_in(browser(mailing), password=NEW)).status_code == 200


async def test_nobody_is_flooded_with_mail(mailing: ServeHouse) -> None:
    answers = [(await ask(mailing)).status_code for _ in range(6)]
    assert answers == [202] * 6, "also that is not told"
    assert len(await list_wishes(mailing)) == 3


async def test_a_mail_server_that_is_away_is_tried_again(mailing: ServeHouse, mail: MailReceiver) -> None:
    mail.stop()
    with pytest.raises(errors.UnavailableError, match="not sent"):
        await send(mailing)


async def test_without_a_mail_server_it_says_so(house: ServeHouse) -> None:
    for email in (READER, "stranger@example.org"):
        refused = await ask(house, email)
        assert (refused.status_code, refused.json()["code"]) == (409, "no-mail")


async def test_how_strong_a_password_is(house: ServeHouse) -> None:
    client = browser(house)
    weak = (await client.post("/auth/password-strength", json={"password": "Password1234!"})).json()
    assert (weak["is_enough"], weak["score"]) == (False, 1)
    own = {"password": "archibald-warburton", "about": ["Archibald Warburton"]}
    assert (await client.post("/auth/password-strength", json=own)).json()["is_enough"] is False
    assert (await client.post("/auth/password-strength", json={"password": NEW})).json()["is_enough"] is True


async def test_a_password_that_is_judged_is_not_logged(house: ServeHouse, capsys: pytest.CaptureFixture[str]) -> None:
    await browser(house).post("/auth/password-strength", json={"password": NEW})
    await log_in(browser(house), password=PASSWORD + NEW)
    said = capsys.readouterr()
    assert NEW not in said.out + said.err
