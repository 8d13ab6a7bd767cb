"""Files that arrived, and what became of them."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

import msgspec
from psycopg.types.json import Jsonb

from testflux.kit import errors, identifiers
from testflux.model.access import EVERYBODY
from testflux.model.raw import ReportWarning
from testflux.model.run import Metadata, Stage
from testflux.store import attachments, events, jobs, queries, usage
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database, Reader, Row, Writer

_SQL = queries.load("uploads")
_AT_ONCE = 100  # files that are removed together
_LEASE_S = 10.0  # how long files may still be removed after they were marked
_PATIENCE = timedelta(minutes=5)  # after which nothing that began in time can still be on its way, to any store
_LEFT = timedelta(days=1)
_PAUSE_S = 0.05
_PAGE = 1000


class NewUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A file at the door. `blob` is None when it was over the limit: then `size_bytes` is what was read of it.

    `files` came along with it; `warnings` say what was left out. `is_key_given`: the caller said what is the same.
    """

    project_id: int
    key: bytes
    is_key_given: bool = False
    file_name: str
    size_bytes: int
    metadata: Metadata
    blob: StoredBlob | None = None
    files: tuple[attachments.NewFile, ...] = ()
    warnings: tuple[ReportWarning, ...] = ()
    error: errors.TestFluxError | None = None
    request_id: str = ""
    created_by: int | None = None


async def add_upload(writer: Writer, new: NewUpload) -> tuple[int, bool]:
    """Write an upload down and queue its job; returns its id and whether it is new (a repeated one gives the first's).

    One with an `error` is rejected from the start. Waits for a concurrent upload of the same file to be committed.
    QuotaError when its files do not fit any more: then nothing may be committed.
    """
    files = list_blobs(new)
    await add_blobs(writer, files)
    async with usage.counted(writer, new.project_id, [file.digest for file in files]):
        upload_id, is_new = await _write_down(writer, new)
    if not is_new:
        return upload_id, False
    await usage.check_quota(writer, new.project_id)
    if not new.error:
        lock = f"history-{new.project_id}" if new.metadata.file_time else None  # a run is compared with the one before
        await jobs.add_process_upload(writer, new.project_id, upload_id, new.request_id, lock)
    await _publish(writer, new.project_id, upload_id)
    return upload_id, True


async def _write_down(writer: Writer, new: NewUpload) -> tuple[int, bool]:
    row = await writer.find(
        _SQL["add_upload"],
        project_id=new.project_id,
        upload_key=new.key,
        sent_digest=new.blob.digest if new.blob and new.is_key_given else None,
        file_name=new.file_name,
        blob_digest=new.blob.digest if new.blob else None,
        size_bytes=new.size_bytes,
        status="rejected" if new.error else "queued",
        error=Jsonb(_explain(new.error)) if new.error else None,
        metadata=Jsonb(new.metadata),
        warnings=Jsonb(new.warnings),
        request_id=new.request_id,
        created_by=new.created_by,
    )
    if row is None:
        same = await writer.one(_SQL["find_same"], project_id=new.project_id, upload_key=new.key)
        if new.is_key_given and new.blob and same["sent_digest"] != new.blob.digest:
            raise _used(new, same["upload_id"])
        return same["upload_id"], False
    await attachments.add_files(writer, new.project_id, row["upload_id"], new.files)
    return row["upload_id"], True


def list_blobs(*new: NewUpload) -> list[StoredBlob]:
    """Return every stored file that these uploads name."""
    own = [upload.blob for upload in new if upload.blob]
    return own + [file.blob for upload in new for file in upload.files]


async def add_blobs(writer: Writer, blobs: list[StoredBlob]) -> None:
    """Keep stored files from being removed until an upload names them; waits for whoever is just removing one.

    All files of a transaction are to be named at once, first of all: then no two transactions wait for each other.
    One that was removed while it arrived is there again only after `blobs.secure`. UnavailableError: it took too long.
    """
    digests = [blob.digest for blob in blobs]
    await writer.run(_SQL["lock_blobs"], digests=digests)
    deadline = time.monotonic() + _LEASE_S
    while await writer.all(_SQL["list_going_blobs"], digests=digests, patience=_PATIENCE):
        if time.monotonic() > deadline:  # whoever removes it has died, or its disk hangs
            hint = f"Send it again in {_PATIENCE.seconds // 60} minutes."
            raise errors.UnavailableError("The same file is just being removed.", hint=hint)
        await asyncio.sleep(_PAUSE_S)
    await writer.run(_SQL["add_blobs"], digests=digests, sizes=[blob.size_bytes for blob in blobs])


