from __future__ import annotations

import asyncio
import gzip
import io
import zipfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from made import NOON, Project, chunks, list_files, make_project, read
from testflux import pipeline
from testflux.ingest import receive
from testflux.kit import errors, identifiers, inflate
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawKeyword
from testflux.model.run import Metadata, Stage
from testflux.parse import registry
from testflux.store import contents, run_results, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Row

ROBOT = b"""<?xml version="1.0" encoding="UTF-8"?>
<robot generator="Robot 7.0 (Python 3.11 on linux)" generated="2026-06-15T12:00:00.000000" rpa="false" schemaversion="5">
<suite id="s1" name="Shop"><test id="s1-t1" name="Pay"><kw name="Log"><status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></kw><status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></test>
<test id="s1-t2" name="Cancel"><status status="FAIL" start="2026-06-15T12:00:01.000000" elapsed="0.2">No button</status></test>
<status status="FAIL" start="2026-06-15T12:00:00.000000" elapsed="1.5"/></suite>
<statistics><total><stat pass="1" fail="1" skip="0">All Tests</stat></total></statistics><errors/></robot>"""  # noqa: E501
K6 = b'{"metrics":{"http_req_duration":{"avg":1.5,"min":1,"med":1,"max":3,"p(90)":2,"p(95)":2.5,"thresholds":{"p(95)<2":true}}}}'  # noqa: E501
HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"

NOTHING = Metadata()
LIMITS = inflate.Limits()

Process = Callable[..., Awaitable[Row]]


@pytest.fixture
async def project(database: Database) -> Project:
    return await make_project(database)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


async def bring(
    project: Project, blobs: Blobs, content: bytes, said: Metadata = NOTHING, *, name: str = "report"
) -> int:
    sender = receive.Sender(project_id=project.project_id, metadata=said, request_id="r-5")
    file = receive.IncomingFile(name, chunks(content))
    (received,) = await receive.receive(project.database, blobs, file, sender, inflate.Limits())
    return received.upload_id


@pytest.fixture
def process(project: Project, blobs: Blobs) -> Process:
    """Take a file in, process it and return the upload."""

    async def process(content: bytes, limits: inflate.Limits = LIMITS, said: Metadata = NOTHING) -> Row:
        upload_id = await bring(project, blobs, content, said)
        await pipeline.process(project.database, blobs, project.project_id, upload_id, limits)
        return await get(project, upload_id)

    return process


async def get(project: Project, upload_id: int) -> Row:
    async with project.database.read(EVERYBODY) as reader:
        return await uploads.get_upload(reader, project.project_id, upload_id)


async def left_behind(project: Project) -> dict[str, int]:
    """Count what only a stored run leaves."""
    tables = ("run", "test", "result_chunk", "message", "finding", "load_metric", "day_total")
    return {table: count for table in tables if (count := await project.count(table))}


async def test_a_report_becomes_a_run(project: Project, process: Process) -> None:
    upload = await process(ROBOT, said=Metadata(branch="main"))
    assert (upload["status"], upload["stage"], upload["progress"], upload["error"]) == ("stored", "done", 100, None)
    assert upload["finished_at"] is not None
    (run,) = await project.rows("select * from run")
    assert (run["run_id"], run["number"]) == (upload["run_id"], upload["run_number"])
    assert (run["kind"], run["verdict"], run["name"], run["branch"]) == ("functional", "failed", "Shop", "main")
    assert (run["started_at"], run["duration_ms"]) == (NOON, 1500)
    assert run["totals"] == {"total": 2, "passed": 1, "failed": 1, "skipped": 0, "broken": 0}


