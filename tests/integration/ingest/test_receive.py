from __future__ import annotations

import asyncio
import gzip
import io
import tarfile
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from made import Project, chunks, make_project, read
from testflux.ingest import receive
from testflux.kit import errors, inflate
from testflux.model.access import EVERYBODY
from testflux.model.run import Metadata
from testflux.store import shelves, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Row

ROBOT = b'<?xml version="1.0"?><robot generator="Robot 7.0"><suite name="A"></suite></robot>'
OTHER = ROBOT.replace(b'"A"', b'"B"')
PNG = b"\x89PNG\r\n\x1a\n a picture"
SUMMARY = b'{"metrics":{"http_reqs":{"count":3,"rate":1.5}},"root_group":{"name":""}}'
POINT = b'{"type":"Point","data":{"time":"2026-06-15T12:00:00Z","value":1.5,"tags":{}},"metric":"http_req_duration"}\n'
TABLE = b"metric_name,timestamp,metric_value,check\nhttp_reqs,1718452800,1.0,\n"
HTML = b"<!doctype html><html></html>"
NOTHING = Metadata()
LIMITS = inflate.Limits(max_bytes=40_000)


class Door:
    """The front door of one project, with a blob store of its own."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.folder = folder / "blobs"
        self.blobs = Blobs(self.folder)

    async def bring(
        self, content: bytes, name: str = "output.xml", *, key: str | None = None, said: Metadata = NOTHING
    ) -> list[receive.Received]:
        sender = receive.Sender(
            project_id=self.project.project_id,
            metadata=said,
            idempotency_key=key,
            user_id=7,
            request_id="r-9",
        )
        file = receive.IncomingFile(name, chunks(content))
        return await receive.receive(self.project.database, self.blobs, file, sender, LIMITS)

    async def bring_all(self, files: Mapping[str, bytes], key: str | None = None) -> list[receive.Received]:
        """Bring the files of one request."""
        sender = receive.Sender(project_id=self.project.project_id, idempotency_key=key)
        kept = [
            await receive.keep(self.blobs, receive.IncomingFile(name, chunks(content)), LIMITS)
            for name, content in files.items()
        ]
        return await receive.register(self.project.database, self.blobs, kept, sender, LIMITS)

    async def beside(self) -> dict[str, list[tuple[str, str, str]]]:
        """Return role, path and media type of what came along, by the name of the upload."""
        rows = await self.project.rows(
            "select u.file_name, f.role, f.path, f.media_type from upload u left join upload_file f "
            "using (project_id, upload_id) order by u.upload_id, f.position"
        )
        found: dict[str, list[tuple[str, str, str]]] = {row["file_name"]: [] for row in rows}
        for row in rows:
            if row["path"] is not None:
                found[row["file_name"]].append((row["role"], row["path"], row["media_type"]))
        return found

    async def rows(self) -> list[Row]:
        async with self.project.database.read(EVERYBODY) as reader:
            listed = await uploads.list_uploads(reader, self.project.project_id)
        return listed[::-1]

    async def jobs(self) -> int:
        return len(await self.project.rows("select from procrastinate_jobs"))

    def files(self) -> int:
        return sum(path.is_file() and path.name != shelves.MARK for path in self.folder.rglob("*"))


@pytest.fixture
async def door(database: Database, tmp_path: Path) -> Door:
    return Door(await make_project(database), tmp_path)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.xml", content)
    return file.getvalue()


def tarred(**members: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"{name}.xml")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


async def test_a_file_is_stored_written_down_and_queued(door: Door) -> None:
    (received,) = await door.bring(ROBOT, said=Metadata(branch="main"))
    (row,) = await door.rows()
    assert (received.upload_id, received.is_duplicate) == (row["upload_id"], False)
    assert (row["status"], row["file_name"], row["size_bytes"]) == ("queued", "output.xml", len(ROBOT))
    assert (row["metadata"], row["request_id"], row["created_by"]) == ({"branch": "main"}, "r-9", 7)
    assert read(door.blobs, row["blob_digest"]) == ROBOT
    assert await door.jobs() == 1


async def test_the_same_file_twice_is_one_upload(door: Door) -> None:
    (first,) = await door.bring(ROBOT)
    (second,) = await door.bring(ROBOT, "other-name.xml")
    assert (second.upload_id, second.is_duplicate) == (first.upload_id, True)
    assert (await door.jobs(), door.files()) == (1, 1)


@pytest.mark.parametrize(
    "said", [{"branch": "b"}, {"environment": "e"}, {"commit": "c"}, {"labels": {"a": "b"}}, {"build_key": "2"}]
)
async def test_the_same_file_of_another_build_is_another_upload(door: Door, said: dict[str, object]) -> None:
    await door.bring(ROBOT)
    (second,) = await door.bring(ROBOT, said=msgspec.convert(said, Metadata))
    assert not second.is_duplicate
    assert (await door.jobs(), door.files()) == (2, 1)


async def test_the_callers_key_decides_when_there_is_one(door: Door) -> None:
    (first,) = await door.bring(ROBOT, key="k")
    (same,) = await door.bring(ROBOT, key="k", said=Metadata(branch="b"))
    (other,) = await door.bring(ROBOT, key="k2")
    assert (same.upload_id, same.is_duplicate) == (first.upload_id, True)
    assert not other.is_duplicate
    with pytest.raises(errors.InvalidError, match="used for another file"):
        await door.bring(OTHER, key="k")


async def test_a_file_over_the_limit_is_written_down_but_not_kept(door: Door) -> None:
    with pytest.raises(errors.TooLargeError):
        await door.bring(bytes(40_001))
    (row,) = await door.rows()
    assert (row["status"], row["error"]["code"], row["blob_digest"]) == ("rejected", "too-large", None)
    assert (await door.jobs(), door.files()) == (0, 0)


async def test_gzip_stays_as_it_was_sent(door: Door) -> None:
    packed = gzip.compress(ROBOT)
    await door.bring(packed, "output.xml.gz")
    (row,) = await door.rows()
    assert read(door.blobs, row["blob_digest"]) == packed


@pytest.mark.parametrize("pack", [zipped, tarred])
async def test_an_archive_becomes_an_upload_for_each_report(door: Door, pack: Callable[..., bytes]) -> None:
    received = await door.bring(pack(a=ROBOT, log=b"<html></html>", b=OTHER), "all.zip")
    rows = await door.rows()
    assert [row["file_name"] for row in rows] == ["a.xml", "b.xml"] or [row["file_name"] for row in rows] == [
        "b.xml",
        "a.xml",
    ]
    names = {row["upload_id"]: row["file_name"] for row in rows}
    assert [names[item.upload_id] for item in received] == ["a.xml", "b.xml"]
    assert (await door.jobs(), door.files()) == (2, 2), "the archive itself is not kept"


async def test_a_report_is_the_same_in_an_archive_and_alone(door: Door) -> None:
    (alone,) = await door.bring(ROBOT)
    first, second = await door.bring(zipped(a=ROBOT, b=OTHER))
    assert (first.upload_id, first.is_duplicate, second.is_duplicate) == (alone.upload_id, True, False)


async def test_reports_of_an_archive_have_keys_of_their_own(door: Door) -> None:
    archive = zipped(a=ROBOT, b=ROBOT)
    first = await door.bring(archive, key="k")
    assert len({item.upload_id for item in first}) == 2
    assert [item.is_duplicate for item in await door.bring(archive, key="k")] == [True, True]


async def test_an_archive_that_cannot_be_opened_is_one_rejected_upload(door: Door) -> None:
    broken = zipped(a=ROBOT)[:-30]
    (received,) = await door.bring(broken, "all.zip")
    (row,) = await door.rows()
    assert row["upload_id"] == received.upload_id
    assert (row["status"], row["file_name"], row["error"]["code"]) == ("rejected", "all.zip", "archive-damaged")
    assert read(door.blobs, row["blob_digest"]) == broken
    assert await door.jobs() == 0


async def test_a_bomb_is_refused_and_nothing_of_it_kept(door: Door) -> None:
    with pytest.raises(errors.TooLargeError):
        await door.bring(tarred(a=ROBOT, b=ROBOT + b" " * 50_000))
    (row,) = await door.rows()
    assert (row["status"], row["blob_digest"]) == ("rejected", None)
    assert door.files() == 0


async def test_archives_with_the_same_reports_do_not_wait_for_each_other(door: Door) -> None:
    forwards, backwards = zipped(a=ROBOT, b=OTHER), zipped(b=OTHER, a=ROBOT)
    answers = await asyncio.gather(*(door.bring(archive) for archive in (forwards, backwards) * 3))
    assert len({item.upload_id for answer in answers for item in answer}) == 2
    assert await door.jobs() == 2


async def test_a_request_that_breaks_off_leaves_nothing(door: Door) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield ROBOT[:10]
        raise ConnectionResetError

    file = receive.IncomingFile("a.xml", broken())
    sender = receive.Sender(project_id=door.project.project_id)
    with pytest.raises(errors.UnavailableError):
        await receive.receive(door.project.database, door.blobs, file, sender, LIMITS)
    assert (await door.rows(), door.files()) == ([], 0)


async def test_a_file_that_cannot_be_put_back_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object) -> None:
        raise errors.UnavailableError("The file was removed while it arrived.")

    monkeypatch.setattr(Blobs, "secure", gone)
    with pytest.raises(errors.UnavailableError, match="removed while it arrived"):
        await door.bring(ROBOT)
    assert (await door.rows(), await door.jobs()) == ([], 0)


def packed(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


async def test_archives_in_an_archive_are_opened_and_deeper_ones_rejected_by_name(door: Door) -> None:
    deep = packed({"deep.zip": packed({"a.xml": ROBOT})})
    await door.bring(packed({"shard.zip": packed({"output.xml": ROBOT}), "far.zip": deep, "b.xml": OTHER}), "all.zip")
    assert {(row["file_name"], row["status"], (row["error"] or {}).get("code")) for row in await door.rows()} == {
        ("shard.zip/output.xml", "queued", None),
        ("b.xml", "queued", None),
        ("far.zip", "rejected", "archive-too-deep"),
    }


async def test_what_came_along_in_an_archive_is_kept_with_its_report(door: Door) -> None:
    members = {"web/output.xml": ROBOT, "web/log.html": HTML, "web/shots/1.png": PNG, "api/output.xml": OTHER}
    await door.bring(packed(members | {"run.log": b"began"}), "all.zip")
    assert await door.beside() == {
        "web/output.xml": [("attachment", "shots/1.png", "image/png"), ("attachment", "../run.log", "text/plain")],
        "api/output.xml": [("attachment", "../run.log", "text/plain")],
    }
    assert door.files() == 4
    rows = await door.project.rows("select distinct blob_digest from upload_file")
    assert {read(door.blobs, row["blob_digest"]) for row in rows} == {PNG, b"began"}


async def test_equal_pictures_are_kept_once(door: Door) -> None:
    await door.bring(packed({"output.xml": ROBOT, "1.png": PNG, "2.png": PNG}), "all.zip")
    assert [path for _, path, _ in (await door.beside())["output.xml"]] == ["1.png", "2.png"]
    assert door.files() == 2


async def test_nothing_of_an_archive_without_a_report_stays_but_itself(door: Door) -> None:
    archive = packed({"1.png": PNG, "run.log": b"began"})
    await door.bring(archive, "all.zip")
    (row,) = await door.rows()
    assert (row["status"], row["error"]["code"]) == ("rejected", "archive-without-report")
    assert "(1.png, run.log)" in row["error"]["message"]
    assert read(door.blobs, row["blob_digest"]) == archive
    assert door.files() == 1


async def test_a_repeated_archive_leaves_nothing_behind(door: Door) -> None:
    archive = packed({"output.xml": ROBOT, "1.png": PNG})
    await door.bring(archive)
    await door.bring(packed({"output.xml": ROBOT, "2.png": PNG + b"other"}))
    assert door.files() == 2
    assert await door.beside() == {"output.xml": [("attachment", "1.png", "image/png")]}


async def test_the_files_of_an_allure_folder_are_one_upload(door: Door) -> None:
    result = {"uuid": "1", "name": "Pay", "status": "passed", "stage": "finished"}
    members = {f"out/{number}-result.json": msgspec.json.encode(result | {"uuid": str(number)}) for number in range(30)}
    (received,) = await door.bring(packed(members | {"out/1-attachment": PNG}), "all.zip")
    (row,) = await door.rows()
    assert (row["upload_id"], row["file_name"]) == (received.upload_id, "out/allure-results.jsonl")
    assert len(read(door.blobs, row["blob_digest"]).splitlines()) == 30
    assert await door.beside() == {"out/allure-results.jsonl": [("attachment", "1-attachment", "image/png")]}
    (same,) = await door.bring(packed(dict(reversed(members.items()))), "again.zip")
    assert same.is_duplicate, "whatever their order in the archive"


@pytest.mark.parametrize("is_archive", [True, False])
async def test_summary_and_samples_of_a_load_test_are_one_upload(door: Door, *, is_archive: bool) -> None:
    files = {"summary.json": SUMMARY, "samples.csv": TABLE, "samples.json": POINT}
    (received,) = await (door.bring(packed(files)) if is_archive else door.bring_all(files))
    (row,) = await door.rows()
    assert (row["upload_id"], row["file_name"]) == (received.upload_id, "samples.json")
    assert await door.beside() == {"samples.json": [("report", "summary.json", "application/json")]}
    assert [warning["message"] for warning in row["warnings"]] == [
        "samples.csv was left out: the samples as JSON lines beside it say more."
    ]
    assert door.files() == 2, "what was left out is not kept"


async def test_plain_files_of_one_request_come_together(door: Door) -> None:
    received = await door.bring_all({"1.png": PNG, "output.xml": ROBOT, "run.log": b"began", "log.html": HTML})
    rows = {row["upload_id"]: row["file_name"] for row in await door.rows()}
    assert [rows[item.upload_id] for item in received] == ["output.xml", "log.html"], "a page is judged by itself"
    assert (await door.beside())["output.xml"] == [
        ("attachment", "1.png", "image/png"),
        ("attachment", "run.log", "text/plain"),
    ]


async def test_plain_files_without_a_report_are_judged_one_by_one(door: Door) -> None:
    assert len(await door.bring_all({"1.png": PNG, "run.log": b"began"})) == 2
    assert len(await door.rows()) == 2


async def test_plain_allure_results_of_one_request_are_one_upload(door: Door) -> None:
    result = {"uuid": "1", "name": "Pay", "status": "passed", "stage": "finished"}
    files = {f"{number}-result.json": msgspec.json.encode(result | {"uuid": str(number)}) for number in range(3)}
    assert len(await door.bring_all(files)) == 1
    (row,) = await door.rows()
    assert len(read(door.blobs, row["blob_digest"]).splitlines()) == 3
    assert door.files() == 1, "the pieces are not kept"


async def test_files_of_one_request_keep_their_order_whatever_becomes_of_them(door: Door) -> None:
    files = {"a.xml": ROBOT, "all.zip": zipped(b=OTHER), "huge.xml": bytes(40_001), "c.xml": OTHER + b" "}
    received = await door.bring_all(files)
    rows = {row["upload_id"]: row["file_name"] for row in await door.rows()}
    assert [rows[item.upload_id] for item in received] == ["a.xml", "b.xml", "huge.xml", "c.xml"]
    assert [item.refusal is not None for item in received] == [False, False, True, False]


async def test_each_file_of_a_request_has_a_key_of_its_own(door: Door) -> None:
    first = await door.bring_all({"a.xml": ROBOT, "b.xml": ROBOT}, key="k")
    assert len({item.upload_id for item in first}) == 2
    again = await door.bring_all({"a.xml": ROBOT, "b.xml": ROBOT}, key="k")
    assert [item.upload_id for item in again] == [item.upload_id for item in first]
    with pytest.raises(errors.InvalidError, match="used for another file"):
        await door.bring_all({"a.xml": ROBOT, "b.xml": OTHER}, key="k")
