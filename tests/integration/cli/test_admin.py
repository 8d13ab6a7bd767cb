"""`testflux admin` on a real database."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from testflux.access import passwords
from testflux.access import tokens as token_maker
from testflux.cli import main
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.store import entry, jobs, members, migrate, partitions, projects, roles, tokens, users
from testflux.store.database import Database, Reader, Writer

MAIL = "somebody@example.test"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    monkeypatch.setenv("TESTFLUX_DATA", str(tmp_path))
    for name in ("TESTFLUX_SMTP_URL", "TESTFLUX_SECRET_KEY", "TESTFLUX_BLOB_URL"):
        monkeypatch.delenv(name, raising=False)


def admin(*words: str) -> int:
    return main.main(["admin", *words])


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


async def sign_in_row(reader: Reader) -> dict[str, Any] | None:
    person = await entry.find_person(reader, MAIL)
    return person if person and await entry.list_ways(reader, person["user_id"]) else None


def test_added_person_can_sign_in_with_the_printed_password(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert admin("user", "add", MAIL.upper(), "--name", "Some Body", "--role", "owner") == 0

    printed = capsys.readouterr().out
    assert printed.startswith(f"{MAIL} can sign in with the password ")
    row = in_database(database_url, sign_in_row)
    assert row["name"] == "Some Body"
    assert passwords.fits(printed.split()[-1].rstrip("."), row["password_hash"])


def test_password_can_come_from_standard_input(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    admin("user", "add", MAIL, "--role", "owner")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    capsys.readouterr()

    assert admin("user", "password", MAIL, "--password-stdin") == 0

    assert "horse" not in capsys.readouterr().out
    assert passwords.fits("correct horse battery", in_database(database_url, sign_in_row)["password_hash"])


def test_short_password_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert admin("user", "add", MAIL, "--password-stdin") == 2
    assert "at least 12 characters" in capsys.readouterr().err


def test_access_ends_and_comes_back(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    admin("user", "add", MAIL)
    admin("user", "add", "root@example.test", "--role", "owner")

    assert admin("user", "disable", MAIL) == 0
    assert in_database(database_url, sign_in_row) is None
    capsys.readouterr()
    assert admin("user", "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "root@example.test  owner  root@example.test  (never signed in)",
        f"{MAIL}  viewer  {MAIL}  (disabled)",
    ]
    assert admin("user", "enable", MAIL) == 0
    assert admin("user", "role", MAIL, "owner") == 0
    assert in_database(database_url, sign_in_row) is not None


def test_last_owner_stays(capsys: pytest.CaptureFixture[str]) -> None:
    admin("user", "add", MAIL, "--role", "owner")
    assert admin("user", "role", MAIL, "viewer") == 4
    assert "last owner" in capsys.readouterr().err


def test_roles_of_an_organisations_own_and_of_projects_are_shown(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    admin("user", "add", MAIL)
    admin("user", "add", "root@example.test", "--role", "owner")

    async def prepare(writer: Writer) -> None:
        org_id = await users.get_org(writer)
        await roles.add_role(writer, org_id, "tester", "Tester", "", ["upload.create"])
        project = await projects.add_project(writer, org_id, "shop", "Shop", "", "main")
        found = await members.find_by_email(writer, org_id, MAIL)
        assert found is not None
        await members.add_grant(writer, org_id, found["user_id"], "maintainer", project["project_id"])

    in_database(database_url, prepare)
    capsys.readouterr()
    assert admin("user", "role", MAIL, "tester") == 0
    assert capsys.readouterr().out == f"{MAIL}  tester, maintainer in shop  {MAIL}  (never signed in)\n"
    assert admin("user", "role", MAIL, "king") == 2
    assert "Choose one of owner, admin, maintainer, member, viewer, auditor, tester." in capsys.readouterr().err


def test_somebody_belongs_to_a_second_organisation(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    admin("user", "add", MAIL, "--role", "owner")

    async def prepare(writer: Writer) -> None:
        await writer.run("insert into org (slug, name) values ('second', 'Second')")

    in_database(database_url, prepare)
    assert admin("user", "list", "--organisation", "second") == 0
    assert admin("user", "add", MAIL, "--role", "member", "--organisation", "second") == 0
    assert "too, and signs in as before" in capsys.readouterr().out
    assert admin("user", "add", MAIL, "--organisation", "second") != 0
    assert admin("user", "list", "--organisation", "second") == 0
    assert capsys.readouterr().out.startswith(f"{MAIL}  member  ")
    assert admin("user", "list", "--organisation", "third") == 2


@pytest.mark.parametrize("words", [["password", MAIL], ["role", MAIL, "viewer"], ["add", "nobody"]])
def test_unknown_people_are_named(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert admin("user", *words) == 2
    assert capsys.readouterr().err.startswith("testflux: ")


def test_token_works_until_it_is_revoked(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    admin("user", "add", MAIL, "--role", "owner")
    capsys.readouterr()
    assert admin("token", "add", "webshop-ci", "--scope", "upload", "--scope", "read", "--days", "30") == 0
    token = capsys.readouterr().out.strip()
    assert token_maker.is_api_token(token)

    async def find(reader: Reader) -> dict[str, Any] | None:
        rows = await tokens.list_tokens(reader, await users.get_org(reader), None, 10)
        return next((row for row in rows if row["hint"] == token[-4:]), None)

    row = in_database(database_url, find)
    assert (row["created_by"], row["scopes"]) == (MAIL, ["upload", "read"])
    assert admin("token", "list") == 0
    listed = capsys.readouterr().out
    assert "webshop-ci  upload,read" in listed
    assert token not in listed

    assert admin("token", "revoke", str(row["token_id"])) == 0
    assert in_database(database_url, find) is None


def test_token_of_a_service_has_a_role_and_projects(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin("user", "add", MAIL, "--role", "owner") == 0

    async def add_project(writer: Writer) -> None:
        org = await users.get_org(writer)
        await writer.run("insert into project (org_id, slug, name) values (%(org)s, 'shop', 'Shop')", org=org)

    in_database(database_url, add_project)
    assert admin("token", "add", "ci", "--service", "member", "--project", "shop") == 0
    capsys.readouterr()
    assert admin("token", "list") == 0
    assert "ci  service, member in shop" in capsys.readouterr().out
    assert admin("token", "add", "ci", "--service", "wizard") == 2
    assert "no role 'wizard'" in capsys.readouterr().err
    assert admin("token", "add", "ci", "--service", "member", "--project", "gone") != 0

    async def count(writer: Writer) -> int:
        return (await writer.one("select count(*) as it from audit_event where act = 'token.add'"))["it"]

    assert in_database(database_url, count) == 1


def test_token_needs_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin("token", "add", "x", "--user", MAIL) == 2
    assert "Nobody signs in as" in capsys.readouterr().err


def test_partitions_are_made_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin("partitions") == 0
    listed = capsys.readouterr().out
    for month in partitions.months_ahead(clock.now().date()):
        assert partitions.partition_name("result_chunk", month) in listed
    assert admin("partitions") == 0
    assert "(new)" not in capsys.readouterr().out


def test_new_database_is_migrated(
    make_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", make_database())
    assert admin("migrate", "--check") == 1
    assert "The schema is at nothing and has to be migrated" in capsys.readouterr().out
    assert admin("migrate") == 0
    assert "it came from nothing" in capsys.readouterr().out
    assert admin("migrate", "--check") == 0
    assert admin("migrate") == 0
    assert "was current already" in capsys.readouterr().out


def doctor(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert admin("doctor", "--json") == code
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] == (code == 0)
    return {check["name"]: check for check in document["checks"]}


@pytest.fixture
def _with_web_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    monkeypatch.setattr("testflux.cli.doctor.find_web_app", lambda: tmp_path / "index.html")


@pytest.mark.usefixtures("_with_web_app")
def test_doctor_finds_a_sound_installation_sound(capsys: pytest.CaptureFixture[str]) -> None:
    admin("partitions")
    checks = doctor(capsys, 0)
    assert all(check["ok"] for check in checks.values())
    assert checks["Database"]["detail"].endswith("external")
    assert checks["Queue"]["detail"] == "0 waiting, 0 running, 0 failed"
    assert checks["Stored files"]["detail"] == "written and read back"

    assert admin("doctor") == 0
    assert all(line.startswith("✓ ") for line in capsys.readouterr().out.splitlines())


@pytest.mark.usefixtures("_with_web_app")
def test_doctor_notices_a_database_that_is_not_migrated(
    make_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", make_database())
    checks = doctor(capsys, 1)
    assert [name for name, check in checks.items() if not check["ok"]] == ["Migrations"]

    assert admin("doctor") == 1
    assert "Run `testflux admin migrate`" in capsys.readouterr().out


@pytest.mark.usefixtures("_with_web_app")
def test_doctor_notices_that_nobody_works(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def leave_a_job(writer: Writer) -> None:
        await jobs.add_process_upload(writer, 1, 1, "")
        await writer.run("update procrastinate_events set at = now() - interval '10 minutes'")

    admin("partitions")
    in_database(database_url, leave_a_job)
    queue = doctor(capsys, 1)["Queue"]
    assert queue["detail"].startswith("1 waiting, 0 running, 0 failed; the oldest waits for 10 min")


@pytest.mark.usefixtures("_with_web_app")
def test_doctor_notices_a_mail_server_and_a_database_that_are_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTFLUX_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    checks = doctor(capsys, 1)
    assert {name for name, check in checks.items() if not check["ok"]} == {"Mail server", "Database"}
    assert all(check["advice"] for check in checks.values() if not check["ok"])


def test_admin_without_any_data_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TESTFLUX_DATABASE_URL")
    assert admin("user", "list", "--data", str(tmp_path / "empty")) == 2
    assert "There is no database in" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()


def test_status_is_read_from_the_database_of_the_settings(database_url: str) -> None:
    assert asyncio.run(migrate.status(database_url)).is_current


def test_what_was_set_aside_is_queued_again(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def prepare(writer: Writer) -> None:
        await writer.run("insert into org (slug, name) values ('main', 'Main')")
        await writer.run("insert into project (org_id, slug, name) values (1, 'shop', 'Shop')")
        await writer.run("insert into blob (digest, size_bytes) values ('\\x01', 1)")
        for number, code in enumerate(("internal", "internal", "xml-malformed", "archive-damaged")):
            await writer.run(
                "insert into upload"
                " (project_id, upload_key, file_name, size_bytes, status, metadata, error, blob_digest) values"
                " (1, %(key)s, 'o.xml', 1, 'rejected', '{}', jsonb_build_object('code', %(code)s::text), '\\x01')",
                key=bytes([number]),
                code=code,
            )

    async def states(reader: Reader) -> list[str]:
        return [row["status"] for row in await reader.all("select status from upload order by upload_id")]

    in_database(database_url, prepare)
    assert admin("retry", "--set-aside") == 0
    assert capsys.readouterr().out == "1-1  queued again\n1-2  queued again\n2 queued again.\n"
    assert in_database(database_url, states) == ["queued", "queued", "rejected", "rejected"]
    assert admin("retry", "1-3", "1-4", "1-9") == 3
    assert capsys.readouterr().out == (
        "1-3  queued again\n1-4  An archive is opened when it arrives.\n1-9  There is no such upload.\n"
        "1 queued again.\n"
    )
    assert in_database(database_url, states) == ["queued", "queued", "queued", "rejected"]


@pytest.mark.parametrize("words", [(), ("1-1", "--set-aside")])
def test_what_to_try_again_is_said_in_one_way(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert admin("retry", *words) == 2
    assert "Name uploads, or say --set-aside." in capsys.readouterr().err


def test_somebody_is_made_an_operator_and_one_no_more(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    admin("user", "add", MAIL, "--role", "owner")

    async def look(reader: Reader) -> bool:
        return (await reader.one("select is_operator from app_user where email = %(email)s", email=MAIL))["is_operator"]

    assert in_database(database_url, look) is False
    assert admin("user", "operator", MAIL) == 0
    assert in_database(database_url, look) is True
    assert admin("user", "operator", MAIL, "--remove") == 0
    assert in_database(database_url, look) is False
    assert "is no operator any more" in capsys.readouterr().out
