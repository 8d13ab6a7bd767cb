"""Files on their way in."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream

from testflux.ingest import receive
from testflux.kit import errors, identifiers, inflate
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.model.run import Metadata, Stage, UploadStatus
from testflux.model.status import Kind, Verdict
from testflux.serve import content, declare, doors, filters, multipart_body, paging, request_id, upload_metadata
from testflux.serve.house import House
from testflux.serve.hub import Watcher
from testflux.serve.limiter import Rate
from testflux.serve.paging import Page
from testflux.serve.shapes.projects import ProjectRef
from testflux.serve.shapes.runs import ReportWarning
from testflux.serve.shapes.uploads import Upload, UploadError, UploadPage, UploadRun, Uploads
from testflux.store import blobs, database, projects, uploads, usage

OPERATION: Final = "addUploads"
MOST_WAIT_S: Final = 60
_LOOK_EVERY_S: Final = 1.0
_STATUSES: Final = ("queued", "processing", "stored", "rejected", "set-aside")
_FINAL: Final = ("stored", "rejected")
_FORM: Final = "multipart/form-data"
_OTHER_FORMS: Final = ("application/x-www-form-urlencoded",)
_NAME_LENGTH: Final = 500
_FORM_BYTES: Final = 2 * 1024 * 1024  # what a form's fields and borders may add to its files
_TEXT: Final = {"type": "string"}
BODY: Final = {
    "required": True,
    "content": {
        _FORM: {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    **dict.fromkeys(upload_metadata.LENGTHS, _TEXT),
                    "labels": {"type": "array", "items": _TEXT, "description": "key=value, or one JSON object."},
                    "started_at": {"type": "string", "format": "date-time"},
                    "exit_code": {"type": "integer", "minimum": 0, "maximum": 255},
                    "file_time": {"type": "string", "format": "date-time"},
                },
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}
AnyRequest = Request[Any, Any, Any]


@post(
    "/projects/{slug:str}/uploads",
    **declare.route(
        OPERATION,
        Permission.UPLOAD_CREATE,
        404,
        413,
        415,
        507,
        rate=Rate.UPLOAD,
        status_code=202,
        request_max_body_size=None,
        responses={
            200: ResponseSpec(
                Upload | Uploads, description="Everything is finished, or was sent before.", generate_examples=False
            )
        },
    ),
)
async def add_uploads(
    request: AnyRequest,
    slug: FromPath[str],
    metadata: NamedDependency[Metadata],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    filename: Annotated[str | None, QueryParameter(max_length=_NAME_LENGTH, description="Of a raw body.")] = None,
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(name="Idempotency-Key", max_length=200, description="The same key, the same upload."),
    ] = None,
    prefer: Annotated[
        str | None,
        HeaderParameter(name="Prefer", max_length=200, description="wait=SECONDS (at most 60): answer when finished."),
    ] = None,
) -> Response[Upload | Uploads]:
    """Send report files: several in one multipart request, or one as the raw body.

    An archive (zip, tar) becomes one upload for each report in it. The answer is one upload, or `uploads` for several.
    """
    project_id = await _find(house, actor, slug)
    async with house.blobs.arriving() as arriving:
        kept, metadata = await _keep(request, house, arriving, metadata, filename, project_id)
        sender = receive.Sender(
            project_id=project_id,
            org_id=actor.org_id,
            metadata=metadata,
            idempotency_key=idempotency_key,
            user_id=actor.user_id,
            request_id=request_id.current(),
        )
        received = await receive.register(house.database, arriving, kept, sender, _limits(house))
    if len(received) == 1 and received[0].refusal:
        raise received[0].refusal
    rows = await _wait(house, actor, project_id, received, _wait_seconds(prefer))
    items = [shape(row, is_duplicate=item.is_duplicate) for row, item in zip(rows, received, strict=True)]
    has_waited = prefer is not None or all(item.is_duplicate or item.refusal for item in received)
    is_done = has_waited and all(row["status"] in _FINAL for row in rows)
    body = items[0] if len(items) == len(kept) == 1 else Uploads(uploads=items)
    return Response(body, status_code=200 if is_done else 202)


@get("/projects/{slug:str}/uploads", **declare.route("listUploads", Permission.PROJECT_READ, 404))
async def list_uploads(
    slug: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    status: Annotated[
        str | None,
        QueryParameter(
            max_length=20,
            description="One of queued, processing, stored, rejected, set-aside (rejected by TestFlux's own fault).",
        ),
    ] = None,
) -> UploadPage:
    """List the uploads of a project, newest first."""
    chosen = filters.one_of(status, _STATUSES, "status")
    before = page.after(tuple[datetime, paging.Number])
    async with database.read(actor.tenant) as reader:
        project_id = (await projects.get_project(reader, actor.tenant, slug))["project_id"]
        rows = await uploads.list_uploads(
            reader, project_id, status=chosen[0] if chosen else None, before=before, limit=page.limit + 1
        )
    shown, more = paging.cut(rows, page.limit)
    cursor = paging.place(shown[-1]["created_at"], shown[-1]["upload_id"]) if more else None
    return UploadPage(items=[shape(row) for row in shown], next_cursor=cursor)


@get("/uploads/{upload_id:str}", **declare.route("getUpload", Permission.PROJECT_READ, 404))
async def get_upload(
    upload_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Upload:
    """Answer what became of an upload."""
    async with database.read(actor.tenant) as reader:
        project, number = await doors.open_project(reader, actor, upload_id)
        return shape(await uploads.get_upload(reader, project["project_id"], number))


@get(
    "/uploads/{upload_id:str}/file",
    **declare.route("getUploadFile", Permission.PROJECT_READ, 404, media_type="application/octet-stream"),
)
async def get_upload_file(
    upload_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    blobs: NamedDependency[blobs.Blobs],
) -> Stream:
    """Download the report, unpacked if it was sent compressed."""
    async with database.read(actor.tenant) as reader:
        project, number = await doors.open_project(reader, actor, upload_id)
        row = await uploads.get_upload(reader, project["project_id"], number)
    if row["blob_digest"] is None or not await blobs.exists(row["blob_digest"]):
        if row["files_dropped_at"] is not None:
            raise content.expired(row["files_dropped_at"])
        raise errors.NotFoundError("The file was not kept.", hint="It was over the limit, or removed; send it again.")
    name = row["file_name"] or "report"
    headers = {"Content-Disposition": content.disposition(name), "Content-Length": str(row["size_bytes"])}
    return Stream(blobs.stream(row["blob_digest"]), media_type="application/octet-stream", headers=headers)


def shape(row: database.Row, *, is_duplicate: bool = False) -> Upload:
    """Shape an upload; a duplicate says so once the upload it repeats is finished."""
    identifier = identifiers.pack(row["project_id"], row["upload_id"])
    is_repeat = is_duplicate and row["status"] == UploadStatus.STORED
    return Upload(
        id=identifier,
        project=ProjectRef(slug=row["project_slug"], name=row["project_name"]),
        file_name=row["file_name"],
        size_bytes=row["size_bytes"],
        status=UploadStatus.DUPLICATE if is_repeat else UploadStatus(row["status"]),
        stage=Stage(row["stage"]),
        progress=row["progress"],
        duplicate=is_duplicate,
        runs=_runs(row),
        error=msgspec.convert(row["error"], UploadError) if row["error"] else None,
        warnings=[ReportWarning(**warning) for warning in row["run_warnings"] or ()],
        metadata=row["metadata"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        download_url=f"/api/v1/uploads/{identifier}/file" if row["blob_digest"] is not None else None,
        request_id=row["request_id"],
    )


def _runs(row: database.Row) -> list[UploadRun]:
    if row["run_id"] is None or row["run_number"] is None:
        return []
    identifier = identifiers.pack(row["project_id"], row["run_id"])
    return [
        UploadRun(
            id=identifier,
            number=row["run_number"],
            kind=Kind(row["run_kind"]),
            verdict=Verdict(row["run_verdict"]),
            url=f"/runs/{identifier}",
        )
    ]


async def _find(house: House, actor: Actor, slug: str) -> int:
    async with house.database.read(actor.tenant) as reader:
        return (await projects.get_project(reader, actor.tenant, slug))["project_id"]


async def _keep(
    request: AnyRequest, house: House, arriving: blobs.Blobs, metadata: Metadata, file_name: str | None, project_id: int
) -> tuple[list[receive.KeptFile], Metadata]:
    """Store every file of the request; a form's fields count wherever in it they stand."""
    async with house.database.read(EVERYBODY) as reader:
        room = await usage.find_room(reader, project_id)
    limits = _limits(house)
    kept: list[receive.KeptFile] = []

    async def keep(name: str, chunks: AsyncIterator[bytes]) -> None:
        kept.append(await receive.keep(arriving, receive.IncomingFile(path_of(name), chunks), limits))

    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _OTHER_FORMS:
        hint = f"Send {_FORM} with the files, or the report itself as the body with ?filename=."
        raise errors.UnsupportedError(f"A form of type {kind} cannot carry files.", hint=hint)
    if kind == _FORM:
        fields = await multipart_body.read(content_type, _within(request, room), keep)
        metadata = upload_metadata.with_fields(metadata, fields)
    else:
        await keep(file_name or "report", _within(request, room))
    if not kept:
        hint = "Put each report into a part `files` that has a file name."
        raise errors.InvalidError("The form holds no file.", field="files", hint=hint)
    if len(kept) == 1:
        kept = [msgspec.structs.replace(kept[0], name=kept[0].name.rpartition("/")[2])]
    return kept, metadata


