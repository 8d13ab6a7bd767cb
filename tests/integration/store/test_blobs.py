from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import pytest

from made import chunks, list_files
from testflux.kit import errors
from testflux.store import shelves
from testflux.store.blobs import Blobs


@pytest.fixture(params=["folder", "url", "objects"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """A blob store of each kind."""
    places = {"folder": tmp_path / "blobs", "url": (tmp_path / "a b").as_uri(), "objects": "memory:///"}
    return Blobs(places[request.param], incoming=tmp_path / "incoming")


def leftovers(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "incoming").iterdir())


async def test_what_is_put_can_be_read(blobs: Blobs, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    stored = await blobs.put(chunks(content[:10], content[10:2_000_000], content[2_000_000:]), 10**7)

    assert stored.digest == hashlib.sha256(content).digest()
    assert stored.size_bytes == len(content)
    with blobs.open(stored.digest) as file:
        assert file.read() == content
        file.seek(5)
        assert file.read(5) == content[5:10]
    assert b"".join([block async for block in blobs.stream(stored.digest)]) == content
    assert leftovers(tmp_path) == []


async def test_a_piece_of_a_packed_file_can_be_read(blobs: Blobs) -> None:
    content = b"".join(b"<test>%d</test>\n" % number for number in range(200_000))
    stored = await blobs.put(chunks(content), 10**7)
    start = content.index(b"<test>150000<")
    assert await blobs.read_range(stored.digest, start, start + 19) == b"<test>150000</test>"
    assert await blobs.read_range(stored.digest, len(content) - 4, len(content) + 9) == content[-4:]


async def test_a_report_takes_little_room(tmp_path: Path) -> None:
    content = b"<test>passed</test>\n" * 100_000
    stored = await Blobs(tmp_path / "blobs").put(chunks(content), 10**7)
    (path,) = (tmp_path / "blobs").glob(f"*/{stored.digest.hex()}")
    assert stored.size_bytes == len(content)
    assert path.stat().st_size < len(content) / 100


async def test_damage_on_the_disk_leaves_no_file_open(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    stored = await blobs.put(chunks(b"<test>passed</test>" * 10_000), 10**7)
    (path,) = (tmp_path / "blobs").glob(f"*/{stored.digest.hex()}")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(errors.UnavailableError, match="damaged"):
        blobs.open(stored.digest)


async def test_nothing_is_a_file_too(blobs: Blobs) -> None:
    stored = await blobs.put(chunks(), 10)
    with blobs.open(stored.digest) as file:
        assert file.read() == b""


async def test_the_same_content_is_stored_once(blobs: Blobs) -> None:
    first = await blobs.put(chunks(b"same"), 10)
    assert await blobs.put(chunks(b"sa", b"me"), 10) == first
    assert await list_files(blobs) == [first.digest]


async def test_a_file_over_the_limit_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    assert (await blobs.put(chunks(b"12345"), 5)).size_bytes == 5
    with pytest.raises(errors.TooLargeError, match="larger than"):
        await blobs.put(chunks(b"123", b"456"), 5)
    assert leftovers(tmp_path) == []


async def test_a_request_that_breaks_off_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, errors.UnavailableError)):
        await blobs.put(broken(), 100)
    assert leftovers(tmp_path) == []


async def test_what_is_dropped_is_gone(blobs: Blobs) -> None:
    stored = await blobs.put(chunks(b"x"), 10)
    assert await blobs.exists(stored.digest)
    await blobs.drop(stored.digest)
    await blobs.drop(stored.digest)
    assert not await blobs.exists(stored.digest)
    with pytest.raises(errors.NotFoundError, match="no longer stored"):
        blobs.open(stored.digest)


async def test_only_old_files_are_listed_and_old_remains_removed(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    old = await blobs.put(chunks(b"old"), 10)
    await blobs.put(chunks(b"new"), 10)
    remains = tmp_path / "blobs" / "incoming" / "half"
    remains.write_bytes(b"h")
    path = next((tmp_path / "blobs").glob(f"*/{old.digest.hex()}"))
    for aged in (path, remains):
        os.utime(aged, (time.time() - 100, time.time() - 100))

    assert [page async for page in blobs.list_older(50)] == [[old.digest]]
    assert not remains.exists()


async def test_a_disk_that_refuses_is_named_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(tmp_path / "blobs")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelves.FolderShelf, "keep", refuse)
    with pytest.raises(errors.UnavailableError, match="No space left on device"):
        await blobs.put(chunks(b"x"), 10)


async def test_a_folder_whose_disk_is_away_is_not_written_to(tmp_path: Path) -> None:
    place = tmp_path / "blobs"
    blobs = Blobs(place, incoming=tmp_path / "incoming")
    stored = await blobs.put(chunks(b"kept"), 10)
    disk = place.rename(tmp_path / "disk")
    place.mkdir()  # as an empty mount point is
    for attempt in (blobs.check(), blobs.put(chunks(b"x"), 10), blobs.exists(stored.digest)):
        with pytest.raises(errors.UnavailableError, match="is not there"):
            await attempt
    with pytest.raises(errors.UnavailableError, match="is not there"):
        blobs.open(stored.digest)
    assert list(place.iterdir()) == []
    place.rmdir()
    disk.rename(place)
    await blobs.check()
    with blobs.open(stored.digest) as file:
        assert file.read() == b"kept"


async def test_an_empty_folder_is_a_store_only_when_somebody_says_so(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    blobs = Blobs(tmp_path / "blobs")
    with pytest.raises(errors.UnavailableError, match="is not there"):
        await blobs.put(chunks(b"x"), 10)
    await blobs.adopt()
    assert (await blobs.put(chunks(b"x"), 10)).size_bytes == 1


async def test_a_file_is_on_the_disk_for_good_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync, move = os.fsync, Path.replace

    def note_sync(handle: int) -> None:
        order.append("sync folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "sync file")  # noqa: PTH112
        sync(handle)

    def note_move(self: Path, target: Path) -> Path:
        order.append("name")
        return move(self, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_move)
    await Blobs(tmp_path / "blobs").put(chunks(b"x"), 10)
    assert order == ["sync file", "name", "sync folder", "sync folder"]


async def test_who_gives_up_while_a_file_is_opened_leaves_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs(tmp_path / "blobs")
    stored = await blobs.put(chunks(b"report"), 100)
    opened: list[BinaryIO] = []
    may_go_on = threading.Event()

    def open_slowly(digest: bytes) -> BinaryIO:
        may_go_on.wait(10)
        opened.append(Blobs.open(blobs, digest))
        return opened[0]

    monkeypatch.setattr(blobs, "open", open_slowly)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(blobs.open_aside(stored.digest), 0.01)
    may_go_on.set()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    await asyncio.to_thread(str)  # one turn of the loop, in which who is told of the end is called
    assert opened[0].closed
