"""A copy of everything, to lay aside: the database as it was at one moment, and every file that it names.

A backup is a folder: `database.dump` (pg_dump's custom format), `blobs/` as in the blob store, the server's secret key,
and `backup.json`, which is written last and says how many rows each table has and how many files there are. It gets its
name when it is whole. With a passphrase all but `backup.json` is sealed (kit/sealed.py), and `backup.json` is signed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from testflux.kit import clock, errors
from testflux.kit.settings import SECRET_FILE
from testflux.model.access import EVERYBODY
from testflux.store import backup_dump, backup_seal, frames, queries
from testflux.store.backup_seal import Seal
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Reader, Row

_SQL = queries.load("backup")
_DUMP, _BLOBS, _MANIFEST = "database.dump", "blobs", "backup.json"
_BLOCK: Final = 1024 * 1024
_TOLD = 3  # differences that an error names
_NO_LIMIT = 2**63
Progress = Callable[[int, int], None]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `missing_blobs`: files that were removed while it was made. `salt`: empty if not sealed."""

    testflux: str
    made_at: datetime
    schema: str
    postgresql: int
    rows: dict[str, int]
    blobs: int
    blob_bytes: int
    missing_blobs: list[str] = []
    salt: str = ""
    signature: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """How a backup is to be made. Files that `previous`, another backup beside it, holds are taken from there."""

    version: str
    progress: Progress
    passphrase: str | None = None
    secret_file: Path | None = None
    previous: Path | None = None


async def make(database: Database, blobs: Blobs, target: Path, order: Order) -> Manifest:
    """Write a backup to `target`, which must not exist; half of one is never found under that name."""
    with _begun(target) as unfinished:
        previous, seal = await asyncio.to_thread(_choose_seal, order)
        async with database.hold(EVERYBODY) as reader:
            await reader.connection.execute(_SQL["freeze"].encode())
            moment = await reader.one(_SQL["export_snapshot"])
            with backup_seal.create(unfinished / _DUMP, seal, _DUMP) as writer:
                await backup_dump.dump(database.direct_url, moment["major"], moment["snapshot"], writer.write)
            rows = await count_rows(reader)
            schema = (await reader.one(_SQL["get_schema"]))["version"]
            named = await reader.all(_SQL["list_blobs"])
        missing = await _copy_blobs(blobs, named, unfinished, previous, order.progress, seal)
        if order.secret_file and order.secret_file.exists():
            with backup_seal.create(unfinished / SECRET_FILE, seal, SECRET_FILE) as writer:
                writer.write(order.secret_file.read_bytes())
        manifest = Manifest(
            testflux=order.version,
            made_at=clock.now(),
            schema=schema,
            postgresql=moment["major"],
            rows=rows,
            blobs=len(named) - len(missing),
            blob_bytes=sum(row["size_bytes"] for row in named if row["digest"].hex() not in missing),
            missing_blobs=missing,
            salt=seal.salt.hex() if seal else "",
        )
        await asyncio.to_thread(_finish, unfinished, target, manifest, seal)
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


def open_seal(manifest: Manifest, passphrase: str | None) -> Seal | None:
    """Return what opens a backup, None for an open one; InvalidError without the passphrase or with a wrong one."""
    if not manifest.salt:
        return None
    if passphrase is None:
        raise errors.InvalidError(
            "The backup is encrypted.",
            hint="Set TESTFLUX_BACKUP_KEY (or TESTFLUX_BACKUP_KEY_FILE) as when it was made.",
        )
    seal = backup_seal.make(passphrase, bytes.fromhex(manifest.salt))
    if not seal.has_signed(_signed_part(manifest), manifest.signature):
        raise errors.InvalidError(
            f"The key does not open the backup, or its {_MANIFEST} was changed.",
            hint="Set TESTFLUX_BACKUP_KEY (or TESTFLUX_BACKUP_KEY_FILE) to the key that it was made with.",
        )
    return seal


async def restore_database(url: str, source: Path, manifest: Manifest, seal: Seal | None = None) -> None:
    """Fill an empty database; InvalidError when it is not empty, SetupError when PostgreSQL refuses the dump."""
    database = Database(url, max_size=2)
    await database.open()
    try:
        async with database.read(EVERYBODY) as reader:
            if await reader.all(_SQL["list_tables"]):
                raise errors.InvalidError(
                    "The database to restore into is not empty; nothing was changed.",
                    hint="Restore into a new data folder or a new database.",
                )
        with backup_seal.open_file(source / _DUMP, seal, _DUMP) as file:
            await backup_dump.restore(url, manifest.postgresql, file)
        async with database.read(EVERYBODY) as reader:
            _compare(manifest, await count_rows(reader))
    finally:
        await database.close()


