"""What came along with an upload: screenshots, videos, logs, and reports that are read together with it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from testflux.store import queries
from testflux.store.blobs import StoredBlob
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("attachments")


class Role(StrEnum):
    """What a file is to the report it came with: read together with it, or shown beside it."""

    REPORT = "report"
    ATTACHMENT = "attachment"


class NewFile(msgspec.Struct, frozen=True):
    """A stored file that belongs to an upload; `path` is as seen from the report's folder, as reports link to it."""

    role: Role
    path: str
    blob: StoredBlob
    media_type: str


async def add_files(writer: Writer, project_id: int, upload_id: int, files: Sequence[NewFile]) -> None:
    """Write down the files of a new upload; their order gives them their positions."""
    await writer.copy(
        "upload_file",
        ("project_id", "upload_id", "position", "role", "path", "blob_digest", "size_bytes", "media_type"),
        ("int8", "int8", "int4", "text", "text", "bytea", "int8", "text"),
        (
            (
                *(project_id, upload_id, position),
                *(file.role.value, file.path, file.blob.digest, file.blob.size_bytes, file.media_type),
            )
            for position, file in enumerate(files)
        ),
    )


async def list_attachments(reader: Reader, project_id: int, run_id: int) -> list[Row]:
    """List what came along with a run's reports: position, part_no, role, path, blob_digest, size_bytes, media_type.

    Positions name a file in the whole run: each part has a hundred thousand of its own.
    """
    return await reader.all(_SQL["list_attachments"], project_id=project_id, run_id=run_id)


async def find_attachment(reader: Reader, project_id: int, run_id: int, position: int) -> Row | None:
    """Return one of the files that `list_attachments` lists."""
    return await reader.find(_SQL["find_attachment"], project_id=project_id, run_id=run_id, position=position)


async def list_companions(reader: Reader, project_id: int, upload_id: int) -> list[Row]:
    """List the reports that are read together with an upload's own file, as `list_attachments` does."""
    return await reader.all(_SQL["list_companions"], project_id=project_id, upload_id=upload_id)


async def drop_files(writer: Writer, project_id: int, upload_id: int) -> list[bytes]:
    """Remove what came along with an upload; returns the digests, for `uploads.drop_unused_blobs` after the commit."""
    rows = await writer.all(_SQL["drop_files"], project_id=project_id, upload_id=upload_id)
    return list({row["blob_digest"] for row in rows})