async def test_browsers_are_told_step_by_step(project: Project, process: Process) -> None:
    upload = await process(ROBOT)
    name = identifiers.pack(project.project_id, upload["upload_id"])
    rows = await project.rows("select topic, type, data from live_event order by event_id")
    steps = [row["data"]["status"] for row in rows if row["topic"] == f"upload:{name}"]
    assert steps == ["queued", "processing", "stored"]
    run = {
        "run_id": identifiers.pack(project.project_id, upload["run_id"]),
        "number": 1,
        "project": "shop",
        "kind": "functional",
        "verdict": "failed",
    }
    told = [(row["topic"], row["data"]) for row in rows if row["type"] == "run.stored"]
    assert told == [("project:shop", run), ("projects", run)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (HTML, "html-report"),
        (ROBOT[:300], "report-truncated"),
        (b"<robot><suite></robot>", "xml-malformed"),
        (b"\x00\x01\x02 nothing", "format-unknown"),
        (gzip.compress(ROBOT)[:-20], "compression-damaged"),
    ],
)
async def test_what_cannot_be_read_is_rejected_with_the_reason_and_kept(
    project: Project, blobs: Blobs, process: Process, content: bytes, code: str
) -> None:
    upload = await process(content)
    assert (upload["status"], upload["error"]["code"], upload["run_id"]) == ("rejected", code, None)
    assert upload["error"]["message"]
    assert upload["error"]["hint"]
    assert read(blobs, upload["blob_digest"]) == content
    assert await left_behind(project) == {}
    assert (await process(ROBOT))["status"] == "stored", "the next one works"


@pytest.mark.parametrize("name", ["output.xml.gz", "output.xml"])
async def test_a_compressed_report_is_kept_as_its_writer_made_it(project: Project, blobs: Blobs, name: str) -> None:
    upload_id = await bring(project, blobs, gzip.compress(ROBOT), name=name)
    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    upload = await get(project, upload_id)
    assert (upload["status"], upload["file_name"], upload["size_bytes"]) == ("stored", "output.xml", len(ROBOT))
    assert read(blobs, upload["blob_digest"]) == ROBOT
    assert await list_files(blobs) == [upload["blob_digest"]], "the packed one is gone"


async def test_a_byte_range_cuts_the_test_out_of_the_kept_file(
    project: Project, blobs: Blobs, process: Process
) -> None:
    upload = await process(zstandard.compress(ROBOT))
    (run,) = await project.rows("select * from run")
    async with project.database.read(EVERYBODY) as reader:
        place = await run_results.find_evidence(reader, run, 1)
    assert place is not None
    assert (place["format"], place["blob_digest"]) == ("robot-xml", upload["blob_digest"])
    piece = read(blobs, place["blob_digest"])[place["start"] : place["end"]]
    assert piece.startswith(b'<test id="s1-t2"')
    assert piece.endswith(b"</test>")


async def test_who_comes_late_takes_what_somebody_else_decompressed(project: Project, blobs: Blobs) -> None:
    upload_id = await bring(project, blobs, gzip.compress(ROBOT))
    stale = await get(project, upload_id)
    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    now = await contents.unfold(project.database, blobs, stale, LIMITS)
    assert now["blob_digest"] == (await get(project, upload_id))["blob_digest"] != stale["blob_digest"]


async def test_a_damaged_compressed_file_stays_as_it_was_sent(blobs: Blobs, process: Process) -> None:
    packed = gzip.compress(ROBOT)[:-20]
    upload = await process(packed)
    assert upload["error"]["code"] == "compression-damaged"
    assert read(blobs, upload["blob_digest"]) == packed


async def test_what_was_left_out_at_the_door_is_said_of_the_run(project: Project, blobs: Blobs) -> None:
    upload_id = await bring(project, blobs, ROBOT)
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("""update upload set warnings = '[{"code": "left-out", "message": "x.csv"}]'""")
    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    (run,) = await project.rows("select warnings from run")
    assert [warning["code"] for warning in run["warnings"]] == ["left-out"]


async def test_a_bomb_is_rejected_and_not_kept(project: Project, blobs: Blobs, process: Process) -> None:
    bomb = gzip.compress(ROBOT + b" " * 5_000_000)
    upload = await process(bomb, inflate.Limits(max_ratio=20, free_bytes=10_000))
    assert (upload["status"], upload["error"]["code"]) == ("rejected", "decompression-bomb")
    assert upload["blob_digest"] is None
    assert await list_files(blobs) == []
    assert await left_behind(project) == {}


