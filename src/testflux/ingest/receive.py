"""The front door: a file is stored for good, written down and its job queued, all before anybody is told it arrived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime

import msgspec

from testflux.ingest import allure_folder, archive, bundle, unpack
from testflux.kit import errors, hashing, identifiers, inflate
from testflux.model.access import EVERYBODY
from testflux.model.run import Metadata
from testflux.parse import blocks, sniff
from testflux.store import attachments, audit, uploads
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database, Writer


class IncomingFile(msgspec.Struct, frozen=True):
    """A file on its way in: its name as sent, for people only, and its bytes."""

    name: str
    chunks: AsyncIterator[bytes]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends to which project, and under which key. `org_id` is whose audit log says so; None: nobody's."""

    project_id: int
    org_id: int | None = None
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


class _Arrived(msgspec.Struct, frozen=True):
    """A stored file, plain or out of an archive; `index` is the place of what was sent in its request."""

    index: int
    sender: Sender
    blob: StoredBlob
    is_member: bool = False


_File = bundle.File[_Arrived]
_New = tuple[int, uploads.NewUpload]


async def receive(
    database: Database, blobs: Blobs, file: IncomingFile, sender: Sender, limits: inflate.Limits
) -> list[Received]:
    """Take a file in; an archive becomes one upload for each report in it. What is returned survives any crash.

    A file past the limits is written down as rejected, not kept, and raised as TooLargeError. An archive that cannot be
    opened becomes one rejected upload. UnavailableError: nothing was taken in, send again. InvalidError: the sender's
    key was used for another content; nothing was taken in.
    """
    async with blobs.arriving() as arriving:
        received = await register(database, arriving, [await keep(arriving, file, limits)], sender, limits)
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
    database: Database, blobs: Blobs, files: Sequence[KeptFile], sender: Sender, limits: inflate.Limits
) -> list[Received]:
    """Write down the stored files of one request and queue their jobs; a refused one is answered, not raised.

    QuotaError: what they hold does not fit, and none of them stays. When `Blobs.arriving` lent the `blobs` with which
    they were kept, nobody can remove them meanwhile.

    Several plain files are looked at together: pictures, videos and texts come along with the reports, and the summary
    of a load test with its samples. Under the sender's key each of several files is taken once.
    """
    desk = _Desk(blobs, limits)
    for index, file in enumerate(files):
        await desk.take(index, sender if len(files) == 1 else _numbered(sender, index), file)
    new = await desk.finish()
    try:
        received = await _write_down(database, blobs, new, sender.org_id)
    except errors.QuotaError:
        await uploads.drop_unused_blobs(database, blobs, [blob.digest for blob in desk.stored])
        raise
    named = uploads.list_blobs(*(item for item, answer in zip(new, received, strict=True) if not answer.is_duplicate))
    unnamed = {blob.digest for blob in desk.stored} - {blob.digest for blob in named}
    await uploads.drop_unused_blobs(database, blobs, list(unnamed))
    return received


class _Desk:
    """Makes uploads of the files of one request. `stored` is every file it knows of, to be named by an upload or go."""

    def __init__(self, blobs: Blobs, limits: inflate.Limits) -> None:
        self._blobs = blobs
        self._limits = limits
        self._plain: list[_File] = []
        self._new: list[_New] = []
        self.stored: list[StoredBlob] = []

    async def take(self, index: int, sender: Sender, file: KeptFile) -> None:
        """Look at a file; an archive is opened at once."""
        if isinstance(file.content, errors.TooLargeError):
            self._new.append((index, _refuse(sender, file.name, self._limits.max_bytes, file.content)))
            return
        self.stored.append(file.content)
        arrived = bundle.File(file.name, _Arrived(index, sender, file.content))
        with await self._blobs.open_aside(file.content.digest) as opened:
            if await asyncio.to_thread(archive.is_archive, opened):
                parts = unpack.open_report(opened, file.name, self._limits)
                self._new += await self._open(arrived, parts)
            else:
                start = await asyncio.to_thread(blocks.full, opened, sniff.SIZE)
                self._plain.append(_look_into(arrived, start))

    async def finish(self) -> list[uploads.NewUpload]:
        """Return all uploads in the order of the files."""
        pieces = [file for file in self._plain if _is_piece(file)]
        plain = [file for file in self._plain if file not in pieces]
        if pieces:
            parts = unpack.sort(_members(self._blobs, pieces))
            plain += (await self._store(pieces[0].content, parts))[0]
        if all(file.media_type for file in plain):  # no report that they could belong to: each is judged by itself
            plain = [msgspec.structs.replace(file, media_type="") for file in plain]
        new = self._new + [_describe(item) for item in bundle.plan(plain)]
        return [upload for _, upload in sorted(new, key=lambda pair: pair[0])]

    async def _open(self, file: _File, parts: Iterator[unpack.Part]) -> list[_New]:
        """Return an upload for each report in an archive, or one that is refused or rejected."""
        try:
            members, unopened = await self._store(file.content, parts)
        except errors.TooLargeError as error:
            sent = file.content
            return [(sent.index, _refuse(sent.sender, file.name, sent.blob.size_bytes, error))]
        except errors.ReportError as error:
            index, upload = _describe(bundle.Bundle(file))
            return [(index, msgspec.structs.replace(upload, error=error))]
        return [_describe(item) for item in bundle.plan(members)] + unopened

    async def _store(self, source: _Arrived, parts: Iterator[unpack.Part]) -> tuple[list[_File], list[_New]]:
        """Store the parts; also return a rejected upload for each that cannot be opened."""
        found: list[_File] = []
        unopened: list[_New] = []
        while part := await asyncio.to_thread(next, parts, None):
            blob = await self._blobs.put_stream(part.stream, self._limits.max_bytes)
            self.stored.append(blob)
            sender = _dated(source.sender, part.written_at)
            arrived = msgspec.structs.replace(source, sender=sender, blob=blob, is_member=True)
            file = bundle.File(part.name, arrived, part.format, part.media_type)
            if part.error is None:
                found.append(file)
            else:
                index, upload = _describe(bundle.Bundle(file))
                unopened.append((index, msgspec.structs.replace(upload, error=part.error)))
        return found, unopened


