"""The blob store on a real S3 server."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest

import s3_server
from made import chunks, list_files
from running import find_free_port
from testflux.kit import errors
from testflux.store import frames, objects
from testflux.store.blobs import Blobs

pytestmark = pytest.mark.skipif(s3_server.PROGRAM is None, reason=s3_server.ABSENT)
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3_server.S3Server]:
    with s3_server.S3Server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def make_blobs(server: s3_server.S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Blobs]:
    """`make_blobs()` is the store; `make_blobs(url, NAME=value)` one of another address or environment."""

    def make(url: str = server.url, **environment: str) -> Blobs:
        for name, value in {**server.environment, **environment}.items():
            monkeypatch.setenv(name, value)
        return Blobs(url, incoming=tmp_path / "incoming")

    return make


@pytest.fixture
def blobs(make_blobs: Callable[..., Blobs], request: pytest.FixtureRequest) -> Blobs:
    """A store with nothing in it."""
    return make_blobs(f"s3://{s3_server.BUCKET}/{request.node.name}")


class Seen:
    """What the store was asked for."""

    def __init__(self) -> None:
        self.fetched: list[int] = []
        self.put = 0


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What is asked of the store from now on."""
    seen = Seen()
    get, get_range, put = obstore.get, obstore.get_range, obstore.put

    def note_get(store: Any, key: str, **how: Any) -> Any:
        start, end = how["options"]["range"]
        seen.fetched.append(end - start)
        return get(store, key, **how)

    def note_range(store: Any, key: str, *, start: int, end: int) -> Any:
        seen.fetched.append(end - start)
        return get_range(store, key, start=start, end=end)

    def note_put(*given: Any, **how: Any) -> Any:
        seen.put += 1
        return put(*given, **how)

    monkeypatch.setattr(obstore, "get", note_get)
    monkeypatch.setattr(obstore, "get_range", note_range)
    monkeypatch.setattr(obstore, "put", note_put)
    return seen


def report(size: int) -> bytes:
    """Return a text that packs to about half its size."""
    return os.urandom(size // 2).hex().encode()


async def test_what_is_put_can_be_read(blobs: Blobs) -> None:
    for content in (b"", b"x", report(300_000), report(3 * MIB), os.urandom(3 * MIB)):
        stored = await blobs.put(chunks(content), 10 * MIB)
        assert stored.digest == hashlib.sha256(content).digest()
        assert b"".join([block async for block in blobs.stream(stored.digest)]) == content
        with await blobs.open_aside(stored.digest) as file:
            file.seek(len(content) // 2)
            assert file.read(7) == content[len(content) // 2 :][:7]
            file.seek(0)
            assert file.read() == content


async def test_what_is_there_is_not_sent_again(blobs: Blobs, seen: Seen) -> None:
    first = await blobs.put(chunks(b"same"), 10)
    assert await blobs.put(chunks(b"sa", b"me"), 10) == first
    assert seen.put == 1
    assert await list_files(blobs) == [first.digest]


async def test_a_piece_costs_little_whatever_the_file(blobs: Blobs, seen: Seen) -> None:
    content = report(24 * MIB)
    stored = await blobs.put(chunks(content), 100 * MIB)
    start = 17 * MIB + 5
    assert await blobs.read_range(stored.digest, start, start + 300) == content[start : start + 300]
    assert len(seen.fetched) <= 3, "the beginning, the table, and one frame"
    assert sum(seen.fetched) < 2 * frames.SIZE


async def test_who_reads_on_asks_less_often(blobs: Blobs, seen: Seen) -> None:
    content = os.urandom(24 * MIB)  # kept as it is
    stored = await blobs.put(chunks(content), 100 * MIB)
    with await blobs.open_aside(stored.digest) as file:
        parts = list(iter(lambda: file.read(8192), b""))
    assert b"".join(parts) == content
    assert len(seen.fetched) < 20
    assert max(seen.fetched) <= 4 * MIB


async def test_a_large_file_takes_no_memory_of_its_size(blobs: Blobs) -> None:
    block = os.urandom(MIB)

    async def large() -> AsyncIterator[bytes]:
        for number in range(256):
            yield block + bytes([number])

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stored = await blobs.put(large(), 1024 * MIB)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 96 * 1024, f"{grown} KiB"
    assert await blobs.read_range(stored.digest, stored.size_bytes - 2, stored.size_bytes) == block[-1:] + b"\xff"


async def test_what_is_dropped_is_gone(blobs: Blobs) -> None:
    kept, *others = [(await blobs.put(chunks(b"%d" % number), 10)).digest for number in range(4)]
    await blobs.drop(*others)
    await blobs.drop(*others)
    await blobs.drop()
    assert await list_files(blobs) == [kept]
    assert not await blobs.exists(others[0])
    with pytest.raises(errors.NotFoundError, match="no longer stored"):
        blobs.open(others[0])


async def test_many_files_are_listed_page_by_page(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_PAGE", 10)
    put = {(await blobs.put(chunks(b"%d" % number), 10)).digest for number in range(25)}
    pages = [page async for page in blobs.list_older(-60)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert {digest for page in pages for digest in page} == put
    assert [page async for page in blobs.list_older(60)] == [[], [], []]


async def test_a_wrong_secret_is_named(make_blobs: Callable[..., Blobs]) -> None:
    blobs = make_blobs(AWS_SECRET_ACCESS_KEY="another")
    with pytest.raises(errors.SetupError, match="SignatureDoesNotMatch"):
        await blobs.check()
    with pytest.raises(errors.UnavailableError, match="403 Forbidden"):
        await blobs.put(chunks(b"x"), 10)


async def test_a_missing_bucket_is_named(make_blobs: Callable[..., Blobs]) -> None:
    blobs = make_blobs("s3://nowhere/testflux")
    with pytest.raises(errors.SetupError, match="NoSuchBucket"):
        await blobs.check()
    with pytest.raises(errors.UnavailableError, match="NoSuchBucket"):
        await blobs.put(chunks(b"x"), 10)
    with pytest.raises(errors.UnavailableError, match="NoSuchBucket"):
        blobs.open(b"\0" * 32)


def test_an_address_that_is_none_is_named(make_blobs: Callable[..., Blobs]) -> None:
    with pytest.raises(errors.SetupError, match="cannot be used"):
        make_blobs("s3://")


async def test_the_number_of_a_refusal_in_an_address_is_none(make_blobs: Callable[..., Blobs]) -> None:
    blobs = make_blobs("s3://reports/build-403", AWS_ENDPOINT_URL=f"http://127.0.0.1:{find_free_port()}")
    with pytest.raises(errors.UnavailableError, match="build-403"):
        await blobs.check()


async def test_a_store_that_is_away_is_named_within_seconds_and_needs_no_restart(
    server: s3_server.S3Server, blobs: Blobs
) -> None:
    stored = await blobs.put(chunks(b"kept"), 10)
    server.stop()
    began = time.monotonic()
    try:
        for attempt in (blobs.put(chunks(b"x"), 10), blobs.check(), blobs.exists(stored.digest)):
            with pytest.raises(errors.UnavailableError, match="does not answer"):
                await attempt
        with pytest.raises(errors.UnavailableError, match="does not answer"):
            blobs.open(stored.digest)
    finally:
        server.start()
    assert time.monotonic() - began < 20
    await blobs.check()
    with blobs.open(stored.digest) as file:
        assert file.read() == b"kept"
