"""Removing a file while the same one arrives again, and removals that somebody began and left."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from made import Project, chunks
from testflux.ingest import receive
from testflux.kit import errors, inflate
from testflux.model.access import EVERYBODY, Scope
from testflux.model.run import Metadata
from testflux.store import contents, shelves, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Writer

CONTENT = b"<testsuite><testcase name='a'/></testsuite>"
DIGEST = hashlib.sha256(CONTENT).digest()


class Dying(Database):
    """A database that dies before the commit of its n-th writing from now."""

    dies_in = 0

    @asynccontextmanager
    async def write(self, scope: Scope) -> AsyncGenerator[Writer]:
        async with super().write(scope) as writer:
            yield writer
            self.dies_in -= 1
            if self.dies_in == 0:
                raise errors.UnavailableError("died")


class Gate:
    """Stops every removal of files just before it begins, until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self.drop: Callable[..., None] = shelves.FolderShelf.drop

    def __call__(self, shelf: shelves.FolderShelf, *digests: bytes, until: float) -> None:
        self.reached.set()
        assert self.opened.wait(30)
        self.drop(shelf, *digests, until=until)


class Desk:
    """One project, its blob store, and one file that is sent and removed."""

    def __init__(self, project: Project, database: Database, folder: Path) -> None:
        self.project, self.database, self.folder, self.blobs = project, database, folder, Blobs(folder)

    async def send(self, between: Callable[[], Any] | None = None) -> int:
        """Send the file, with something happening after it is stored and before it is written down."""
        sender = receive.Sender(project_id=self.project.project_id)
        async with self.blobs.arriving() as arriving:
            file = await receive.keep(arriving, receive.IncomingFile("a.xml", chunks(CONTENT)), inflate.Limits())
            if between:
                await between()
            (received,) = await receive.register(self.database, arriving, [file], sender, inflate.Limits())
        return received.upload_id

    async def forget(self, upload_id: int) -> None:
        """Remove the upload, but not its file yet."""
        async with self.database.write(EVERYBODY) as writer:
            await uploads.drop_upload(writer, self.project.project_id, upload_id)

    async def drop(self, database: Database | None = None) -> int:
        return await uploads.drop_unused_blobs(database or self.database, self.blobs, [DIGEST])

    async def age(self, interval: str) -> None:
        async with self.database.write(EVERYBODY) as writer:
            await writer.run("update blob set dropped_at = dropped_at - %(by)s::interval", by=interval)
            await writer.run("update blob set created_at = created_at - %(by)s::interval", by=interval)

    async def state(self) -> tuple[bool, int, bool]:
        """Whether the file is there, how many rows it has, and whether it is marked."""
        rows = await self.project.rows("select dropped_at from blob")
        return await self.blobs.exists(DIGEST), len(rows), any(row["dropped_at"] for row in rows)


GONE, THERE, LEFT, ROW_ONLY = (False, 0, False), (True, 1, False), (True, 1, True), (False, 1, True)


@pytest.fixture
def desk(project: Project, database: Database, tmp_path: Path) -> Desk:
    return Desk(project, database, tmp_path / "blobs")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()

    def drop(shelf: shelves.FolderShelf, *digests: bytes, until: float) -> None:
        gate(shelf, *digests, until=until)

    monkeypatch.setattr(shelves.FolderShelf, "drop", drop)
    yield gate
    gate.opened.set()


@pytest.fixture
async def dying(database: Database) -> AsyncIterator[Dying]:
    dying = Dying(database.url)
    await dying.open()
    yield dying
    await dying.close()


async def test_a_file_that_is_removed_while_it_arrives_again_is_there_afterwards(desk: Desk) -> None:
    await desk.forget(await desk.send())
    await desk.send(between=desk.drop)
    assert await desk.state() == THERE
    assert b"".join([block async for block in desk.blobs.stream(DIGEST)]) == CONTENT
    assert list((desk.folder / "incoming").iterdir()) == []


async def test_what_nobody_holds_must_be_sent_again(desk: Desk) -> None:
    async with desk.blobs.arriving() as arriving:
        stored = await desk.blobs.put(chunks(CONTENT), 1000)
        await arriving.secure([stored.digest])
        await desk.drop()
        with pytest.raises(errors.UnavailableError, match="was removed while it arrived"):
            await arriving.secure([stored.digest])
        with pytest.raises(errors.NotFoundError):
            arriving.open(stored.digest)


async def test_an_upload_waits_for_a_removal_that_has_begun_and_then_wins(desk: Desk, gate: Gate) -> None:
    await desk.forget(await desk.send())
    dropping = asyncio.create_task(desk.drop())
    await asyncio.to_thread(gate.reached.wait, 30)
    assert await desk.state() == LEFT
    asked = asyncio.Event()

    async def opened() -> None:
        asked.set()

    sending = asyncio.create_task(desk.send(between=opened))
    await asked.wait()
    waiting = "select from pg_locks where locktype = 'advisory' and granted"
    while not await desk.project.rows(waiting):
        assert not sending.done()
    gate.opened.set()
    assert await dropping == 1
    await sending
    assert await desk.state() == THERE