def _look_into(file: _File, start: bytes) -> _File:
    """Return a plain file with its format, or its media type when it is something that comes along with reports."""
    format_, media_type = unpack.look_into(file.name, start)
    is_beside = media_type.startswith(("image/", "video/")) or media_type in {"text/plain", "text/csv"}
    return msgspec.structs.replace(file, format=format_, media_type=media_type if is_beside else "")


def _is_piece(file: _File) -> bool:
    return allure_folder.is_piece(file.name, is_allure=file.format == unpack.ALLURE)


def _members(blobs: Blobs, files: Sequence[_File]) -> Iterator[archive.Member]:
    for file in files:
        with blobs.open(file.content.blob.digest) as opened:
            yield archive.Member(file.name, opened)


def _dated(sender: Sender, written_at: datetime | None) -> Sender:
    """Let a member have its own time where the time of the archive was to stand in for a report's."""
    said = sender.metadata
    if said.file_time is None or written_at is None or written_at > said.file_time:
        return sender
    return msgspec.structs.replace(sender, metadata=msgspec.structs.replace(said, file_time=written_at))


def _numbered(sender: Sender, index: int) -> Sender:
    key = sender.idempotency_key
    return sender if key is None else msgspec.structs.replace(sender, idempotency_key=f"{key}/{index}")


async def _write_down(
    database: Database, blobs: Blobs, new: Sequence[uploads.NewUpload], org_id: int | None
) -> list[Received]:
    received: dict[int, Received] = {}
    named = uploads.list_blobs(*new)
    async with database.write(EVERYBODY) as writer:
        # In one order everywhere, files first: two archives with the same reports must not wait for each other.
        await uploads.add_blobs(writer, named)
        await blobs.secure(blob.digest for blob in named)
        for position, upload in sorted(enumerate(new), key=lambda pair: pair[1].key):
            upload_id, is_new = await uploads.add_upload(writer, upload)
            refusal = upload.error if isinstance(upload.error, errors.TooLargeError) else None
            received[position] = Received(upload_id, not is_new, refusal)
            if is_new and org_id is not None:
                _note(writer, org_id, upload_id, upload)
    return [received[position] for position in range(len(new))]


def _note(writer: Writer, org_id: int, upload_id: int, new: uploads.NewUpload) -> None:
    target = audit.Target("upload", identifiers.pack(new.project_id, upload_id), new.file_name)
    after: dict[str, object] = {"bytes": new.size_bytes, "sha256": new.blob.digest.hex() if new.blob else None}
    if new.error:
        after["rejected"] = new.error.code
    audit.note(writer, org_id, "upload.create", target, project_id=new.project_id, after=after)


def _describe(item: bundle.Bundle[_Arrived]) -> _New:
    name, sent = item.report.name, item.report.content
    files = [
        *(_file(attachments.Role.REPORT, file.name.rpartition("/")[2], file) for file in item.companions),
        *(_file(attachments.Role.ATTACHMENT, path, file) for path, file in item.attachments),
    ]
    return sent.index, uploads.NewUpload(
        project_id=sent.sender.project_id,
        key=_key(sent, name),
        is_key_given=sent.sender.idempotency_key is not None,
        file_name=name,
        size_bytes=sent.blob.size_bytes,
        blob=sent.blob,
        files=tuple(files),
        warnings=item.warnings,
        metadata=sent.sender.metadata,
        request_id=sent.sender.request_id,
        created_by=sent.sender.user_id,
    )


def _file(role: attachments.Role, path: str, file: _File) -> attachments.NewFile:
    return attachments.NewFile(role, path, file.content.blob, file.media_type or "application/json")


def _refuse(sender: Sender, name: str, size_bytes: int, error: errors.TooLargeError) -> uploads.NewUpload:
    nothing = _Arrived(0, sender, StoredBlob(b"", size_bytes))
    _, upload = _describe(bundle.Bundle(bundle.File(name, nothing)))
    return msgspec.structs.replace(upload, blob=None, error=error)


def _key(sent: _Arrived, name: str) -> bytes:
    """Identify an upload: the same content with the same metadata is the same upload, or the same caller's key is."""
    if sent.sender.idempotency_key is not None:
        return hashing.digest(("key", sent.sender.idempotency_key, name if sent.is_member else ""))
    metadata = msgspec.json.encode(sent.sender.metadata, order="deterministic").decode()
    return hashing.digest(("content", sent.blob.digest.hex(), metadata))
