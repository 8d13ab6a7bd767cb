"""Files that arrived, and what became of them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from psycopg.types.json import Jsonb

from testflux.kit import errors, identifiers
from testflux.model.run import Metadata, Stage
from testflux.store import events, jobs, queries
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database, Reader, Row, Writer

_SQL = queries.load("uploads")


class NewUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A file at the door. `blob` is None when it was over the limit: then `size_bytes` is what was read of it."""

    project_id: int
    key: bytes
    file_name: str
    size_bytes: int
    metadata: Metadata
    blob: StoredBlob | None = None
    error: errors.TestFluxError | None = None
    request_id: str = ""
    created_by: int | None = None


async def add_upload(writer: Writer, new: NewUpload) -> tuple[int, bool]:
    """Write an upload down and queue its job; returns its id and whether it is new (a repeated one gives the first's).

    One with an `error` is rejected from the start. Waits for a concurrent upload of the same file to be committed.
    """
    if new.blob:
        await writer.run(_SQL["lock_blob"], digest=new.blob.digest)
        await writer.run(_SQL["add_blob"], digest=new.blob.digest, size_bytes=new.blob.size_bytes)
    row = await writer.find(
        _SQL["add_upload"],
        project_id=new.project_id,
        upload_key=new.key,
        file_name=new.file_name,
        blob_digest=new.blob.digest if new.blob else None,
        size_bytes=new.size_bytes,
        status="rejected" if new.error else "queued",
        error=Jsonb(_explain(new.error)) if new.error else None,
        metadata=Jsonb(new.metadata),
        request_id=new.request_id,
        created_by=new.created_by,
    )
    if row is None:
        same = await writer.one(_SQL["find_same"], project_id=new.project_id, upload_key=new.key)
        return same["upload_id"], False
    upload_id: int = row["upload_id"]
    if not new.error:
        await jobs.add_process_upload(writer, new.project_id, upload_id, new.request_id)
    await _publish(writer, new.project_id, upload_id)
    return upload_id, True


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
    """Return uploads, newest first; `before` is (created_at, upload_id) of the last one already seen."""
    before_at, before_id = before or (None, None)
    return await reader.all(
        _SQL["list_uploads"],
        project_id=project_id,
        status=status,
        before_at=before_at,
        before_id=before_id,
        limit=limit,
    )


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


async def save_stored(writer: Writer, project_id: int, upload_id: int, run_id: int) -> None:
    """Say which run an upload became."""
    await writer.run(_SQL["save_stored"], project_id=project_id, upload_id=upload_id, run_id=run_id)
    await _publish(writer, project_id, upload_id)


async def save_rejected(
    writer: Writer, project_id: int, upload_id: int, error: errors.TestFluxError, *, is_kept: bool = True
) -> None:
    """Say why an upload cannot be read; its file stays for download unless `is_kept` is false."""
    await writer.run(
        _SQL["save_rejected"],
        project_id=project_id,
        upload_id=upload_id,
        error=Jsonb(_explain(error)),
        is_kept=is_kept,
    )
    await _publish(writer, project_id, upload_id)


async def drop_upload(writer: Writer, project_id: int, upload_id: int) -> bytes | None:
    """Remove an upload; returns the digest of its file for `drop_unused_blobs` after the commit."""
    row = await writer.find(_SQL["drop_upload"], project_id=project_id, upload_id=upload_id)
    return row["blob_digest"] if row else None


async def drop_unused_blobs(database: Database, blobs: Blobs, digests: list[bytes]) -> int:
    """Remove those of these files that no upload names; returns how many. Each in a transaction of its own."""
    dropped = 0
    for digest in digests:
        async with database.write() as writer:
            await writer.run(_SQL["lock_blob"], digest=digest)
            await writer.run(_SQL["drop_unused_blob"], digest=digest)
            if not (await writer.one(_SQL["count_blob"], digest=digest))["uses"]:
                await blobs.drop(digest)
                dropped += 1
    return dropped


async def add_lost_again(writer: Writer) -> int:
    """Queue the uploads that wait although no job will come for them; returns how many."""
    lost = await writer.all(_SQL["list_lost"], task=jobs.PROCESS_UPLOAD)
    for row in lost:
        await jobs.add_process_upload(writer, row["project_id"], row["upload_id"], row["request_id"])
    return len(lost)


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
        await events.publish(writer, row["org_id"], topic, "upload.changed", data)
