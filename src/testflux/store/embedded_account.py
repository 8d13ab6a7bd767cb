"""As whom the embedded PostgreSQL runs: it refuses to be root, so root has to lend it another user."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from testflux.kit import errors
from testflux.store import embedded_launch

_NAMES = ("testflux", "nobody")
_READ_SEARCH, _OVERRIDE = 2, 1  # numbers of CAP_DAC_READ_SEARCH and CAP_DAC_OVERRIDE


@dataclass(frozen=True)
class Account:
    """A user and group, and the one capability that it needs to reach its files (or NO_CAPABILITY)."""

    uid: int
    gid: int
    capability: int = embedded_launch.NO_CAPABILITY

    def own(self, path: Path) -> None:
        """Make the path this account's; only root has anything to do here."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def command_line(self, command: list[str]) -> list[str]:
        """Say how to start `command` as this account."""
        return embedded_launch.command_line(self.uid, self.gid, self.capability, command)


def choose_account(folder: Path, programs: Path) -> Account:
    """Return who shall own `folder` and run `programs`: ourselves, or for root the owner so far, else a spare user.

    Raises SetupError when that user cannot reach both and we hold no capability to lend.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = _find_owner(folder) or _find_spare_user()
    blocked = find_closed_door((folder, programs), entry.pw_uid, entry.pw_gid)
    capability = _find_capability(blocked) if blocked else embedded_launch.NO_CAPABILITY
    return Account(entry.pw_uid, entry.pw_gid, capability)


def find_closed_door(paths: tuple[Path, ...], uid: int, gid: int) -> Path | None:
    """Return the first folder above the paths that this user may not enter."""
    parents = (parent for path in paths for parent in reversed(path.resolve().parents))
    return next((parent for parent in parents if not may_enter(parent.stat(), uid, gid)), None)


def may_enter(folder: os.stat_result, uid: int, gid: int) -> bool:
    """Say whether a folder of this owner, group and mode lets the user through."""
    bit = stat.S_IXUSR if folder.st_uid == uid else stat.S_IXGRP if folder.st_gid == gid else stat.S_IXOTH
    return bool(folder.st_mode & bit)


def _find_owner(folder: Path) -> pwd.struct_passwd | None:
    if not folder.exists() or folder.stat().st_uid == 0:
        return None
    try:
        return pwd.getpwuid(folder.stat().st_uid)
    except KeyError:
        raise errors.SetupError(
            f"{folder} belongs to user number {folder.stat().st_uid}, whom this machine does not know.",
            hint=f"Give it to a user that exists: chown -R nobody {folder}",
            code="postgres-user",
        ) from None


def _find_spare_user() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _NAMES:
        if name in known:
            return known[name]
    raise errors.SetupError(
        "PostgreSQL does not run as root, and there is no user `testflux` or `nobody` to run it.",
        hint="Start TestFlux as an ordinary user, or create one: useradd --system testflux",
        code="postgres-user",
    )


def _find_capability(blocked: Path) -> int:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
    for capability in (_READ_SEARCH, _OVERRIDE):
        if held >> capability & 1:
            return capability
    raise errors.SetupError(
        f"PostgreSQL does not run as root, and the user that runs it may not enter {blocked}.",
        hint=f"Choose a data folder elsewhere, start TestFlux as an ordinary user, or: chmod o+x {blocked}",
        code="postgres-user",
    )
