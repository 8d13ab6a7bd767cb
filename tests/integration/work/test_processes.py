from __future__ import annotations

import asyncio
import contextlib
import gzip
import sys
import textwrap
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import psutil
import pytest

from made import Project, chunks, make_project
from testflux.ingest import receive
from testflux.kit import errors, inflate
from testflux.model.access import EVERYBODY
from testflux.store import uploads
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Row
from testflux.work import orders, processes, tasks
from testflux.work.orders import Order, Work

ROBOT = b"""<robot generator="Robot 7.0 (Python 3.11)" generated="2026-06-15T12:00:00.000000" schemaversion="5">
<suite name="Shop"><test name="Pay"><kw name="Log" owner="BuiltIn"><status status="PASS" elapsed="0.1"/></kw>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></test>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="1.5"/></suite></robot>"""
K6 = b'{"metrics":{"vus_max":{"value":3,"min":3,"max":3}}}'
LIMITS = inflate.Limits()
WAITING = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


class Bench:
    """A project with uploads, and processes that work on them."""

    def __init__(self, project: Project, blobs: Blobs) -> None:
        self.project = project
        self.blobs = blobs
        self.start = orders.Start(
            database_url=project.database.url,
            direct_url=None,
            blobs=str(blobs.place),
            limits=LIMITS,
            log_level="error",
            log_format="json",
        )
        self.processes = processes.Processes(self.start, 2)

    async def bring(self, content: bytes = ROBOT, name: str = "report") -> Order:
        file = receive.IncomingFile(name, chunks(content))
        sender = receive.Sender(project_id=self.project.project_id)
        (received,) = await receive.receive(self.project.database, self.blobs, file, sender, LIMITS)
        return Order(Work.PROCESS, (self.project.project_id, received.upload_id), "r-9")

    async def get(self, order: Order) -> Row:
        async with self.project.database.read(EVERYBODY) as reader:
            return await uploads.get_upload(reader, *order.key)

    @contextlib.asynccontextmanager
    async def held(self, order: Order) -> AsyncGenerator[asyncio.Task[None]]:
        """Let a process begin an upload, and keep it from going on."""
        async with self.project.database.write(EVERYBODY) as writer:
            await uploads.lock_upload(writer, *order.key)
            doing = asyncio.create_task(self.processes.run(order))
            await until(lambda: self.project.rows(WAITING))
            yield doing