async def has_blobs(reader: Reader) -> bool:
    """Whether any file is named at all."""
    return (await reader.one(_SQL["has_blobs"]))["has_any"]


async def get_upload(reader: Reader, project_id: int, upload_id: int) -> Row:
    """Return an upload with its project (project_slug, project_name, org_id) and its run (run_number, …, or None)."""
    row = await reader.find(_SQL["get_upload"], project_id=project_id, upload_id=upload_id)
    if row is None:
        raise errors.NotFoundError("There is no such upload.", hint="It may have been removed with its run.")
    return row


async def list_uploads(
    reader: Reader,
    project_id: int,
    *,
    status: str | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Row]:
    """Return uploads, newest first; `before` is (created_at, upload_id) of the last one already seen.

    The status `set-aside` stands for those that TestFlux itself failed on.
    """
    before_at, before_id = before or (None, None)
    return await reader.all(
        _SQL["list_uploads"],
        project_id=project_id,
        status=status,
        before_at=before_at,
        before_id=before_id,
        limit=limit,
    )


async def list_known(reader: Reader, project_id: int, digests: list[bytes]) -> list[bytes]:
    """Return those of these files that a project has as uploads that were not rejected."""
    rows = await reader.all(_SQL["list_known"], project_id=project_id, digests=digests)
    return [row["blob_digest"] for row in rows]


async def lock_upload(writer: Writer, project_id: int, upload_id: int) -> str | None:
    """Return the status of an upload that nobody else changes until this transaction ends; None when it is gone."""
    row = await writer.find(_SQL["lock_upload"], project_id=project_id, upload_id=upload_id)
    return row["status"] if row else None


async def save_progress(writer: Writer, project_id: int, upload_id: int, stage: Stage, progress: int) -> None:
    """Say what is being done with an upload, and how far it is (0..100)."""
    changed = await writer.run(
        _SQL["save_progress"], project_id=project_id, upload_id=upload_id, stage=stage, progress=progress
    )
    if changed:
        await _publish(writer, project_id, upload_id)


async def save_content(writer: Writer, project_id: int, upload_id: int, file_name: str, blob: StoredBlob) -> None:
    """Put another file in the place of an upload's own, one that says the same; nothing changes once it is finished."""
    digests = [*await list_digests(writer, project_id, [upload_id]), blob.digest]
    async with usage.counted(writer, project_id, digests):
        await add_blobs(writer, [blob])
        await writer.run(
            _SQL["save_content"],
            project_id=project_id,
            upload_id=upload_id,
            file_name=file_name,
            blob_digest=blob.digest,
            size_bytes=blob.size_bytes,
        )


async def save_stored(writer: Writer, project_id: int, upload_id: int, run_id: int) -> None:
    """Say which run an upload became."""
    await writer.run(_SQL["save_stored"], project_id=project_id, upload_id=upload_id, run_id=run_id)
    await _publish(writer, project_id, upload_id)


async def save_rejected(
    writer: Writer, project_id: int, upload_id: int, error: errors.TestFluxError, *, is_kept: bool = True
) -> list[bytes]:
    """Say why an upload cannot be read; its files stay for download unless `is_kept` is false.

    Returns the digests of what came along and does not stay, for `drop_unused_blobs` after the commit.
    """
    digests = [] if is_kept else await list_digests(writer, project_id, [upload_id])
    async with usage.counted(writer, project_id, digests):
        changed = await writer.run(
            _SQL["save_rejected"],
            project_id=project_id,
            upload_id=upload_id,
            error=Jsonb(_explain(error)),
            is_kept=is_kept,
        )
        dropped = await attachments.drop_files(writer, project_id, upload_id) if changed and not is_kept else []
    await _publish(writer, project_id, upload_id)
    return dropped


async def save_queued(writer: Writer, project_id: int, upload_id: int) -> None:
    """Queue a rejected upload again; ConflictError when that cannot help."""
    row = await writer.find(_SQL["find_rejected"], project_id=project_id, upload_id=upload_id)
    if row is None:
        raise errors.NotFoundError("There is no such upload.", hint="It may have been removed with its run.")
    if row["status"] != "rejected":
        raise errors.ConflictError(f"The upload is {row['status']}.", hint="Only a rejected one can be tried again.")
    if row["blob_digest"] is None:
        raise errors.ConflictError("The upload's file was not kept.", hint="Send the report again.")
    if row["code"].startswith("archive-"):
        raise errors.ConflictError("An archive is opened when it arrives.", hint="Send it again.")
    if row["is_replaced"]:
        raise errors.ConflictError("The same file was sent again since.", hint="Look at the newer upload.")
    await writer.run(_SQL["save_queued"], project_id=project_id, upload_id=upload_id)
    await jobs.add_process_upload(writer, project_id, upload_id, row["request_id"])
    await _publish(writer, project_id, upload_id)


