from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from made import Project, chunks, make_project
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.model.run import Metadata, Stage
from testflux.store import jobs, uploads
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database, Row

BLOB = StoredBlob(b"\1" * 32, 5)


def new(project: Project, key: bytes = b"k", **more: object) -> uploads.NewUpload:
    values: dict[str, object] = {
        "project_id": project.project_id,
        "key": key,
        "file_name": "output.xml",
        "size_bytes": 5,
        "metadata": Metadata(branch="main", labels={"a": "b"}),
        "blob": BLOB,
        "request_id": "r-1",
        **more,
    }
    return uploads.NewUpload(**values)  # pyright: ignore[reportArgumentType]


async def add(project: Project, upload: uploads.NewUpload) -> tuple[int, bool]:
    async with project.database.write(EVERYBODY) as writer:
        return await uploads.add_upload(writer, upload)


async def get(project: Project, upload_id: int) -> Row:
    async with project.database.read(EVERYBODY) as reader:
        return await uploads.get_upload(reader, project.project_id, upload_id)


async def reject(project: Project, upload_id: int, *, is_kept: bool = True) -> None:
    error = errors.ReportError("Broken.", code="xml-malformed", hint="Mend it.", line=3, column=4, byte=50)
    async with project.database.write(EVERYBODY) as writer:
        await uploads.save_rejected(writer, project.project_id, upload_id, error, is_kept=is_kept)


async def test_an_upload_is_written_down_with_its_job_and_its_news(project: Project) -> None:
    upload_id, is_new = await add(project, new(project))
    assert is_new
    row = await get(project, upload_id)
    assert (row["status"], row["stage"], row["progress"]) == ("queued", "received", 0)
    assert msgspec.convert(row["metadata"], Metadata) == Metadata(branch="main", labels={"a": "b"})
    (job,) = await project.rows("select task_name, queue_name, args from procrastinate_jobs")
    assert job == {
        "task_name": jobs.PROCESS_UPLOAD,
        "queue_name": jobs.UPLOADS,
        "args": {"project_id": project.project_id, "upload_id": upload_id, "request_id": "r-1"},
    }
    news = await project.rows("select topic, type, data ->> 'status' as status from live_event order by 1")
    assert [row["topic"] for row in news] == ["project:shop", f"upload:{project.project_id}-{upload_id}"]
    assert {row["status"] for row in news} == {"queued"}


async def test_a_transaction_that_fails_leaves_neither_upload_nor_job(project: Project) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with project.database.write(EVERYBODY) as writer:
            await uploads.add_upload(writer, new(project))
            raise RuntimeError
    assert await project.count("upload") == 0
    assert await project.rows("select from procrastinate_jobs") == []


async def test_the_same_upload_is_the_first_one(project: Project) -> None:
    first, _ = await add(project, new(project))
    assert await add(project, new(project)) == (first, False)
    assert len(await project.rows("select from procrastinate_jobs")) == 1


async def test_the_same_upload_in_another_project_is_another_one(project: Project, database: Database) -> None:
    await add(project, new(project))
    other = await make_project(database, "other")
    assert (await add(other, new(other)))[1]


async def test_a_rejected_upload_may_be_sent_again(project: Project) -> None:
    first, _ = await add(project, new(project))
    await reject(project, first)
    second, is_new = await add(project, new(project))
    assert is_new
    assert second != first