async def test_processing_again_changes_nothing(project: Project, blobs: Blobs, process: Process) -> None:
    upload = await process(ROBOT)
    before = await project.rows("select * from run")
    await pipeline.process(project.database, blobs, project.project_id, upload["upload_id"])
    assert await project.rows("select * from run") == before
    assert (await get(project, upload["upload_id"])) == upload


@pytest.mark.parametrize("content", [ROBOT, gzip.compress(ROBOT)], ids=["plain", "packed"])
async def test_two_workers_on_one_upload_store_one_run(project: Project, blobs: Blobs, content: bytes) -> None:
    upload_id = await bring(project, blobs, content)
    work = (pipeline.process(project.database, blobs, project.project_id, upload_id) for _ in range(4))
    await asyncio.gather(*work)
    assert await project.count("run") == 1
    assert (await project.rows("select runs from day_total")) == [{"runs": 1}]


async def test_a_failure_in_the_middle_leaves_nothing_and_the_next_try_succeeds(
    project: Project, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = await bring(project, blobs, ROBOT)

    async def fail(*_: object) -> None:
        raise RuntimeError("our fault")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "save_stored", fail)
        with pytest.raises(RuntimeError, match="our fault"):
            await pipeline.process(project.database, blobs, project.project_id, upload_id)
    assert await left_behind(project) == {}
    assert (await get(project, upload_id))["status"] == "processing"

    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    assert (await project.rows("select number from run")) == [{"number": 1}]


async def test_a_file_that_vanished_is_said_so(project: Project, blobs: Blobs) -> None:
    upload_id = await bring(project, blobs, ROBOT)
    await blobs.drop((await get(project, upload_id))["blob_digest"])
    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    upload = await get(project, upload_id)
    assert (upload["status"], upload["error"]["code"]) == ("rejected", "file-missing")


async def test_an_upload_that_was_removed_is_not_found(project: Project, blobs: Blobs) -> None:
    with pytest.raises(errors.NotFoundError):
        await pipeline.process(project.database, blobs, project.project_id, 99)