async def restore_blobs(blobs: Blobs, source: Path, progress: Progress, seal: Seal | None = None) -> int:
    """Put the files of a backup into a blob store, each proved to be what its name says; returns how many."""
    paths = await asyncio.to_thread(_list_blobs, source)
    await blobs.adopt()
    for number, path in enumerate(paths):
        progress(number, len(paths))
        stored = await blobs.put(_content(path, seal), _NO_LIMIT)
        if stored.digest.hex() != path.name:
            await blobs.drop(stored.digest)
            raise _damaged(path)
    progress(len(paths), len(paths))
    return len(paths)


def read_secret(source: Path, seal: Seal | None = None) -> bytes | None:
    """Return the server's secret key out of a backup, None when it has none."""
    if not (source / SECRET_FILE).exists():
        return None
    with backup_seal.open_file(source / SECRET_FILE, seal, SECRET_FILE) as file:
        return file.read()


async def check_blobs(source: Path, manifest: Manifest, progress: Progress, seal: Seal | None = None) -> None:
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
        async for block in _content(path, seal):
            digest.update(block)
        if digest.hexdigest() != path.name:
            raise _damaged(path)
    progress(len(paths), len(paths))


async def count_rows(reader: Reader) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = [row["name"] for row in await reader.all(_SQL["list_tables"])]
    return {table: (await reader.one(queries.about(_SQL["count_rows"], table=table)))["rows"] for table in tables}


@contextmanager
def _begun(target: Path) -> Generator[Path]:
    """Lend the folder to fill; when that fails, what is in it makes room."""
    if target.exists():
        raise errors.InvalidError(f"{target} is there already.", hint="Name a folder that does not exist yet.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        yield unfinished
    except OSError as error:
        raise errors.SetupError(
            f"The backup cannot be written to {target}: {error.strerror or error}.",
            hint="Make room there, or name another folder.",
            code="backup-failed",
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _choose_seal(order: Order) -> tuple[Path | None, Seal | None]:
    """Return the other backup whose files can be taken over, and the seal; both need the same salt for that."""
    previous, seal = order.previous, None
    if previous is not None:
        try:
            seal = open_seal(read_manifest(previous), order.passphrase)
        except errors.InvalidError:
            previous = None
        if (seal is None) != (order.passphrase is None):
            previous = seal = None
    if order.passphrase is not None and seal is None:
        seal = backup_seal.make(order.passphrase, os.urandom(backup_seal.SALT))
    return previous, seal


async def _copy_blobs(
    blobs: Blobs, named: list[Row], target: Path, previous: Path | None, progress: Progress, seal: Seal | None
) -> list[str]:
    """Copy every file that the database named; returns those that are not there any more."""
    missing: list[str] = []
    for number, row in enumerate(named):
        progress(number, len(named))
        if not await asyncio.to_thread(_copy_blob, blobs, row["digest"], target, previous, seal):
            missing.append(row["digest"].hex())
    progress(len(named), len(named))
    return missing


def _copy_blob(blobs: Blobs, digest: bytes, target: Path, previous: Path | None, seal: Seal | None) -> bool:
    path = _blob_path(target, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    if previous is not None:
        with suppress(OSError):  # it has it not, or the disk cannot name a file twice
            os.link(_blob_path(previous, digest), path)
            return True
    with backup_seal.create(path, seal, digest.hex()) as writer:
        is_there = blobs.copy(digest, writer)
    if not is_there:
        path.unlink()
    return is_there


def _finish(unfinished: Path, target: Path, manifest: Manifest, seal: Seal | None) -> None:
    """Give the backup its name, once all of it is on the disk for good."""
    if seal is not None:
        manifest = msgspec.structs.replace(manifest, signature=seal.sign(_signed_part(manifest)))
    (unfinished / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    os.sync()
    unfinished.rename(target)
    os.sync()


def _signed_part(manifest: Manifest) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(manifest, signature=""), order="deterministic")


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


async def _content(path: Path, seal: Seal | None) -> AsyncIterator[bytes]:
    def begin() -> BinaryIO:
        return frames.open_content(backup_seal.open_file(path, seal, path.name))

    with await asyncio.to_thread(begin) as content:
        while block := await asyncio.to_thread(content.read, _BLOCK):
            yield block


def _damaged(path: Path) -> errors.InvalidError:
    return errors.InvalidError(
        f"The file {path.name[:12]}… in the backup is not what it was.",
        hint="Copy the backup again from where it was made, or use an older one.",
    )