async def until(ask: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(60):
        while not await ask():
            pass


def children() -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            found += [child] if "testflux.work.process" in child.cmdline() else []
    return found


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(await make_project(database), Blobs(tmp_path / "blobs"))
    yield bench
    await bench.processes.close()


async def test_an_upload_becomes_a_run_in_a_process_that_serves_the_next_one_too(bench: Bench) -> None:
    first, second = await bench.bring(), await bench.bring(K6)
    await bench.processes.run(first)
    before = [child.pid for child in children()]
    await bench.processes.run(second)
    assert [(await bench.get(order))["status"] for order in (first, second)] == ["stored", "stored"]
    assert len(before) == 1
    assert [child.pid for child in children()] == before
    await bench.processes.close()
    assert children() == []


async def test_keywords_are_counted_there(bench: Bench) -> None:
    order = await bench.bring()
    await bench.processes.run(order)
    run_id = (await bench.get(order))["run_id"]
    await bench.processes.run(Order(Work.COUNT, (bench.project.project_id, run_id), "r-9"))
    assert await bench.project.count("keyword_count") == 1


async def test_what_is_the_reports_fault_is_no_failure(bench: Bench) -> None:
    order = await bench.bring(b"<robot><suite></robot>")
    await bench.processes.run(order)
    assert (await bench.get(order))["error"]["code"] == "xml-malformed"


async def test_errors_come_back_as_what_they_are(bench: Bench) -> None:
    order = await bench.bring()
    async with bench.project.database.write(EVERYBODY) as writer:
        await uploads.drop_upload(writer, *order.key)
    with pytest.raises(errors.NotFoundError, match="no such upload"):
        await bench.processes.run(order)


async def test_a_process_that_is_killed_is_our_fault_and_the_next_one_works(bench: Bench) -> None:
    order = await bench.bring()
    async with bench.held(order) as doing:
        (child,) = children()
        child.kill()
        with pytest.raises(orders.ProcessFailedError, match="ended with -9"):
            await doing
    assert (await bench.get(order))["status"] == "queued"
    await bench.processes.run(order)
    assert (await bench.get(order))["status"] == "stored"


async def test_who_gives_up_leaves_nothing_running(bench: Bench) -> None:
    order = await bench.bring()
    async with bench.held(order) as doing:
        doing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await doing
        assert children() == []
    assert (await bench.get(order))["status"] == "queued"


async def test_a_process_that_died_while_idle_is_replaced(bench: Bench) -> None:
    await bench.processes.run(await bench.bring())
    (child,) = children()
    child.kill()
    (known,) = bench.processes._idle  # noqa: SLF001
    await until(lambda: asyncio.sleep(0, not known.is_alive))
    order = await bench.bring(K6)
    await bench.processes.run(order)
    assert (await bench.get(order))["status"] == "stored"


@pytest.mark.parametrize("limit", ["MOST_ORDERS", "GROWN_BYTES"])
async def test_a_process_that_did_much_or_grew_goes(bench: Bench, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(processes, limit, 1)
    await bench.processes.run(await bench.bring())
    assert children() == []


async def test_a_process_that_nobody_needs_goes(bench: Bench) -> None:
    own = processes.Processes(bench.start, 1, idle_s=0)
    await own.run(await bench.bring())
    await until(lambda: asyncio.sleep(0, not children()))
    await own.close()
    assert children() == []


async def test_there_are_no_more_than_allowed(bench: Bench) -> None:
    waiting = [await bench.bring(ROBOT + b"\n" * count) for count in range(5)]
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(children()))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(bench.processes.run(order) for order in waiting))
    watching.cancel()
    assert most == 2
    assert await bench.project.count("run") == 5


async def test_without_room_for_a_process_it_is_tried_again_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(orders.ProcessFailedError, match="No process could be started"):
        await bench.processes.run(await bench.bring())


async def test_no_process_outlives_its_worker(bench: Bench) -> None:
    order = await bench.bring()
    program = textwrap.dedent("""
        import asyncio, sys, msgspec
        from testflux.work import orders, processes
        start = msgspec.json.decode(sys.argv[1], type=orders.Start)
        order = msgspec.json.decode(sys.argv[2], type=orders.Order)
        asyncio.run(processes.Processes(start, 1).run(order))
    """)
    given = [msgspec.json.encode(part).decode() for part in (bench.start, order)]
    async with bench.project.database.write(EVERYBODY) as writer:
        await uploads.lock_upload(writer, *order.key)
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", program, *given)
        await until(lambda: bench.project.rows(WAITING))
        (child,) = psutil.Process(worker.pid).children()
        worker.kill()
        await worker.wait()
        await until(lambda: asyncio.sleep(0, not is_running(child)))
    assert (await bench.get(order))["status"] == "queued"


def is_running(process: psutil.Process) -> bool:
    """Zombies do not count: nobody may be there to reap an orphan."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    ("content", "is_aside"),
    [(ROBOT, False), (ROBOT + b"\n" * tasks.SMALL_BYTES, True), (gzip.compress(ROBOT), True)],
    ids=["small", "large", "compressed"],
)
async def test_only_what_takes_long_is_done_aside(bench: Bench, content: bytes, is_aside: bool) -> None:  # noqa: FBT001
    order = await bench.bring(content)
    tools = tasks.Bench(bench.project.database, bench.blobs, LIMITS, bench.processes)
    await tasks.process(tools, order, attempts=0)
    assert len(children()) == is_aside
    assert (await bench.get(order))["status"] == "stored"
