"""The front door: a file is stored for good, written down and its job queued, all before anybody is told it arrived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec

from testflux.ingest import unpack
from testflux.kit import errors, hashing, inflate
from testflux.model.run import Metadata
from testflux.store import uploads
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database

_BLOCK = 1024 * 1024


class IncomingFile(msgspec.Struct, frozen=True):
    """A file on its way in: its name as sent, for people only, and its bytes."""

    name: str
    chunks: AsyncIterator[bytes]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends to which project, and under which keys. `idempotency_key` must differ for each file of a request."""

    project_id: int
    metadata: Metadata = Metadata()
    idempotency_key: str | None = None
    user_id: int | None = None
    request_id: str = ""


class KeptFile(msgspec.Struct, frozen=True):
    """A file that is stored, but not written down yet; or why it was not stored."""

    name: str
    content: StoredBlob | errors.TooLargeError


class Received(msgspec.Struct, frozen=True):
    """An upload that is written down. `is_duplicate`: the same was sent before, and this is that upload.

    `refusal` says why it was rejected at the door.
    """

    upload_id: int
    is_duplicate: bool
    refusal: errors.TooLargeError | None = None


async def receive(
    database: Database, blobs: Blobs, file: IncomingFile, sender: Sender, limits: inflate.Limits
) -> list[Received]:
    """Take a file in; an archive becomes one upload for each report in it. What is returned survives any crash.

    A file past the limits is written down as rejected, not kept, and raised as TooLargeError. An archive that cannot be
    opened becomes one rejected upload. UnavailableError: nothing was taken in, send again.
    """
    received = await register(database, blobs, await keep(blobs, file, limits), sender, limits)
    if received[0].refusal:
        raise received[0].refusal
    return received


async def keep(blobs: Blobs, file: IncomingFile, limits: inflate.Limits) -> KeptFile:
    """Store a file before it is known what its sender says about it."""
    try:
        return KeptFile(file.name, await blobs.put(file.chunks, limits.max_bytes))
    except errors.TooLargeError as error:
        return KeptFile(file.name, error)


async def register(
    database: Database, blobs: Blobs, file: KeptFile, sender: Sender, limits: inflate.Limits
) -> list[Received]:
    """Write a stored file down and queue its job, as `receive` does; a refused one is answered, not raised."""
    stored = [file.content] if isinstance(file.content, StoredBlob) else []
    refusal: errors.TooLargeError | None = None
    try:
        members = await _unpack(blobs, file, stored, limits)
        new = [_describe(sender, name, blob, is_member=blob is not stored[0]) for name, blob in members]
    except errors.TooLargeError as error:
        refusal = error
        new = [_refuse(sender, file.name, stored[0].size_bytes if stored else limits.max_bytes, error)]
    except errors.ReportError as error:
        new = [msgspec.structs.replace(_describe(sender, file.name, stored[0]), error=error)]
    received = await _write_down(database, blobs, new)
    kept = {
        upload.blob.digest
        for upload, answer in zip(new, received, strict=True)
        if upload.blob and not answer.is_duplicate
    }
    await uploads.drop_unused_blobs(database, blobs, [blob.digest for blob in stored if blob.digest not in kept])
    return [msgspec.structs.replace(answer, refusal=refusal) for answer in received]


async def _unpack(
    blobs: Blobs, kept: KeptFile, stored: list[StoredBlob], limits: inflate.Limits
) -> list[tuple[str, StoredBlob]]:
    """Return the reports in a stored file with their names; those of an archive are stored and added to `stored`."""
    if isinstance(kept.content, errors.TooLargeError):
        raise kept.content
    name, whole = kept.name, kept.content
    with await blobs.open_aside(whole.digest) as file:
        if not await asyncio.to_thread(unpack.is_archive, file):
            return [(name, whole)]
        found: list[tuple[str, StoredBlob]] = []
        members = unpack.open_report(file, name, limits)
        while member := await asyncio.to_thread(next, members, None):
            stored.append(await blobs.put(_chunks(member.stream), limits.max_bytes))
            found.append((member.name, stored[-1]))
        return found


async def _chunks(stream: inflate.Stream) -> AsyncIterator[bytes]:
    while block := await asyncio.to_thread(stream.read, _BLOCK):
        yield block


async def _write_down(database: Database, blobs: Blobs, new: list[uploads.NewUpload]) -> list[Received]:
    received: dict[int, Received] = {}
    async with database.write() as writer:
        # In one order everywhere: two archives with the same reports must not wait for each other.
        for position, upload in sorted(enumerate(new), key=lambda pair: pair[1].key):
            upload_id, is_new = await uploads.add_upload(writer, upload)
            if upload.blob and not await blobs.exists(upload.blob.digest):
                raise errors.UnavailableError("The file was removed while it arrived.", hint="Send it again.")
            received[position] = Received(upload_id, is_duplicate=not is_new)
    return [received[position] for position in range(len(new))]


def _describe(sender: Sender, name: str, blob: StoredBlob, *, is_member: bool = False) -> uploads.NewUpload:
    return uploads.NewUpload(
        project_id=sender.project_id,
        key=_key(sender, blob, name if is_member else ""),
        file_name=name,
        size_bytes=blob.size_bytes,
        blob=blob,
        metadata=sender.metadata,
        request_id=sender.request_id,
        created_by=sender.user_id,
    )


def _refuse(sender: Sender, name: str, size_bytes: int, error: errors.TooLargeError) -> uploads.NewUpload:
    nothing = StoredBlob(b"", size_bytes)
    return msgspec.structs.replace(_describe(sender, name, nothing), blob=None, error=error)


def _key(sender: Sender, blob: StoredBlob, member: str) -> bytes:
    """Identify an upload: the same content with the same metadata is the same upload, or the same caller's key is."""
    if sender.idempotency_key is not None:
        return hashing.digest(("key", sender.idempotency_key, member))
    metadata = msgspec.json.encode(sender.metadata, order="deterministic").decode()
    return hashing.digest(("content", blob.digest.hex(), metadata))
