from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from testflux.kit import errors
from testflux.store import embedded_account, embedded_launch

SPARE = pwd.getpwnam("nobody")


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Believe to be root, holding the capabilities in this mask; `chown` is not tried."""
    monkeypatch.setattr(embedded_account.os, "geteuid", lambda: 0)

    def hold(mask: int) -> None:
        status = Path("/proc/self/status")
        text = f"Name:\tpython\nCapPrm:\t{mask:016x}\n"
        monkeypatch.setattr(Path, "read_text", lambda self, *_: text if self == status else "")

    return hold


def test_an_ordinary_user_stays_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_account.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(embedded_account.os, "getegid", lambda: 100)
    account = embedded_account.choose_account(tmp_path / "pg", tmp_path)
    assert account == embedded_account.Account(1000, 100, embedded_launch.NO_CAPABILITY)


def test_root_lends_a_spare_user(as_root: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(0)
    monkeypatch.setattr(embedded_account, "_NAMES", ("no such user", "nobody"))
    account = embedded_account.choose_account(Path("/tmp/pg"), Path("/usr/bin"))
    assert (account.uid, account.gid, account.capability) == (SPARE.pw_uid, SPARE.pw_gid, embedded_launch.NO_CAPABILITY)


def test_root_without_a_spare_user_is_told(as_root: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(0)
    monkeypatch.setattr(embedded_account, "_NAMES", ("no such user",))
    with pytest.raises(errors.SetupError, match="does not run as root") as caught:
        embedded_account.choose_account(Path("/tmp/pg"), Path("/usr/bin"))
    assert "useradd" in caught.value.hint


@pytest.mark.parametrize(("held", "lent"), [(0b110, 2), (0b100, 2), (0b010, 1)])
def test_below_a_closed_folder_a_capability_is_lent(
    as_root: Callable[[int], None], tmp_path: Path, held: int, lent: int
) -> None:
    as_root(held)
    (tmp_path / "closed").mkdir(mode=0o700)
    account = embedded_account.choose_account(tmp_path / "closed" / "pg", Path("/usr/bin"))
    assert account.capability == lent


def test_below_a_closed_folder_without_capabilities_the_folder_is_named(
    as_root: Callable[[int], None], tmp_path: Path
) -> None:
    as_root(0)
    with pytest.raises(errors.SetupError, match="may not enter /") as caught:
        embedded_account.choose_account(tmp_path / "pg", Path("/usr/bin"))
    assert "chmod o+x /" in caught.value.hint


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "is_open"),
    [
        (0o100, 1, 2, True),  # the owner's bit decides for the owner, whatever the others say
        (0o011, 1, 2, False),
        (0o010, 3, 2, True),  # the group's for the group
        (0o101, 3, 2, False),
        (0o001, 3, 4, True),
        (0o770, 3, 4, False),
    ],
)
def test_who_may_enter_a_folder(mode: int, uid: int, gid: int, is_open: bool) -> None:  # noqa: FBT001
    folder = os.stat_result((0o40000 | mode, 0, 0, 0, 1, 2, 0, 0, 0, 0))
    assert embedded_account.may_enter(folder, uid, gid) is is_open


def test_the_first_closed_folder_is_found(tmp_path: Path) -> None:
    door = tmp_path / "door"
    (door / "inner").mkdir(parents=True)
    door.chmod(0o600)
    owner = door.stat()
    try:
        assert embedded_account.find_closed_door((door, door / "inner" / "x"), owner.st_uid, owner.st_gid) == door
    finally:
        door.chmod(0o700)


def test_the_owner_of_the_data_keeps_it(as_root: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(0)
    owner = next(entry for entry in pwd.getpwall() if entry.pw_uid not in {0, SPARE.pw_uid})
    folder = Path("/tmp/pg")
    monkeypatch.setattr(Path, "exists", lambda _: True)
    real = Path.stat
    fake = os.stat_result((0o40700, 0, 0, 0, owner.pw_uid, owner.pw_gid, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda self, **_: fake if self == folder else real(self))
    assert embedded_account.choose_account(folder, Path("/usr/bin")).uid == owner.pw_uid
