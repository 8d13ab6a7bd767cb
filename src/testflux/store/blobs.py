"""Files as they were sent, each once, named by the SHA-256 of its bytes; on the disk they lie in packed frames.

A file is on the disk for good (fsync) before its name is known to anybody. Whether it is still needed is the database's
to say: a blob is dropped when no upload names it.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import math
import os
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from testflux.kit import errors, inflate
from testflux.store import frames, shelves

_BLOCK = 1024 * 1024


class StoredBlob(msgspec.Struct, frozen=True):
    """A stored file: SHA-256 and size of its bytes."""

    digest: bytes
    size_bytes: int


class Writable(Protocol):
    """Anything that takes bytes."""

    def write(self, block: bytes, /) -> object:
        """Take the next bytes."""
        ...


class Blobs:
    """A blob store: a local folder (made when missing), or an object store by URL (`s3://bucket/path`, gs, az).

    `incoming` is the local folder where files are gathered before they are kept.
    """

    def __init__(self, place: Path | str, incoming: Path | None = None) -> None:
        self.place = place
        folder = _folder(place)
        self._shelf: shelves.Shelf = shelves.FolderShelf(folder) if folder else _object_shelf(str(place))
        self._incoming = incoming or (folder or Path(tempfile.gettempdir())) / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._held: Path | None = None

    async def adopt(self) -> None:
        """Take an empty folder for a new store: only where the database knows of no file yet."""
        await asyncio.to_thread(self._shelf.adopt)

    async def check(self) -> None:
        """Return when the store can be used. UnavailableError: it is away for now; SetupError: it is set up wrong."""
        await asyncio.to_thread(self._shelf.check)

    @asynccontextmanager
    async def arriving(self) -> AsyncGenerator[Blobs]:
        """Lend the same store for files that nothing names yet: should somebody remove one, `secure` puts it back.

        On a disk that knows no links `secure` can only say that it is gone. UnavailableError when the disk refuses.
        """
        try:
            held = Path(tempfile.mkdtemp(dir=self._incoming))
        except OSError as error:
            raise _refused(error) from error
        lent = copy.copy(self)
        lent._held = held  # noqa: SLF001  (our own)
        try:
            yield lent
        finally:
            await asyncio.to_thread(shutil.rmtree, held, ignore_errors=True)

    async def secure(self, digests: Iterable[bytes]) -> None:
        """Return when these blobs are stored, after nobody removes them any more; UnavailableError when one is not."""
        try:
            await asyncio.to_thread(self._secure, set(digests))
        except OSError as error:
            raise _refused(error) from error

    def _secure(self, digests: set[bytes]) -> None:
        for digest in digests:
            if self._shelf.exists(digest):
                continue
            held = self._held and self._held / digest.hex()
            if held is None or not held.exists():
                raise errors.UnavailableError("The file was removed while it arrived.", hint="Send it again.")
            self._shelf.keep(held, digest)

    async def put(self, chunks: AsyncIterator[bytes], limit: int) -> StoredBlob:
        """Store a stream. TooLargeError above `limit` bytes, UnavailableError if the disk refuses: nothing is kept."""
        try:
            # Not in a thread: who gives up while it opens a file could not close it.
            incoming = _Incoming(self._incoming)
            try:
                async for block in _blocks(chunks):
                    if incoming.size + len(block) > limit:
                        raise too_large(limit)
                    await asyncio.to_thread(incoming.write, block)
                return await asyncio.to_thread(incoming.finish, self._shelf, self._held)
            finally:
                incoming.discard()
        except OSError as error:
            raise _refused(error) from error

    async def put_stream(self, stream: inflate.Stream, limit: int) -> StoredBlob:
        """Store what a stream still holds, read in a thread; otherwise as `put`, and with the errors of the stream."""
        return await self.put(_read_out(stream), limit)

    def open(self, digest: bytes) -> BinaryIO:
        """Open a blob for reading, off the event loop; NotFoundError when it is not there."""
        try:
            file = self._open(digest)
        except FileNotFoundError:
            raise errors.NotFoundError("The file is no longer stored.", hint="Send it again.") from None
        with ExitStack() as undo:
            undo.callback(file.close)
            content = frames.open_content(file)
            undo.pop_all()
        return content

    def _open(self, digest: bytes) -> BinaryIO:
        try:
            return self._shelf.open(digest)
        except FileNotFoundError:
            if self._held is None:
                raise
            return (self._held / digest.hex()).open("rb")

    async def open_aside(self, digest: bytes) -> BinaryIO:
        """Open as `open` does, in a thread; who gives up meanwhile leaves no file open."""
        opening = asyncio.ensure_future(asyncio.to_thread(self.open, digest))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close)
            raise

    async def stream(self, digest: bytes) -> AsyncIterator[bytes]:
        """Yield a blob in blocks."""
        with await self.open_aside(digest) as file:
            while block := await asyncio.to_thread(file.read, _BLOCK):
                yield block

    async def read_range(self, digest: bytes, start: int, end: int) -> bytes:
        """Return the bytes from `start` to before `end`; only the frames they are in are unpacked."""
        with await self.open_aside(digest) as file:
            return await asyncio.to_thread(_cut, file, start, end)

    def copy(self, digest: bytes, target: Writable) -> bool:
        """Write a blob to a file as it is stored, packed; false when it is not there. Blocks."""
        try:
            with self._shelf.open(digest) as file:
                while block := file.read(_BLOCK):
                    target.write(block)
        except FileNotFoundError:
            return False
        return True

    async def exists(self, digest: bytes) -> bool:
        """Whether the blob is stored."""
        return await asyncio.to_thread(self._shelf.exists, digest)

    async def drop(self, *digests: bytes, until: float = math.inf) -> None:
        """Remove blobs; harmless for those that are not there.

        UnavailableError when `until` (time.monotonic) comes before they are gone: from then on the rest stays.
        """
        await asyncio.to_thread(self._shelf.drop, *digests, until=until)

    async def list_older(self, age_s: float) -> AsyncIterator[list[bytes]]:
        """Yield the digests of blobs older than `age_s` seconds, a thousand at a time.

        Half-written files of that age are removed.
        """
        moment = time.time() - age_s
        await asyncio.to_thread(self._drop_remains, moment)
        pages = self._shelf.list_older(moment)
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            yield page

    def _drop_remains(self, moment: float) -> None:
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError):  # its upload just ended
                if path.stat().st_mtime >= moment:
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()


class _Incoming:
    """A file being written. Its methods block."""

    def __init__(self, folder: Path) -> None:
        handle, name = tempfile.mkstemp(dir=folder)
        self.size = 0
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._frames = frames.Writer(self._file)
        self._state = hashlib.sha256()

    def write(self, block: bytes) -> None:
        self._state.update(block)
        self.size += len(block)
        self._frames.write(block)

    def finish(self, shelf: shelves.Shelf, held: Path | None) -> StoredBlob:
        self._frames.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        blob = StoredBlob(self._state.digest(), self.size)
        if held:
            with suppress(OSError):  # the same file is held already, or the disk knows no links
                os.link(self._path, held / blob.digest.hex())
        shelf.keep(self._path, blob.digest)
        return blob

    def discard(self) -> None:
        """Close; what was not kept goes."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _cut(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)