async def list_set_aside(reader: Reader) -> list[Row]:
    """Return (project_id, upload_id) of the uploads that TestFlux itself failed on and whose files are there."""
    return await reader.all(_SQL["list_set_aside"])


async def drop_upload(writer: Writer, project_id: int, upload_id: int) -> list[bytes]:
    """Remove an upload; returns the digests of its files for `drop_unused_blobs` after the commit."""
    digests = await list_digests(writer, project_id, [upload_id])
    async with usage.counted(writer, project_id, digests):
        await writer.run(_SQL["drop_upload"], project_id=project_id, upload_id=upload_id)
        await attachments.drop_files(writer, project_id, upload_id)
    return digests


async def list_digests(reader: Reader, project_id: int, upload_ids: list[int]) -> list[bytes]:
    """Return the files that these uploads name, each once."""
    rows = await reader.all(_SQL["list_digests_of"], project_id=project_id, upload_ids=upload_ids)
    return [row["blob_digest"] for row in rows]


async def drop_unused_blobs(database: Database, blobs: Blobs, digests: list[bytes]) -> int:
    """Remove those of these files that no upload names; returns how many.

    They are marked first, then removed, then forgotten. An upload that names a marked one waits; when whoever marked it
    has died, the upload takes it over, or `drop_left_blobs` removes it. A removal that is late removes nothing.
    """
    dropped = 0
    for start in range(0, len(digests), _AT_ONCE):
        some = digests[start : start + _AT_ONCE]
        until = time.monotonic() + _LEASE_S
        async with database.write(EVERYBODY) as writer:
            await writer.run(_SQL["lock_blobs"], digests=some)
            marked = await writer.all(_SQL["mark_unused_blobs"], digests=some, patience=_PATIENCE)
        await blobs.drop(*(row["digest"] for row in marked), until=until)
        async with database.write(EVERYBODY) as writer:
            dropped += await writer.run(
                _SQL["drop_marked_blobs"],
                digests=[row["digest"] for row in marked],
                marks=[row["dropped_at"] for row in marked],
            )
    return dropped


async def drop_left_blobs(database: Database, blobs: Blobs) -> int:
    """Finish the removals that somebody began and left a day ago; returns how many files that were."""
    dropped = 0
    while True:
        async with database.read(EVERYBODY) as reader:
            left = await reader.all(_SQL["list_left_blobs"], age=_LEFT, limit=_PAGE)
        now = await drop_unused_blobs(database, blobs, [row["digest"] for row in left])
        dropped += now
        if not now:
            return dropped


async def add_lost_again(writer: Writer) -> int:
    """Queue the uploads that wait although no job will come for them; returns how many."""
    lost = await writer.all(_SQL["list_lost"], task=jobs.PROCESS_UPLOAD)
    for row in lost:
        await jobs.add_process_upload(writer, row["project_id"], row["upload_id"], row["request_id"])
    return len(lost)


def _used(new: NewUpload, upload_id: int) -> errors.InvalidError:
    return errors.InvalidError(
        f"The Idempotency-Key was used for another file: upload {identifiers.pack(new.project_id, upload_id)}.",
        field="Idempotency-Key",
        hint="Give each build a key of its own. Nothing of this request was taken in.",
        code="idempotency-key-used",
    )


def _explain(error: errors.TestFluxError) -> dict[str, object]:
    """Return an error as the upload keeps it; only a report's own have a place in the file."""
    place = error if isinstance(error, errors.ReportError) else None
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "line": place and place.line,
        "column": place and place.column,
        "byte": place and place.byte,
    }


async def _publish(writer: Writer, project_id: int, upload_id: int) -> None:
    row = await get_upload(writer, project_id, upload_id)
    name = identifiers.pack(project_id, upload_id)
    data: dict[str, object] = {
        "upload_id": name,
        "status": row["status"],
        "stage": row["stage"],
        "progress": row["progress"],
    }
    for topic in (f"project:{row['project_slug']}", f"upload:{name}"):
        await events.publish(writer, row["org_id"], topic, "upload.changed", data, project_id=project_id)
