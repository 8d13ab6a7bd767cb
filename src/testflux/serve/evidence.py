"""One test opened, and the files that came with its run."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, PathParameter
from litestar.response import Stream

from testflux.kit import errors
from testflux.model.access import Actor, Permission
from testflux.parse import evidence
from testflux.serve import cached, content, declare, doors, paging, steps
from testflux.serve.paging import Page
from testflux.serve.shapes.evidence import AttachmentItem, AttachmentPage, TestSteps
from testflux.serve.shapes.runs import ReportWarning
from testflux.store import attachments, blobs, database, run_list, run_results

MOST_BYTES: Final = 32 * 1024 * 1024
_MOST_NUMBER: Final = 2**31 - 1
AnyRequest = Request[Any, Any, Any]
Number = Annotated[int, PathParameter(ge=0, le=_MOST_NUMBER)]


class _Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Where the evidence of a test stands, and what was sent along with its run."""

    found: database.Row | None
    place: steps.Place
    dropped_at: datetime | None = None

    @property
    def tag(self) -> str:
        found = self.found
        where = (found["blob_digest"].hex(), found["start"], found["end"]) if found else ()
        return cached.tag_of(self.place.test_url, *where, *self.place.paths, self.dropped_at or "")


@get(
    "/runs/{run_id:str}/results/{test_id:str}/steps",
    **declare.route("getSteps", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def get_steps(
    request: AnyRequest,
    run_id: FromPath[str],
    test_id: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    blobs: NamedDependency[blobs.Blobs],
) -> Response[TestSteps]:
    """Answer what happened inside one test: its steps, messages, output, properties and files.

    Only the test's own part of the report is read. `is_available` is false, with a `reason`, when there is no such part
    or it cannot be read.
    """
    cut = await _find(database, actor, run_id, test_id)
    if cached.holds(request, cut.tag):
        return cached.unchanged(cut.tag)
    try:
        shaped = await _open(blobs, cut)
    except errors.ReportError as error:
        return cached.answer(request, _broken(error))
    except (errors.NotFoundError, errors.TooLargeError) as error:
        return cached.answer(request, TestSteps(is_available=False, reason=f"{error.message} {error.hint}".strip()))
    return cached.tagged(shaped.answer, cut.tag)


@get(
    "/runs/{run_id:str}/results/{test_id:str}/media/{number:int}",
    **declare.route("getMedia", Permission.PROJECT_READ, 404, responses={**content.FILE, **cached.NOT_MODIFIED}),
)
async def get_media(
    request: AnyRequest,
    run_id: FromPath[str],
    test_id: FromPath[str],
    number: Number,
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    blobs: NamedDependency[blobs.Blobs],
) -> Response[bytes]:
    """Answer a picture or file that is embedded in the evidence of a test, by its number there."""
    cut = await _find(database, actor, run_id, test_id)
    if cached.holds(request, cut.tag):
        return cached.unchanged(cut.tag)
    try:
        embedded = (await _open(blobs, cut)).embedded
    except (errors.ReportError, errors.TooLargeError) as error:
        raise _no_picture(number) from error
    if number >= len(embedded):
        raise _no_picture(number)
    picture = embedded[number]
    headers = content.headers(picture.media_type, f"embedded-{number}") | cached.headers(cut.tag)
    return Response(picture.content, media_type=content.media_type(picture.media_type), headers=headers)


@get(
    "/runs/{run_id:str}/attachments",
    **declare.route("listAttachments", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_attachments(
    request: AnyRequest,
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Response[AttachmentPage]:
    """List the files that were sent along with the report of a run."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await attachments.list_attachments(reader, run["project_id"], run["run_id"])
    shown = rows[page.offset : page.offset + page.limit + 1]
    items = [_attachment(run_id, row) for row in shown[: page.limit]]
    return cached.answer(request, AttachmentPage(items=items, next_cursor=paging.next_offset(page, len(shown))))


@get(
    "/runs/{run_id:str}/attachments/{position:int}",
    **declare.route("getAttachment", Permission.PROJECT_READ, 404, responses={**content.FILE, **cached.NOT_MODIFIED}),
)
async def get_attachment(
    request: AnyRequest,
    run_id: FromPath[str],
    position: Number,
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    blobs: NamedDependency[blobs.Blobs],
) -> Response[Any]:
    """Answer a file that was sent along with the report of a run."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        row = await attachments.find_attachment(reader, run["project_id"], run["run_id"], position)
        file = await run_list.get_file(reader, run)
    if row is None and file["files_dropped_at"] is not None:
        raise content.expired(file["files_dropped_at"])
    if row is None or not await blobs.exists(row["blob_digest"]):
        raise errors.NotFoundError(f"Nothing was sent along with run #{run['number']} at place {position}.")
    tag = cached.tag_of(row["blob_digest"].hex())
    if cached.holds(request, tag):
        return cached.unchanged(tag)
    kind, name = row["media_type"], row["path"].rpartition("/")[2]
    headers = content.headers(kind, name) | cached.headers(tag) | {"Content-Length": str(row["size_bytes"])}
    return Stream(blobs.stream(row["blob_digest"]), media_type=content.media_type(kind), headers=headers)


async def _find(database: database.Database, actor: Actor, run_id: str, test_id: str) -> _Slice:
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        test_no = min(doors.number_in(run["project_id"], test_id), _MOST_NUMBER)
        await run_results.get_result(reader, run, test_no)
        found = await run_results.find_evidence(reader, run, test_no)
        sent = await attachments.list_attachments(reader, run["project_id"], run["run_id"])
        file = await run_list.get_file(reader, run)
    files = [each for each in sent if found is None or each["part_no"] == found["part_no"]]
    run_url = f"/api/v1/runs/{run_id}"
    place = steps.Place(
        run_url=run_url,
        test_url=f"{run_url}/results/{test_id}",
        paths=[file["path"] for file in files],
        positions=[file["position"] for file in files],
        sizes=[file["size_bytes"] for file in files],
        media_types=[file["media_type"] for file in files],
    )
    return _Slice(found=found, place=place, dropped_at=file["files_dropped_at"])


async def _open(blobs: blobs.Blobs, cut: _Slice) -> steps.Shaped:
    """Read and shape a test; NotFoundError, TooLargeError or ReportError say why that cannot be done."""
    found = cut.found
    if found is None and cut.dropped_at is not None:
        raise content.expired(cut.dropped_at)
    if found is None or found["format"] not in evidence.READERS:
        message = "This report holds no more about the test than is shown above."
        raise errors.NotFoundError(message)
    size = found["end"] - found["start"]
    if size > MOST_BYTES:
        message = f"This test fills {size / 2**20:,.0f} MiB of the report, and {MOST_BYTES // 2**20} MiB can be opened."
        raise errors.TooLargeError(message, hint="Download the report file to read it.")
    piece = await blobs.read_range(found["blob_digest"], found["start"], found["end"])
    return await asyncio.to_thread(_read, found["format"], piece, cut.place)


def _read(format_: str, piece: bytes, place: steps.Place) -> steps.Shaped:
    return steps.shape(evidence.open_test(format_, piece), place)


def _broken(error: errors.ReportError) -> TestSteps:
    """Say what is wrong inside a part of a report that was passed over when the report was read."""
    seen = ReportWarning(code=error.code, message=error.message, line=error.line, byte=error.byte)
    reason = "The report is damaged inside this test, so its steps cannot be shown."
    return TestSteps(is_available=False, reason=reason, warnings=[seen])


def _no_picture(number: int) -> errors.NotFoundError:
    return errors.NotFoundError(f"Nothing is embedded in this test under the number {number}.")


def _attachment(run_id: str, row: database.Row) -> AttachmentItem:
    return AttachmentItem(
        position=row["position"],
        path=row["path"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
        url=f"/api/v1/runs/{run_id}/attachments/{row['position']}",
    )


ROUTES = [get_steps, get_media, list_attachments, get_attachment]
