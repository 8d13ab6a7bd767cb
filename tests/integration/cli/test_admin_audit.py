"""`testflux admin verify-audit` on a real database."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from databases import opened
from testflux.cli import main
from testflux.kit import settings as kit_settings
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import audit, users
from testflux.store.database import Database
from testflux.work import check_audit

KEY = "a-secret-key-of-thirty-two-or-more-characters"


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    monkeypatch.setenv("TESTFLUX_SECRET_KEY", KEY)
    return lambda *given: main.main(["admin", *given, "--data", str(tmp_path)])


def write(database_url: str, statement: str = "") -> None:
    async def act() -> None:
        async with opened(database_url) as database, database.write(EVERYBODY) as writer:
            if statement:
                await writer.run(statement)
                return
            org_id = await users.add_org(writer)
            for number in range(3):
                audit.note(writer, org_id, "channel.add", audit.Target("channel", number))
            audit.note(writer, audit.INSTALLATION, "sign_in.fail", audit.Target("person", "x"), is_refused=True)

    asyncio.run(act())


def test_whole_logs_are_said_to_be_so(
    run: Callable[..., int], database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(database_url)

    assert run("verify-audit") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("installation: whole: 1 events, not sealed yet; ends with 1, ")
    assert "whole: 3 events" in lines[1]


def test_one_that_was_changed_is_named_and_ends_with_1(
    run: Callable[..., int], database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(database_url)
    write(database_url, "update audit_event set act = 'channel.remove' where number = 2")

    assert run("verify-audit") == 1
    assert "NOT WHOLE. Event 2 was changed" in capsys.readouterr().out
    assert run("verify-audit", "--organisation", "installation") == 0


def test_an_organisation_that_is_not_there(
    run: Callable[..., int], database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(database_url)

    assert run("verify-audit", "--organisation", "nowhere") == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_command_acts_under_the_name_of_whoever_gave_it(run: Callable[..., int], database_url: str) -> None:
    write(database_url)
    assert run("user", "add", "ana@example.org") == 0

    async def find() -> list[str]:
        async with opened(database_url) as database, database.read(EVERYBODY) as reader:
            rows = await reader.all("select actor_name from audit_event where act like 'member.%%'")
            return [row["actor_name"] for row in rows]

    names = asyncio.run(find())
    assert names
    assert set(names) == {f"{getpass.getuser()} (command line)"}


def test_the_night_counts_what_is_broken_and_the_hour_seals(
    run: Callable[..., int], database_url: str, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(kit_settings.load({}), data_dir=tmp_path, secret_key=KEY)
    write(database_url)

    async def do(act: Callable[[Database, Settings], Awaitable[int]]) -> int:
        async with opened(database_url) as database:
            return await act(database, settings)

    assert asyncio.run(do(check_audit.seal)) == 2
    assert asyncio.run(do(check_audit.seal)) == 0
    assert asyncio.run(do(check_audit.check)) == 0
    write(database_url, "delete from audit_event where number = 1 and org_id > 0")
    assert asyncio.run(do(check_audit.check)) == 1
    assert run("verify-audit") == 1