async def test_the_same_upload_at_the_same_moment_is_one(project: Project) -> None:
    answers = await asyncio.gather(*(add(project, new(project)) for _ in range(4)))
    assert len({upload_id for upload_id, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1


async def test_one_over_the_limit_is_rejected_from_the_start(project: Project) -> None:
    upload_id, _ = await add(project, new(project, blob=None, error=errors.TooLargeError("Too large.")))
    row = await get(project, upload_id)
    assert (row["status"], row["blob_digest"], row["error"]["code"]) == ("rejected", None, "too-large")
    assert row["finished_at"] is not None
    assert await project.rows("select from procrastinate_jobs") == []


async def test_a_rejection_says_why_and_where_and_keeps_the_file(project: Project) -> None:
    upload_id, _ = await add(project, new(project))
    await reject(project, upload_id)
    row = await get(project, upload_id)
    expected = {"code": "xml-malformed", "message": "Broken.", "hint": "Mend it.", "line": 3, "column": 4, "byte": 50}
    assert row["error"] == expected
    assert row["blob_digest"] == BLOB.digest


async def test_a_rejected_file_that_is_not_kept_is_not_named(project: Project) -> None:
    upload_id, _ = await add(project, new(project))
    await reject(project, upload_id, is_kept=False)
    assert (await get(project, upload_id))["blob_digest"] is None


async def test_progress_is_told_until_the_end_and_not_after(project: Project) -> None:
    upload_id, _ = await add(project, new(project))
    async with project.database.write(EVERYBODY) as writer:
        await uploads.save_progress(writer, project.project_id, upload_id, Stage.PARSE, 40)
    row = await get(project, upload_id)
    assert (row["status"], row["stage"], row["progress"]) == ("processing", "parse", 40)
    await reject(project, upload_id)
    async with project.database.write(EVERYBODY) as writer:
        await uploads.save_progress(writer, project.project_id, upload_id, Stage.STORE, 80)
    assert (await get(project, upload_id))["status"] == "rejected"


async def test_what_is_not_there_is_not_found(project: Project) -> None:
    with pytest.raises(errors.NotFoundError, match="no such upload"):
        await get(project, 99)


async def test_uploads_are_listed_newest_first_in_pages(project: Project) -> None:
    ids = [(await add(project, new(project, key=bytes([number]))))[0] for number in range(5)]
    await reject(project, ids[1])
    async with project.database.read(EVERYBODY) as reader:
        first = await uploads.list_uploads(reader, project.project_id, limit=2)
        last = first[-1]
        rest = await uploads.list_uploads(
            reader, project.project_id, before=(last["created_at"], last["upload_id"]), limit=10
        )
        rejected = await uploads.list_uploads(reader, project.project_id, status="rejected")
    assert [row["upload_id"] for row in first + rest] == ids[::-1]
    assert [row["upload_id"] for row in rejected] == [ids[1]]


async def test_a_file_goes_with_the_last_upload_that_names_it(project: Project, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    blob = await blobs.put(chunks(b"hello"), 10)
    first, _ = await add(project, new(project, b"1", blob=blob))
    second, _ = await add(project, new(project, b"2", blob=blob))
    for upload_id, is_there in ((first, True), (second, False)):
        async with project.database.write(EVERYBODY) as writer:
            assert await uploads.drop_upload(writer, project.project_id, upload_id) == [blob.digest]
        dropped = await uploads.drop_unused_blobs(project.database, blobs, [blob.digest])
        assert (await blobs.exists(blob.digest), dropped) == (is_there, 0 if is_there else 1)


async def test_an_upload_whose_job_is_gone_is_queued_again(project: Project) -> None:
    lost, _ = await add(project, new(project, b"1"))
    await add(project, new(project, b"2"))
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("update upload set created_at = now() - interval '1 hour'")
        await writer.run("delete from procrastinate_jobs where (args ->> 'upload_id')::bigint = %(id)s", id=lost)
        assert await uploads.add_lost_again(writer) == 1
        assert await uploads.add_lost_again(writer) == 0
    rows = await project.rows("select (args ->> 'upload_id')::bigint as id from procrastinate_jobs order by id")
    assert lost in {row["id"] for row in rows}


async def test_one_that_just_arrived_is_not_lost(project: Project) -> None:
    await add(project, new(project))
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("delete from procrastinate_jobs")
        assert await uploads.add_lost_again(writer) == 0
