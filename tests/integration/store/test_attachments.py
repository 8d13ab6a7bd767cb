from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from made import F, Project, chunks, list_files, make_project, outcomes
from testflux.kit import errors, hashing
from testflux.model.access import EVERYBODY
from testflux.model.raw import ReportWarning
from testflux.model.run import Metadata
from testflux.store import attachments, projects, queries, removal, uploads
from testflux.store.attachments import NewFile, Role
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database, Row

REPORT = b"<robot/>"
SHOT = b"\x89PNG a picture"
SUMMARY = b'{"metrics": {}}'


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


async def put(blobs: Blobs, content: bytes) -> StoredBlob:
    return await blobs.put(chunks(content), 1000)


async def add(project: Project, blobs: Blobs, name: str = "a", **contents: bytes) -> int:
    """Add an upload of REPORT with attachments, and with SUMMARY to be read together with it."""
    files = [
        NewFile(Role.ATTACHMENT, path, await put(blobs, content), "image/png") for path, content in contents.items()
    ]
    blob = await put(blobs, REPORT)
    new = uploads.NewUpload(
        project_id=project.project_id,
        key=hashing.digest((name,)),
        file_name=name,
        size_bytes=blob.size_bytes,
        metadata=Metadata(),
        blob=blob,
        files=(*files, NewFile(Role.REPORT, "summary.json", await put(blobs, SUMMARY), "application/json")),
        warnings=(ReportWarning("file-left-out", "x.csv says the same."),),
    )
    async with project.database.write(EVERYBODY) as writer:
        return (await uploads.add_upload(writer, new))[0]


async def become(project: Project, upload_id: int) -> Row:
    """Store a run in the name of an upload."""
    run = await project.arrive(outcomes(a=F))
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("delete from upload where upload_id = %(id)s", id=run["upload_id"])
        for table in ("run", "run_part"):
            named = queries.about("update {table} set upload_id = %(id)s where run_id = %(run)s", table=table)
            await writer.run(named, id=upload_id, run=run["run_id"])
    return run


async def list_kept(blobs: Blobs, *contents: bytes) -> list[bytes]:
    return [content for content in contents if await blobs.exists(hashlib.sha256(content).digest())]


async def test_what_came_along_is_listed_with_its_run_in_order(project: Project, blobs: Blobs) -> None:
    run = await become(project, await add(project, blobs, shots=SHOT, again=SHOT))
    async with project.database.read(EVERYBODY) as reader:
        rows = await attachments.list_attachments(reader, project.project_id, run["run_id"])
        second = await attachments.find_attachment(reader, project.project_id, run["run_id"], 1)
        none = await attachments.find_attachment(reader, project.project_id, run["run_id"], 3)
    assert [(row["position"], row["role"], row["path"], row["size_bytes"], row["media_type"]) for row in rows] == [
        (0, "attachment", "shots", len(SHOT), "image/png"),
        (1, "attachment", "again", len(SHOT), "image/png"),
        (2, "report", "summary.json", len(SUMMARY), "application/json"),
    ]
    assert rows[0]["blob_digest"] == hashlib.sha256(SHOT).digest()
    assert second == {name: value for name, value in rows[1].items() if name != "position"}
    assert none is None


async def test_a_companion_is_told_from_an_attachment(project: Project, blobs: Blobs) -> None:
    upload_id = await add(project, blobs, shots=SHOT)
    async with project.database.read(EVERYBODY) as reader:
        (row,) = await attachments.list_companions(reader, project.project_id, upload_id)
    assert (row["path"], row["blob_digest"]) == ("summary.json", hashlib.sha256(SUMMARY).digest())


async def test_what_was_left_out_at_the_door_is_kept_with_the_upload(project: Project, blobs: Blobs) -> None:
    upload_id = await add(project, blobs)
    async with project.database.read(EVERYBODY) as reader:
        upload = await uploads.get_upload(reader, project.project_id, upload_id)
    assert [(item["code"], item["message"]) for item in upload["warnings"]] == [
        ("file-left-out", "x.csv says the same.")
    ]


async def test_another_organisation_s_run_has_nothing(project: Project, database: Database, blobs: Blobs) -> None:
    run = await become(project, await add(project, blobs, shots=SHOT))
    other = await make_project(database, "other")
    async with database.read(EVERYBODY) as reader:
        assert await attachments.list_attachments(reader, other.project_id, run["run_id"]) == []


