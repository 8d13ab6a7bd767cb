from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from testflux.cli import doctor
from testflux.cli.doctor import Check
from testflux.kit import errors
from testflux.kit.settings import Settings
from testflux.store import embedded_binaries


class Usage(NamedTuple):
    """What shutil.disk_usage answers."""

    total: int
    used: int
    free: int


def looked(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in doctor.look_at_machine(settings)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def test_sound_machine_is_sound(settings: Settings) -> None:
    checks = looked(settings)
    assert {name for name, check in checks.items() if not check.ok} <= {"Web app"}
    machine = {"Python", "Web app", "Data folder", "Disk space", "Secret key", "PostgreSQL programs"}
    assert checks.keys() == machine | {"Mail server", "Settings"}
    assert checks["Mail server"].detail.startswith("none")


def test_what_is_less_than_safe_is_listed(tmp_path: Path) -> None:
    check = looked(Settings(data_dir=tmp_path, public_url="http://tests.example.org"))["Public URL"]
    assert not check.ok
    assert "https://" in check.advice


def test_looking_leaves_nothing_behind(settings: Settings) -> None:
    looked(settings)
    assert list(settings.data_dir.iterdir()) == []


def test_missing_data_folder_is_named(tmp_path: Path) -> None:
    check = looked(Settings(data_dir=tmp_path / "gone"))["Data folder"]
    assert not check.ok
    assert str(tmp_path / "gone") in check.detail
    assert "--data" in check.advice


def test_full_disk_is_noticed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - 5, 300 * 2**20))
    check = looked(settings)["Disk space"]
    assert (check.ok, check.detail) == (False, "300.0 MiB free")


@pytest.mark.parametrize(("mode", "ok"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_secret_key_is_for_its_owner_alone(settings: Settings, mode: int, *, ok: bool) -> None:
    (settings.data_dir / "secret.key").write_text("x" * 40)
    (settings.data_dir / "secret.key").chmod(mode)
    check = looked(settings)["Secret key"]
    assert check.ok is ok
    assert ok or "chmod 600" in check.advice


def test_secret_key_of_the_environment_is_never_shown(tmp_path: Path) -> None:
    check = looked(Settings(data_dir=tmp_path, secret_key="s3cr3t" * 8))["Secret key"]
    assert (check.ok, check.detail) == (True, "from TESTFLUX_SECRET_KEY")


def test_missing_postgresql_programs_are_explained(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> None:
        raise errors.SetupError("There is no PostgreSQL here.", hint="Install one.")

    monkeypatch.setattr(embedded_binaries, "find_binaries", find)
    check = looked(settings)["PostgreSQL programs"]
    assert (check.ok, check.detail, check.advice) == (False, "There is no PostgreSQL here.", "Install one.")


def test_own_database_needs_no_programs(tmp_path: Path) -> None:
    assert "PostgreSQL programs" not in looked(Settings(data_dir=tmp_path, database_url="postgresql://own/db"))


def test_wrong_mail_address_is_explained_without_its_password(tmp_path: Path) -> None:
    check = looked(Settings(data_dir=tmp_path, smtp_url="smtp://user:hunter2@:x"))["Mail server"]
    assert not check.ok
    assert "hunter2" not in f"{check.detail} {check.advice}"


def test_table_aligns_and_advises_only_where_it_helps() -> None:
    checks = [
        Check("A", ok=True, detail="fine", advice="never"),
        Check("Longer", ok=False, detail="bad", advice="do it"),
    ]
    assert doctor.as_table(checks) == "✓ A       fine\n✕ Longer  bad\n          do it\n"
