"""The content of an upload: unpacked once, so that whoever shows a piece of it can begin in the middle."""

from __future__ import annotations

import asyncio
import contextlib
from typing import BinaryIO

from testflux.kit import errors, inflate
from testflux.model.access import EVERYBODY
from testflux.store import uploads
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database, Row


async def unfold(database: Database, blobs: Blobs, upload: Row, limits: inflate.Limits) -> Row:
    """Keep a compressed report as its writer made it, so that byte ranges fit the file; return the upload anew."""
    digest = upload["blob_digest"]
    async with blobs.arriving() as arriving:
        try:
            plain = await _decompress(arriving, digest, limits)
        except errors.ReportError:
            async with database.read(EVERYBODY) as reader:
                now = await uploads.get_upload(reader, upload["project_id"], upload["upload_id"])
            if now["blob_digest"] == digest:
                raise
            return now  # somebody else did it meanwhile
        if plain is None:
            return upload
        name = upload["file_name"]
        name = name.removesuffix(".gz").removesuffix(".zst") or name
        async with database.write(EVERYBODY) as writer:
            await uploads.save_content(writer, upload["project_id"], upload["upload_id"], name, plain)
            await arriving.secure([plain.digest])
    await uploads.drop_unused_blobs(database, blobs, [digest])
    return {**upload, "file_name": name, "blob_digest": plain.digest, "size_bytes": plain.size_bytes}


async def _decompress(blobs: Blobs, digest: bytes, limits: inflate.Limits) -> StoredBlob | None:
    """Store what a compressed file unfolds to; None for a plain one.

    None also for a damaged one: it stays as it is, and its reader says what is wrong, or takes what is there.
    """
    with await open_file(blobs, digest) as file:
        if not await asyncio.to_thread(inflate.is_compressed_file, file):
            return None
        with contextlib.suppress(errors.ReportError):
            return await blobs.put_stream(inflate.inflate(file, limits), limits.max_bytes)
    return None


async def open_file(blobs: Blobs, digest: bytes) -> BinaryIO:
    """Open a file; ReportError when it is gone."""
    try:
        return await blobs.open_aside(digest)
    except errors.NotFoundError as error:
        raise errors.ReportError(error.message, hint=error.hint, code="file-missing") from error