async def test_a_long_report_tells_how_far_it_is(
    project: Project, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = await bring(project, blobs, ROBOT)
    loop = asyncio.get_running_loop()
    told: list[tuple[Stage, int]] = []
    half_told = asyncio.Event()
    parse, save = registry.parse, uploads.save_progress

    def halting(stream: registry.blocks.Stream) -> object:
        stream.read(len(ROBOT) // 2)
        asyncio.run_coroutine_threadsafe(half_told.wait(), loop).result(30)
        raise errors.ReportError("enough")

    async def note(*arguments: object) -> None:
        told.append(arguments[3:])  # pyright: ignore[reportArgumentType]
        if len(told) > 1:
            half_told.set()
        await save(*arguments)  # pyright: ignore[reportArgumentType]

    assert parse is registry.parse
    monkeypatch.setattr(registry, "parse", halting)
    monkeypatch.setattr(uploads, "save_progress", note)
    monkeypatch.setattr(pipeline, "_TELL_EVERY_S", 0.01)
    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    assert told[0] == (Stage.PARSE, 0)
    assert all(stage is not Stage.PARSE or 0 <= progress < 70 for stage, progress in told)
    assert len(told) >= 2


async def test_history_is_stored_where_it_belongs(project: Project, process: Process) -> None:
    await process(ROBOT, said=Metadata(started_at=datetime(2020, 2, 29, 23, 0, tzinfo=UTC)))
    (row,) = await project.rows("select run_day from day_total")
    assert row["run_day"].isoformat() == "2020-02-29"


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Let keywords of Robot reports be counted, badly: what the counter read is noted."""
    seen: list[bytes] = []

    def count(stream: registry.blocks.Stream) -> list[RawKeyword]:
        seen.append(registry.blocks.everything(stream))
        return [RawKeyword("BuiltIn", "Log", 1, 0, 100.0)]

    monkeypatch.setattr(registry, "KEYWORDS", {"robot-xml": count})
    return seen


async def test_keywords_are_counted_after_the_run_is_stored(
    project: Project, blobs: Blobs, process: Process, counting: list[bytes]
) -> None:
    upload = await process(gzip.compress(ROBOT))
    (job,) = await project.rows("select queue_name, args from procrastinate_jobs where task_name = 'count_keywords'")
    arguments = {"project_id": project.project_id, "run_id": upload["run_id"], "request_id": "r-5"}
    assert job == {"queue_name": "keywords", "args": arguments}
    for _ in range(2):
        await pipeline.count_keywords(project.database, blobs, project.project_id, upload["run_id"])
    assert counting == [ROBOT]
    assert await project.rows("select owner, name, calls from keyword_count") == [
        {"owner": "BuiltIn", "name": "Log", "calls": 1}
    ]


async def test_formats_without_keywords_have_no_such_job(
    project: Project, blobs: Blobs, process: Process, counting: list[bytes]
) -> None:
    upload = await process(K6)
    assert await project.rows("select from procrastinate_jobs where task_name = 'count_keywords'") == []
    await pipeline.count_keywords(project.database, blobs, project.project_id, upload["run_id"])
    assert counting == []


async def test_nothing_is_counted_for_a_run_that_is_gone(project: Project, blobs: Blobs, counting: list[bytes]) -> None:
    await pipeline.count_keywords(project.database, blobs, project.project_id, 99)
    assert counting == []


SAMPLES = (
    b'{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],'
    b'"submetrics":null},"metric":"http_reqs"}\n'
    b'{"type":"Point","data":{"time":"2026-06-15T12:00:00Z","value":1,"tags":{}},"metric":"http_reqs"}\n'
)
SUMMARY = b'{"metrics":{"http_reqs":{"count":1,"rate":1,"thresholds":{"count>5":true}}},"root_group":{"name":""}}'


async def test_a_load_test_in_two_files_is_one_run(project: Project, blobs: Blobs) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("summary.json", SUMMARY)
        archive.writestr("samples.json.gz", gzip.compress(SAMPLES))
    upload_id = await bring(project, blobs, packed.getvalue())
    await pipeline.process(project.database, blobs, project.project_id, upload_id)
    upload = await get(project, upload_id)
    assert (upload["status"], upload["file_name"]) == ("stored", "samples.json")
    (run,) = await project.rows("select * from run")
    assert (run["format"], run["verdict"]) == ("k6-ndjson", "failed")
    assert await project.rows("select metric, expression, is_met from threshold") == [
        {"metric": "http_reqs", "expression": "count>5", "is_met": False}
    ]
    assert await project.count("load_series") > 0


async def test_what_the_tool_ended_with_counts(project: Project, process: Process) -> None:
    upload = await process(K6.replace(b"true", b"false"), said=Metadata(exit_code=107))
    assert upload["run_verdict"] == "incomplete"
    (run,) = await project.rows("select is_complete, warnings from run")
    assert not run["is_complete"]
    assert "107" in run["warnings"][-1]["message"]


async def test_samples_of_a_damaged_file_are_kept_as_far_as_they_go(
    project: Project, blobs: Blobs, process: Process
) -> None:
    line = SAMPLES.splitlines(keepends=True)[1]
    packed = gzip.compress(SAMPLES + b"".join(line.replace(b'"value":1', b'"value":%d' % i) for i in range(20_000)))
    upload = await process(packed[: len(packed) // 2])
    assert (upload["status"], upload["run_verdict"]) == ("stored", "incomplete")
    (metric,) = await project.rows("select count from load_metric where name = 'http_reqs' and tags = ''")
    assert metric["count"] > 1000
    assert read(blobs, upload["blob_digest"]) == packed[: len(packed) // 2]
