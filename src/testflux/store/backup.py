"""A copy of everything, to lay aside: the database as it was at one moment, and every file that it names.

A backup is a folder: `database.dump` (pg_dump's custom format), `blobs/` as in the blob store, and `backup.json`, which
is written last and says how many rows each table has and how many files there are. It gets its name when it is whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import msgspec
from psycopg import conninfo

from testflux.kit import clock, errors
from testflux.store import embedded_binaries, embedded_cluster, frames, queries
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Reader

_SQL = queries.load("backup")
_DUMP, _BLOBS, _MANIFEST = "database.dump", "blobs", "backup.json"
_BLOCK = 1024 * 1024
_TOLD = 3  # differences that an error names
_PARAMETERS = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
_NO_LIMIT = 2**63
Progress = Callable[[int, int], None]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `missing_blobs`: files that were removed while it was made."""

    testflux: str
    made_at: datetime
    schema: str
    postgresql: int
    rows: dict[str, int]
    blobs: int
    blob_bytes: int
    missing_blobs: list[str] = []


async def make(database: Database, blobs: Blobs, target: Path, version: str, progress: Progress) -> Manifest:
    """Write a backup to `target`, which must not exist; half of one is never found under that name."""
    unfinished = await asyncio.to_thread(_begin, target)
    async with database.read() as reader:
        await reader.connection.execute(_SQL["freeze"].encode())
        moment = await reader.one(_SQL["export_snapshot"])
        await _dump(database.direct_url, moment["major"], moment["snapshot"], unfinished / _DUMP)
        rows = await count_rows(reader)
        schema = (await reader.one(_SQL["get_schema"]))["version"]
        named = [(row["digest"], row["size_bytes"]) for row in await reader.all(_SQL["list_blobs"])]
    missing: list[str] = []
    for number, (digest, _) in enumerate(named):
        progress(number, len(named))
        if not await asyncio.to_thread(blobs.copy, digest, _blob_path(unfinished, digest)):
            missing.append(digest.hex())
    progress(len(named), len(named))
    manifest = Manifest(
        testflux=version,
        made_at=clock.now(),
        schema=schema,
        postgresql=moment["major"],
        rows=rows,
        blobs=len(named) - len(missing),
        blob_bytes=sum(size for digest, size in named if digest.hex() not in missing),
        missing_blobs=missing,
    )
    (unfinished / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    unfinished.rename(target)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """Return what a backup says of itself; InvalidError when it is none."""
    try:
        return msgspec.json.decode((source / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise errors.InvalidError(
            f"{source} is no backup: it has no readable {_MANIFEST}.",
            hint="Name the folder that `testflux admin backup` made; one called .unfinished was broken off.",
        ) from error


async def restore_database(url: str, source: Path, manifest: Manifest) -> None:
    """Fill an empty database; InvalidError when it is not empty, SetupError when PostgreSQL refuses the dump."""
    database = Database(url, max_size=2)
    await database.open()
    try:
        async with database.read() as reader:
            if await reader.all(_SQL["list_tables"]):
                raise errors.InvalidError(
                    "The database to restore into is not empty; nothing was changed.",
                    hint="Restore into a new data folder or a new database.",
                )
        command = ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction", "--dbname="]
        await _run("pg_restore", manifest.postgresql, url, [*command, str(source / _DUMP)])
        async with database.read() as reader:
            _compare(manifest, await count_rows(reader))
    finally:
        await database.close()


async def restore_blobs(blobs: Blobs, source: Path, progress: Progress) -> int:
    """Put the files of a backup into a blob store, each proved to be what its name says; returns how many."""
    paths = await asyncio.to_thread(_list_blobs, source)
    for number, path in enumerate(paths):
        progress(number, len(paths))
        stored = await blobs.put(_content(path), _NO_LIMIT)
        if stored.digest.hex() != path.name:
            await blobs.drop(stored.digest)
            raise _damaged(path)
    progress(len(paths), len(paths))
    return len(paths)


async def check_blobs(source: Path, manifest: Manifest, progress: Progress) -> None:
    """Read every file of a backup; InvalidError when one is missing, or is not what its name says."""
    paths = await asyncio.to_thread(_list_blobs, source)
    if len(paths) != manifest.blobs:
        raise errors.InvalidError(
            f"The backup holds {len(paths)} files and should hold {manifest.blobs}.",
            hint="Copy it again from where it was made.",
        )
    for number, path in enumerate(paths):
        progress(number, len(paths))
        digest = hashlib.sha256()
        async for block in _content(path):
            digest.update(block)
        if digest.hexdigest() != path.name:
            raise _damaged(path)
    progress(len(paths), len(paths))


async def count_rows(reader: Reader) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = [row["name"] for row in await reader.all(_SQL["list_tables"])]
    return {table: (await reader.one(queries.about(_SQL["count_rows"], table=table)))["rows"] for table in tables}


def _begin(target: Path) -> Path:
    if target.exists():
        raise errors.InvalidError(f"{target} is there already.", hint="Name a folder that does not exist yet.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    return unfinished


async def _dump(url: str, major: int, snapshot: str, target: Path) -> None:
    await _run("pg_dump", major, url, ["--format=custom", f"--snapshot={snapshot}", f"--file={target}"])


async def _run(program: str, major: int, url: str, arguments: list[str]) -> None:
    """Run one of PostgreSQL's own programs. The password goes through the environment: command lines are public."""
    path = embedded_binaries.find_program(program, major)
    given = {key: str(value) for key, value in conninfo.conninfo_to_dict(url).items()}
    environment = embedded_cluster.child_environment()
    environment |= {name: given.pop(key) for key, name in _PARAMETERS.items() if key in given}
    environment |= {f"PG{key.upper()}": value for key, value in given.items() if key.startswith("ssl")}
    command = [str(path), *arguments]
    result = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if result.returncode:
        raise errors.SetupError(
            f"{program} failed: {result.stderr.strip()[-600:] or result.returncode}",
            hint="Check the free space, and that its version is not older than the server's.",
            code="backup-failed",
        )


def _compare(manifest: Manifest, rows: dict[str, int]) -> None:
    wrong = [
        f"{name}: {rows.get(name, 0)} of {count}" for name, count in manifest.rows.items() if rows.get(name) != count
    ]
    if wrong:
        raise errors.InvalidError(
            f"The restored database differs from the backup's word ({'; '.join(wrong[:_TOLD])}).",
            hint="Do not use it; restore an older backup.",
        )


def _blob_path(folder: Path, digest: bytes) -> Path:
    name = digest.hex()
    return folder / _BLOBS / name[:2] / name


def _list_blobs(source: Path) -> list[Path]:
    return sorted((source / _BLOBS).glob("[0-9a-f][0-9a-f]/*"))


async def _content(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        content = frames.open_content(file)
        while block := await asyncio.to_thread(content.read, _BLOCK):
            yield block


def _damaged(path: Path) -> errors.InvalidError:
    return errors.InvalidError(
        f"The file {path.name[:12]}… in the backup is not what it was.",
        hint="Copy the backup again from where it was made, or use an older one.",
    )
