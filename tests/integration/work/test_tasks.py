from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from made import Project, chunks, make_project
from testflux import pipeline
from testflux.ingest import receive
from testflux.kit import errors, inflate
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.parse import blocks, registry
from testflux.store import jobs, uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Row
from testflux.work import deliver, tasks
from testflux.work.orders import Order, Work

LIMITS = inflate.Limits()


class Bench:
    """An upload in a project, and the task that processes it."""

    def __init__(self, project: Project, blobs: Blobs, upload_id: int) -> None:
        self.project = project
        self.blobs = blobs
        self.key = (project.project_id, upload_id)
        self.tools = tasks.Bench(project.database, blobs, LIMITS)

    async def process(self, attempts: int = 0) -> None:
        await tasks.process(self.tools, Order(Work.PROCESS, self.key, "r-77"), attempts=attempts)

    async def count(self) -> None:
        run_id = (await self.upload())["run_id"]
        await tasks.count(self.tools, Order(Work.COUNT, (self.project.project_id, run_id), "r-77"))

    async def upload(self) -> Row:
        async with self.project.database.read(EVERYBODY) as reader:
            return await uploads.get_upload(reader, *self.key)


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> Bench:
    project = await make_project(database)
    blobs = Blobs(tmp_path / "blobs")
    file = receive.IncomingFile("a.json", chunks(b'{"metrics":{"vus_max":{"value":3,"min":3,"max":3}}}'))
    sender = receive.Sender(project_id=project.project_id, request_id="r-77")
    (received,) = await receive.receive(database, blobs, file, sender, LIMITS)
    return Bench(project, blobs, received.upload_id)


def failing(monkeypatch: pytest.MonkeyPatch, *faults: Exception) -> list[Exception]:
    """Let the pipeline fail in these ways before it works; return what is left of them."""
    left = list(faults)
    process = pipeline.process

    async def fail(*arguments: object) -> None:
        if left:
            raise left.pop(0)
        await process(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(pipeline, "process", fail)
    return left


async def test_an_upload_is_processed(bench: Bench) -> None:
    await bench.process()
    assert (await bench.upload())["status"] == "stored"


async def test_while_the_database_is_away_the_task_waits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_AWAY_S", 0)
    away = errors.UnavailableError("away")
    left = failing(monkeypatch, away, away, away, away, away, away)
    await bench.process(attempts=tasks.ATTEMPTS - 1)
    assert left == []
    assert (await bench.upload())["status"] == "stored"


async def test_our_own_errors_go_back_to_the_queue(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await bench.process()
    assert (await bench.upload())["status"] == "queued"


async def test_after_the_last_attempt_it_is_our_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ZeroDivisionError())
    await bench.process(attempts=tasks.ATTEMPTS - 1)
    upload = await bench.upload()
    assert (upload["status"], upload["error"]["code"]) == ("rejected", "internal")
    assert "r-77" in upload["error"]["hint"]
    assert upload["blob_digest"] is not None


async def test_an_upload_that_killed_its_workers_is_not_tried_for_ever(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = failing(monkeypatch, MemoryError())
    await bench.process(attempts=tasks.ATTEMPTS)
    assert len(left) == 1, "it was not begun again"
    assert (await bench.upload())["error"]["code"] == "internal"


async def test_an_upload_that_is_gone_is_done(bench: Bench) -> None:
    async with bench.project.database.write(EVERYBODY) as writer:
        await uploads.drop_upload(writer, *bench.key)
    await bench.process()
    await bench.process(attempts=tasks.ATTEMPTS)
    assert await bench.project.count("run") == 0


@pytest.mark.parametrize(
    "fault", [errors.ReportError("broken off"), errors.NotFoundError("gone"), errors.TooLargeError("a bomb")]
)
async def test_a_report_whose_keywords_cannot_be_counted_is_left_uncounted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def count(_: blocks.Stream) -> NoReturn:
        raise fault

    await bench.process()
    monkeypatch.setattr(registry, "KEYWORDS", {"k6-summary": count})
    await bench.count()
    assert await bench.project.count("keyword_count") == 0


async def test_our_own_errors_while_counting_go_back_to_the_queue(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.process()
    monkeypatch.setattr(registry, "KEYWORDS", {"k6-summary": lambda _: 1 // 0})
    with pytest.raises(ZeroDivisionError):
        await bench.count()


async def test_a_delivery_that_met_a_restart_of_the_database_is_tried_again_within_seconds(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise errors.UnavailableError("The database is away.")

    monkeypatch.setattr(deliver, "deliver", away)
    database = bench.project.database
    app = jobs.queue(database)
    tasks.register(app, bench.tools, Settings(data_dir=tmp_path))
    async with database.write(EVERYBODY) as writer:
        await jobs.add_delivery(writer, bench.project.project_id, date(2026, 6, 15), 5)
    async with jobs.open_queue(database, app):
        await app.run_worker_async(queues=[jobs.DELIVERIES], wait=False, install_signal_handlers=False)
    assert await bench.project.rows(
        "select status::text, scheduled_at < now() + interval '10 seconds' as is_soon from procrastinate_jobs"
        " where queue_name = %(name)s",
        name=jobs.DELIVERIES,
    ) == [{"status": "todo", "is_soon": True}]
