"""`testflux admin user` for people who cannot get in."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from testflux.access import passwords, tokens
from testflux.cli import main
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.store import entry, resets, second_factors, sign_in_waits
from testflux.store.database import Database, Writer

MAIL = "somebody@example.test"
WAITS = (timedelta(minutes=5),)


@pytest.fixture(autouse=True)
def _somebody(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    monkeypatch.setenv("TESTFLUX_DATA", str(tmp_path))
    monkeypatch.setenv("TESTFLUX_PUBLIC_URL", "https://tests.example")
    assert admin("add", MAIL) == 0


def admin(*words: str) -> int:
    return main.main(["admin", "user", *words])


def in_database(url: str, act: Callable[[Writer], Awaitable[Any]]) -> Any:
    async def do() -> Any:
        database = Database(url)
        await database.open()
        try:
            async with database.write(EVERYBODY) as writer:
                return await act(writer)
        finally:
            await database.close()

    return asyncio.run(do())


async def find(writer: Writer) -> dict[str, Any]:
    person = await entry.find_person(writer, MAIL)
    assert person is not None
    return person


async def wait(writer: Writer) -> timedelta | None:
    return await sign_in_waits.take(writer, MAIL, {"192.0.2.7": WAITS}, clock.now(), timedelta(days=1))


async def list_acts(writer: Writer) -> list[str]:
    rows = await writer.all("select act from audit_event where day > '2000-01-01' order by number")
    return [row["act"] for row in rows]


def test_unlocking_ends_the_waits(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_database(database_url, wait) is None
    assert in_database(database_url, wait) is not None
    assert admin("unlock", MAIL.upper()) == 0
    assert f"{MAIL} can try to sign in at once (1 sources had failed before)." in capsys.readouterr().out
    assert in_database(database_url, wait) is None
    assert "sign_in.unlock" in in_database(database_url, list_acts)


def test_a_second_factor_is_taken_away_only_when_told_to(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def set_up(writer: Writer) -> None:
        user_id = (await find(writer))["user_id"]
        await second_factors.save_secret(writer, user_id, b"sealed")
        await second_factors.save_confirmed(writer, user_id, 1, clock.now())
        await second_factors.save_codes(writer, user_id, [b"1", b"2"])

    assert admin("second-factor", MAIL) == 0
    assert "has no second factor" in capsys.readouterr().out
    in_database(database_url, set_up)
    assert admin("second-factor", MAIL) == 0
    assert "has a second factor and 2 recovery codes" in capsys.readouterr().out
    assert in_database(database_url, find)["has_second_factor"]
    assert admin("second-factor", MAIL, "--remove") == 0
    assert not in_database(database_url, find)["has_second_factor"]
    assert "second_factor.remove" in in_database(database_url, list_acts)


def test_a_link_leads_to_the_public_address_and_changes_nothing_yet(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = in_database(database_url, find)["password_hash"]
    capsys.readouterr()
    assert admin("password", MAIL, "--link") == 0
    link = re.match(r"https://tests\.example/reset#(\S+)\n", capsys.readouterr().out)
    assert link is not None
    digest = tokens.digest(link[1])
    found = in_database(database_url, lambda writer: resets.find_reset(writer, digest, clock.now()))
    assert found["email"] == MAIL
    assert in_database(database_url, find)["password_hash"] == before


def test_a_new_password_ends_waits_and_is_written_down(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    in_database(database_url, wait)
    capsys.readouterr()
    assert admin("password", MAIL) == 0
    made = re.search(r"password (\w{20}),", capsys.readouterr().out)
    assert made is not None
    assert passwords.fits(made[1], in_database(database_url, find)["password_hash"])
    assert in_database(database_url, wait) is None
    assert "password.reset" in in_database(database_url, list_acts)


def test_a_weak_password_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Password1234!\n"))
    assert admin("password", MAIL, "--password-stdin") == 2
    assert "guessers try first" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("unlock",), ("second-factor", "--remove"), ("password", "--link")])
def test_somebody_nobody_knows(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert admin(words[0], "stranger@example.test", *words[1:]) == 2
    assert "Nobody signs in as stranger@example.test" in capsys.readouterr().err
