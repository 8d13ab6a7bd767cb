"""Running pg_dump and pg_restore: what they say passes through us, so that it never lies anywhere unsealed."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import IO, Any, BinaryIO, Final

from psycopg import conninfo

from testflux.kit import errors
from testflux.store import embedded_binaries, embedded_cluster

_BLOCK: Final = 1024 * 1024
_PARAMETERS: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}
_RESTORE: Final = ("--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction", "--dbname=")


async def dump(url: str, major: int, snapshot: str, write: Callable[[bytes], Any]) -> None:
    """Write down a database as it is in a snapshot; SetupError when pg_dump fails."""
    arguments = ["--format=custom", f"--snapshot={snapshot}"]
    async with _running("pg_dump", major, url, arguments) as process:
        assert process.stdout is not None  # noqa: S101  (asked for below)
        while block := await process.stdout.read(_BLOCK):
            await asyncio.to_thread(write, block)


async def restore(url: str, major: int, file: BinaryIO) -> None:
    """Fill a database in one transaction; SetupError when pg_restore refuses."""
    async with _running("pg_restore", major, url, list(_RESTORE)) as process:
        assert process.stdin is not None  # noqa: S101  (asked for below)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended early, and says why
            while block := await asyncio.to_thread(file.read, _BLOCK):
                process.stdin.write(block)
                await process.stdin.drain()
            process.stdin.close()
            await process.stdin.wait_closed()


@asynccontextmanager
async def _running(
    program: str, major: int, url: str, arguments: list[str]
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a program to its end; whatever happens meanwhile, it does not stay behind."""
    path = embedded_binaries.find_program(program, major)
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            str(path),
            *arguments,
            env=_environment(url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            limit=2 * _BLOCK,
        )
        try:
            yield process
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            raise _failed(program, code, said)


def _environment(url: str) -> dict[str, str]:
    """The password goes through the environment: command lines are public."""
    given = {key: str(value) for key, value in conninfo.conninfo_to_dict(url).items()}
    environment = embedded_cluster.child_environment()
    environment |= {name: given.pop(key) for key, name in _PARAMETERS.items() if key in given}
    return environment | {f"PG{key.upper()}": value for key, value in given.items() if key.startswith("ssl")}


def _failed(program: str, code: int, said: IO[bytes]) -> errors.SetupError:
    said.seek(0)
    words = said.read().decode(errors="replace").strip()
    return errors.SetupError(
        f"{program} failed: {words[-600:] or code}",
        hint="Check the free space, and that its version is not older than the server's.",
        code="backup-failed",
    )