async def test_a_run_that_goes_takes_its_files_unless_another_has_them(project: Project, blobs: Blobs) -> None:
    first = await become(project, await add(project, blobs, "a", shots=SHOT, own=b"own"))
    second = await become(project, await add(project, blobs, "b", shots=SHOT))
    for run, kept in ((first, [REPORT, SHOT, SUMMARY]), (second, [])):
        async with project.database.write(EVERYBODY) as writer:
            digests = await removal.drop_run(writer, project.project_id, run["run_id"])
        await uploads.drop_unused_blobs(project.database, blobs, digests)
        assert await list_kept(blobs, REPORT, SHOT, SUMMARY, b"own") == kept
    assert await project.count("upload_file") == 0
    assert await project.rows("select from blob") == []


async def test_an_attachment_that_is_a_report_elsewhere_stays(project: Project, blobs: Blobs) -> None:
    """A file may be the own one of an upload and come along with another."""
    await add(project, blobs, "a")
    run = await become(project, await add(project, blobs, "b", copy=REPORT))
    async with project.database.write(EVERYBODY) as writer:
        digests = await removal.drop_run(writer, project.project_id, run["run_id"])
    assert await uploads.drop_unused_blobs(project.database, blobs, digests) == 0
    assert await list_kept(blobs, REPORT, SUMMARY) == [REPORT, SUMMARY]


async def test_a_file_in_use_survives_the_sweep_of_files_nobody_named(project: Project, blobs: Blobs) -> None:
    await add(project, blobs, shots=SHOT)
    await put(blobs, b"never written down")
    old = await list_files(blobs)
    assert await uploads.drop_unused_blobs(project.database, blobs, old) == 1
    assert await list_kept(blobs, REPORT, SHOT, SUMMARY, b"never written down") == [REPORT, SHOT, SUMMARY]


async def test_a_project_that_goes_names_all_its_files(project: Project, blobs: Blobs) -> None:
    await add(project, blobs, shots=SHOT)
    async with project.database.write(EVERYBODY) as writer:
        digests = await projects.drop_project(writer, project.project_id)
    assert await uploads.drop_unused_blobs(project.database, blobs, digests) == 3
    assert await list_kept(blobs, REPORT, SHOT, SUMMARY) == []


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_rejected_upload_keeps_its_files_or_lets_them_go(
    project: Project, blobs: Blobs, *, is_kept: bool
) -> None:
    upload_id = await add(project, blobs, shots=SHOT)
    async with project.database.write(EVERYBODY) as writer:
        digests = await uploads.save_rejected(
            writer, project.project_id, upload_id, errors.ReportError("no"), is_kept=is_kept
        )
    await uploads.drop_unused_blobs(project.database, blobs, digests)
    assert await list_kept(blobs, SHOT, SUMMARY) == ([SHOT, SUMMARY] if is_kept else [])
    assert await project.count("upload_file") == (2 if is_kept else 0)


async def test_an_upload_that_is_finished_is_not_robbed_by_a_late_rejection(project: Project, blobs: Blobs) -> None:
    upload_id = await add(project, blobs, shots=SHOT)
    async with project.database.write(EVERYBODY) as writer:
        await uploads.save_stored(writer, project.project_id, upload_id, 1)
        late = await uploads.save_rejected(
            writer, project.project_id, upload_id, errors.ReportError("no"), is_kept=False
        )
    assert late == []
    assert await project.count("upload_file") == 2


async def test_the_same_archive_from_many_at_once_is_one_upload(project: Project, blobs: Blobs) -> None:
    shots = {f"{number}.png": f"{number}".encode() for number in range(200)}
    ids = await asyncio.gather(*(add(project, blobs, "a", **shots) for _ in range(4)))
    assert len(set(ids)) == 1
    assert await project.count("upload_file") == 201


async def test_a_transaction_holds_few_locks_however_many_files_it_names(project: Project) -> None:
    named = [StoredBlob(hashing.digest((str(number),)), 1) for number in range(5000)]
    async with project.database.write(EVERYBODY) as writer:
        await uploads.add_blobs(writer, named)
        (held,) = await writer.all("select count(*) from pg_locks where locktype = 'advisory'")
    assert 900 < held["count"] <= 1024


async def test_an_upload_s_own_file_can_be_replaced_until_it_is_finished(project: Project, blobs: Blobs) -> None:
    upload_id = await add(project, blobs)
    plain = await put(blobs, b"unpacked")
    for name, expected in (("a.xml", ("a.xml", plain.digest, 8)), ("late", ("a.xml", plain.digest, 8))):
        async with project.database.write(EVERYBODY) as writer:
            await uploads.save_content(writer, project.project_id, upload_id, name, plain)
            await uploads.save_stored(writer, project.project_id, upload_id, 1)
            upload = await uploads.get_upload(writer, project.project_id, upload_id)
        assert (upload["file_name"], upload["blob_digest"], upload["size_bytes"]) == expected
    assert await uploads.drop_unused_blobs(project.database, blobs, [hashlib.sha256(REPORT).digest()]) == 1
