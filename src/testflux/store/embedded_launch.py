"""Run as a script: tie our life to the parent's, give up being root, then become the program in the arguments.

A script and not a function run after fork, because the parent has threads by then, and fork with threads can hang.
Standard library only, so that it starts in milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

NO_CAPABILITY = -1
_KEEP_CAPABILITIES, _PARENT_DEATH_SIGNAL, _AMBIENT, _RAISE = 8, 1, 47, 2
_CAPABILITY_VERSION_3 = 0x20080522


def main(parent: int, uid: int, gid: int, capability: int, command: list[str]) -> None:
    """Never returns: ends as `command`, owned by (uid, gid), and gets SIGINT when process `parent` ends."""
    if os.geteuid() == 0:
        _become(uid, gid, capability)
    if sys.platform == "linux":
        # After the change of user, which would clear it again.
        _prctl(_PARENT_DEATH_SIGNAL, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("the process that wanted this server is gone")
    os.execv(command[0], command)  # noqa: S606 - becoming the program is the purpose


def _become(uid: int, gid: int, capability: int) -> None:
    if capability != NO_CAPABILITY:
        _prctl(_KEEP_CAPABILITIES, 1)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if capability != NO_CAPABILITY:
        _keep_only(capability)


def _keep_only(capability: int) -> None:
    """Hold this one capability across exec, so that a server may pass through folders only root may enter."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bits = 1 << capability
    data = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    if _libc().capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _prctl(_AMBIENT, _RAISE, capability)


def _prctl(option: int, *values: int) -> None:
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if _libc().prctl(option, *arguments) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def command_line(uid: int, gid: int, capability: int, command: list[str]) -> list[str]:
    """Say how to start `command` through this script from the present process."""
    script = str(Path(__file__).resolve())
    return [sys.executable, "-I", "-S", script, *map(str, (os.getpid(), uid, gid, capability)), *command]


if __name__ == "__main__":
    _parent, _uid, _gid, _capability = map(int, sys.argv[1:5])
    main(_parent, _uid, _gid, _capability, sys.argv[5:])
