"""Workers beside a server: they share the work, and one that is stopped gives back what it began."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from running import RunningHouse, RunningWorker
from testflux.store import embedded
from testflux.work import tasks

UPLOADS = 24
TEST = """<test name="Test {number}"><kw name="Log" owner="BuiltIn"><arg>{number}</arg>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></kw>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></test>
"""


def report(build: int, tests: int) -> bytes:
    cases = "".join(TEST.format(number=number) for number in range(tests))
    return (
        '<robot generator="Robot 7.0 (Python 3.11)" generated="2026-06-15T12:00:00.000000" schemaversion="5">'
        f'<suite name="Build {build}">{cases}<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="1"/>'
        "</suite></robot>"
    ).encode()


@pytest.fixture
def house(data_folder: Path) -> Iterator[RunningHouse]:
    """A server that processes nothing itself."""
    house = RunningHouse(data_folder).start("--no-worker")
    yield house
    house.stop()


@pytest.fixture
def workers(house: RunningHouse) -> Iterator[list[RunningWorker]]:
    """Two workers, not started yet; each has a log of its own."""
    both = [RunningWorker(house.data) for _ in range(2)]
    for number, worker in enumerate(both):
        worker.log = worker.log.with_suffix(f".{number}.log")
    yield both
    for worker in both:
        worker.stop()


def uploads_of(client: httpx.Client) -> list[dict[str, Any]]:
    return client.get("/projects/shop/uploads", params={"limit": 100}).raise_for_status().json()["items"]


def done_by(worker: RunningWorker) -> list[str]:
    """Return the uploads that a worker processed, by its log."""
    entries = [json.loads(line) for line in worker.log.read_text().splitlines()]
    return [entry["upload"] for entry in entries if entry["event"] == "upload processed"]


def test_two_workers_share_the_uploads_and_each_becomes_one_run(
    house: RunningHouse, workers: list[RunningWorker], wait_until: Callable[..., None]
) -> None:
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        for build in range(UPLOADS):
            tests = 5 if build % 4 else 2 * tasks.SMALL_BYTES // len(TEST)  # every fourth is read in a process
            client.post(
                "/projects/shop/uploads", params={"filename": "o.xml"}, content=report(build, tests)
            ).raise_for_status()
        assert {upload["status"] for upload in uploads_of(client)} == {"queued"}
        for worker in workers:
            worker.start()
        wait_until(lambda: {upload["status"] for upload in uploads_of(client)} == {"stored"}, 100)
        runs = client.get("/projects/shop/runs", params={"limit": 100}).json()["items"]
    assert sorted(run["number"] for run in runs) == list(range(1, UPLOADS + 1))
    assert len({run["name"] for run in runs}) == UPLOADS
    first, second = (done_by(worker) for worker in workers)
    assert first, "the first worker had nothing to do"
    assert second, "the second worker had nothing to do"
    assert len(first) + len(second) == len({*first, *second}) == UPLOADS, "each upload exactly once"


@contextlib.contextmanager
def held(house: RunningHouse) -> Generator[psycopg.Connection[Any]]:
    """Keep whoever processes an upload from going on: a report that takes longer than anybody's patience."""
    dsn = embedded.find_running_dsn(house.data / "postgres")
    assert dsn is not None
    with psycopg.connect(dsn, autocommit=True) as looking, psycopg.connect(dsn) as holding:
        holding.execute("select from upload for update")
        yield looking


def test_a_worker_that_is_stopped_gives_back_what_it_cannot_finish(
    house: RunningHouse, workers: list[RunningWorker], wait_until: Callable[..., None]
) -> None:
    stopped, other = workers
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        content = report(1, 2 * tasks.SMALL_BYTES // len(TEST))
        client.post("/projects/shop/uploads", params={"filename": "o.xml"}, content=content).raise_for_status()
        with held(house) as database:
            stopped.start()
            assert stopped.process is not None
            worker = psutil.Process(stopped.process.pid)
            wait_until(lambda: worker.children(recursive=True), 60)
            waiting = "select from pg_stat_activity where wait_event in ('transactionid', 'tuple')"
            wait_until(lambda: database.execute(waiting).fetchall(), 60)
            children = worker.children(recursive=True)
            assert len(children) == 1
            assert stopped.stop() == 0
            assert not any(child.is_running() for child in children)
            query = "select status::text, attempts from procrastinate_jobs where task_name = 'process_upload'"
            assert database.execute(query).fetchall() == [("todo", 0)], "at once, and it was no failure"
        other.start()
        wait_until(lambda: [upload["status"] for upload in uploads_of(client)] == ["stored"], 60)
        assert len(client.get("/projects/shop/runs").json()["items"]) == 1