async def test_an_upload_is_not_taken_in_while_a_removal_hangs(
    desk: Desk, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_LEASE_S", 0.3)
    await desk.forget(await desk.send())
    dropping = asyncio.create_task(desk.drop())
    await asyncio.to_thread(gate.reached.wait, 30)
    with pytest.raises(errors.UnavailableError, match="just being removed"):
        await desk.send()
    gate.opened.set()
    with pytest.raises(errors.UnavailableError, match="took too long"):
        await dropping
    assert await desk.state() == LEFT, "it came too late to remove anything"


async def test_a_removal_that_is_late_does_not_hit_what_was_sent_again(
    desk: Desk, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.forget(await desk.send())
    monkeypatch.setattr(uploads, "_LEASE_S", 0.0)
    late = asyncio.create_task(desk.drop())
    await asyncio.to_thread(gate.reached.wait, 30)
    await desk.age("6 minutes")
    await desk.send()
    gate.opened.set()
    with pytest.raises(errors.UnavailableError):
        await late
    assert await desk.state() == THERE


@pytest.mark.parametrize(("dies_in", "state"), [(1, THERE), (2, ROW_ONLY)])
async def test_what_a_dead_database_leaves_is_swept_or_sent_again(
    desk: Desk, dying: Dying, dies_in: int, state: tuple[bool, int, bool]
) -> None:
    for again in (False, True):
        await desk.forget(await desk.send())
        dying.dies_in = dies_in
        with pytest.raises(errors.UnavailableError, match="died"):
            await desk.drop(dying)
        assert await desk.state() == state
        assert await uploads.drop_left_blobs(desk.database, desk.blobs) == 0, "it may still be at work"
        await desk.age("2 days")
        if again:
            await desk.send()
            assert await uploads.drop_left_blobs(desk.database, desk.blobs) == 0
            assert await desk.state() == THERE
        else:
            assert await uploads.drop_left_blobs(desk.database, desk.blobs) == 1
            assert await desk.state() == GONE


async def test_a_blob_store_that_is_away_leaves_the_rest_to_the_night(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, until: float) -> None:
        del until
        raise errors.UnavailableError("away")

    await desk.forget(await desk.send())
    with monkeypatch.context() as patch:
        patch.setattr(shelves.FolderShelf, "drop", away)
        with pytest.raises(errors.UnavailableError):
            await desk.drop()
    assert await desk.state() == LEFT
    assert await desk.drop() == 0, "somebody else is at it, as far as anybody knows"
    await desk.age("2 days")
    assert await uploads.drop_left_blobs(desk.database, desk.blobs) == 1
    assert await desk.state() == GONE


async def test_two_who_remove_the_same_file_remove_it_once(desk: Desk, gate: Gate) -> None:
    await desk.forget(await desk.send())
    first = asyncio.create_task(desk.drop())
    await asyncio.to_thread(gate.reached.wait, 30)
    second = asyncio.create_task(desk.drop())
    gate.opened.set()
    assert await first == 1
    assert await second in {0, 1}
    assert await desk.state() == GONE


async def test_what_a_report_unfolds_to_is_there_although_the_same_file_was_just_removed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk.database.write(EVERYBODY) as writer:
        new = uploads.NewUpload(
            project_id=desk.project.project_id,
            key=b"k",
            file_name="a.xml.gz",
            size_bytes=1,
            metadata=Metadata(),
            blob=await desk.blobs.put(chunks(gzip.compress(CONTENT)), 1000),
        )
        upload_id, _ = await uploads.add_upload(writer, new)
        upload = await uploads.get_upload(writer, desk.project.project_id, upload_id)
    save = uploads.save_content

    async def removed_before(*given: Any) -> None:
        await desk.drop()
        await save(*given)

    monkeypatch.setattr(uploads, "save_content", removed_before)
    unfolded = await contents.unfold(desk.database, desk.blobs, upload, inflate.Limits())
    assert unfolded["blob_digest"] == DIGEST
    assert await desk.state() == THERE


def test_nothing_is_removed_past_its_time(tmp_path: Path) -> None:
    shelf = shelves.FolderShelf(tmp_path / "shelf")
    file = tmp_path / "new"
    file.write_bytes(b"x")
    shelf.keep(file, DIGEST)
    with pytest.raises(errors.UnavailableError):
        shelf.drop(DIGEST, until=time.monotonic() - 1)
    assert shelf.exists(DIGEST)
    shelf.drop(DIGEST, until=time.monotonic() + timedelta(minutes=1).total_seconds())
    assert not shelf.exists(DIGEST)
