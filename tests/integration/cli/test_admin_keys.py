"""`testflux admin rotate-key`: every secret is sealed with the new key, or nothing is changed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import testflux
from testflux.cli import admin_keys, main
from testflux.kit import keys, seal, settings
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import users
from testflux.store.database import Database, Writer
from testflux.store.resealing import Sealed

OLD, NEW = "o" * 40, "n" * 40
PLACES = {
    Sealed.CHANNEL: ("channel", "secret"),
    Sealed.PROVIDER: ("identity_provider", "secret"),
    Sealed.SECOND_FACTOR: ("app_user", "totp_secret"),
    Sealed.STREAM: ("audit_stream", "secret"),
}


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    monkeypatch.setenv("TESTFLUX_DATA", str(tmp_path))
    for name in ("SECRET_KEY", "SECRET_KEY_FILE", "PREVIOUS_SECRET_KEYS"):
        monkeypatch.delenv(f"TESTFLUX_{name}", raising=False)


def rotate(*words: str) -> int:
    return main.main(["admin", "rotate-key", *words])


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


def fill(url: str, secret_key: str) -> None:
    """Keep a secret of each kind, and a sign-in under way."""

    def sealed(kind: Sealed) -> bytes:
        return seal.seal(secret_key, admin_keys._PURPOSES[kind], f"plain {kind}".encode())  # noqa: SLF001

    async def act(writer: Writer) -> None:
        org = await users.add_org(writer)
        await writer.run("insert into project (org_id, slug, name) values (%(org)s, 'shop', 'Shop')", org=org)
        await writer.run(
            "insert into channel (project_id, kind, name, rule, config, secret)"
            " select project_id, 'webhook', 'Chat', 'every_run', '{}', %(secret)s from project",
            secret=sealed(Sealed.CHANNEL),
        )
        await writer.run(
            "insert into identity_provider (org_id, kind, name, config, secret)"
            " values (%(org)s, 'oidc', 'Login', '{}', %(secret)s)",
            org=org,
            secret=sealed(Sealed.PROVIDER),
        )
        row = await users.add_user(writer, org, "a@example.org", "A", "owner", "hash")
        await writer.run(
            "update app_user set totp_secret = %(secret)s where user_id = %(user)s",
            secret=sealed(Sealed.SECOND_FACTOR),
            user=row["user_id"],
        )
        await writer.run(
            "insert into audit_stream (org_id, kind, name, config, secret, sent_number)"
            " values (%(org)s, 'webhook', 'SIEM', '{}', %(secret)s, 0)",
            org=org,
            secret=sealed(Sealed.STREAM),
        )

    in_database(url, act)


def stored(url: str) -> dict[Sealed, bytes]:
    async def act(writer: Writer) -> dict[Sealed, bytes]:
        return {
            kind: bytes((await writer.one(f"select {column} as it from {table} where {column} is not null"))["it"])  # noqa: S608
            for kind, (table, column) in PLACES.items()
        }

    return in_database(url, act)


def opened(url: str, secret_key: str) -> dict[Sealed, bytes]:
    return {
        kind: seal.unseal(secret_key, admin_keys._PURPOSES[kind], sealed)  # noqa: SLF001
        for kind, sealed in stored(url).items()
    }


PLAIN = {kind: f"plain {kind}".encode() for kind in Sealed}


def test_the_folders_key_is_changed(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = Settings(data_dir=tmp_path)
    before = settings.with_secret_key(own).secret_key
    fill(database_url, before)
    assert rotate() == 0
    after = settings.with_secret_key(own).secret_key
    assert keys.split(after)[1:] == [before]
    assert opened(database_url, keys.present(after)) == PLAIN
    printed = capsys.readouterr().out
    assert "Sealed anew: 1 signing keys of webhooks." in printed
    assert "Restart every server" in printed
    assert before not in printed
    assert keys.present(after) not in printed


def test_the_old_key_can_be_forgotten_at_once(database_url: str, tmp_path: Path) -> None:
    before = settings.with_secret_key(Settings(data_dir=tmp_path)).secret_key
    fill(database_url, before)
    assert rotate("--forget") == 0
    after = settings.with_secret_key(Settings(data_dir=tmp_path)).secret_key
    assert before not in after
    assert opened(database_url, after) == PLAIN


def test_a_key_of_the_environment_is_changed_there_first(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(database_url, OLD)
    monkeypatch.setenv("TESTFLUX_SECRET_KEY", OLD)
    assert rotate() != 0
    assert "TESTFLUX_PREVIOUS_SECRET_KEYS" in capsys.readouterr().err
    monkeypatch.setenv("TESTFLUX_SECRET_KEY", NEW)
    monkeypatch.setenv("TESTFLUX_PREVIOUS_SECRET_KEYS", OLD)
    assert rotate() == 0
    assert opened(database_url, NEW) == PLAIN
    again = stored(database_url)
    assert rotate() == 0
    assert stored(database_url) == again


def test_one_secret_that_cannot_be_opened_leaves_everything_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database_url, OLD)

    async def spoil(writer: Writer) -> None:
        await writer.run("update audit_stream set secret = '\\x0102'")

    in_database(database_url, spoil)
    before = stored(database_url)
    monkeypatch.setenv("TESTFLUX_SECRET_KEY", NEW)
    monkeypatch.setenv("TESTFLUX_PREVIOUS_SECRET_KEYS", OLD)
    assert rotate() != 0
    assert stored(database_url) == before


def test_nothing_that_is_sealed_is_forgotten() -> None:
    """Every column that the schema calls sealed is sealed anew, or (sign-ins under way) dropped."""
    schema = (Path(testflux.__file__).parent / "store" / "schema.sql").read_text()
    lines = [line.partition("--") for line in schema.splitlines()]
    said = [
        column.split()[0] for column, _, words in lines if re.search(r"(sealed|encrypted) with the server's", words)
    ]
    assert sorted(said) == sorted([*(column for _, column in PLACES.values()), "content"])