async def _within(request: AnyRequest, room: usage.Room | None) -> AsyncIterator[bytes]:
    """Yield the body while it may fit; QuotaError at once when its length is known to be too much.

    This spares reading in vain. What fits exactly is counted when the uploads are written down.
    """
    most = math.inf if room is None else room.free_bytes + _FORM_BYTES
    length = request.headers.get("content-length", "")
    size = int(length) if length.isdecimal() else 0
    if room is not None and size > most:
        raise usage.over_quota(room)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if room is not None and size > most:
            raise usage.over_quota(room)
        yield chunk


def path_of(name: str) -> str:
    """Return a file's path inside the folder that was sent: it tells which screenshots belong to which report."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[-_NAME_LENGTH:].lstrip("/")


async def _wait(
    house: House, actor: Actor, project_id: int, received: Sequence[receive.Received], seconds: float
) -> list[database.Row]:
    """Return the uploads once all are finished, or as they are when the time is over."""
    topics = [f"upload:{identifiers.pack(project_id, item.upload_id)}" for item in received]
    watcher = Watcher(actor.tenant, topics)
    deadline = time.monotonic() + seconds
    house.hub.add(watcher)
    try:
        while True:
            async with house.database.read(actor.tenant) as reader:
                rows = [await uploads.get_upload(reader, project_id, item.upload_id) for item in received]
            left = deadline - time.monotonic()
            if left <= 0 or all(row["status"] in _FINAL for row in rows):
                return rows
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, _LOOK_EVERY_S)):
                    await watcher.events.get()
    finally:
        house.hub.remove(watcher)


def _wait_seconds(prefer: str | None) -> float:
    match = re.search(r"(?:^|[,; ])wait=([0-9]{1,6})(?:$|[,; ])", prefer or "")
    return min(int(match[1]), MOST_WAIT_S) if match else 0


def _limits(house: House) -> inflate.Limits:
    return inflate.Limits(max_bytes=house.settings.upload_limit_bytes)


ROUTES = [add_uploads, list_uploads, get_upload, get_upload_file]