def _close(opening: asyncio.Future[BinaryIO]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def too_large(limit: int) -> errors.TooLargeError:
    """Return the error for a file over the limit."""
    return errors.TooLargeError(
        f"The file is larger than {limit / 2**20:,.0f} MiB, the limit of this server.",
        hint="Send the report without attachments, or ask an administrator to raise TESTFLUX_UPLOAD_LIMIT.",
    )


async def _read_out(stream: inflate.Stream) -> AsyncIterator[bytes]:
    while block := await asyncio.to_thread(stream.read, _BLOCK):
        yield block


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather chunks into blocks worth a trip to a thread."""
    waiting: list[bytes] = []
    size = 0
    async for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= _BLOCK:
            yield b"".join(waiting)
            waiting.clear()
            size = 0
    if waiting:
        yield b"".join(waiting)


def _folder(place: Path | str) -> Path | None:
    """Return the local folder that a place names, None for an object store."""
    if isinstance(place, Path):
        return place
    parts = urlsplit(place)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _object_shelf(url: str) -> shelves.Shelf:
    from testflux.store import objects  # noqa: PLC0415  (20 MB that a local folder does not need)

    return objects.ObjectShelf(url)


def _refused(error: OSError) -> errors.UnavailableError:
    return errors.UnavailableError(
        f"The blob store cannot keep the file: {error.strerror or error}.",
        hint="Make room on the disk that holds TESTFLUX_DATA, or mend its permissions; then send the file again.",
    )
