"""A worker ends when it is asked to, also while the database is away."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

import parcels
from running import RunningHouse, RunningWorker
from testflux.store import embedded

IN_TIME = 13.0  # a container is usually given ten seconds; the rest is for a busy machine


@pytest.fixture
def postgres(data_folder: Path) -> Iterator[embedded.EmbeddedPostgres]:
    """A PostgreSQL of its own, that can go away while TestFlux runs on it."""
    server = embedded.EmbeddedPostgres(data_folder.parent / "postgres")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def house(data_folder: Path, postgres: embedded.EmbeddedPostgres) -> Iterator[RunningHouse]:
    house = RunningHouse(data_folder, TESTFLUX_DATABASE_URL=postgres.dsn).start("--no-worker")
    yield house
    house.stop()


@pytest.fixture
def worker(data_folder: Path, house: RunningHouse, postgres: embedded.EmbeddedPostgres) -> Iterator[RunningWorker]:
    assert house.is_running
    worker = RunningWorker(data_folder, TESTFLUX_DATABASE_URL=postgres.dsn).start()
    yield worker
    worker.kill()


def test_one_that_has_nothing_to_do_ends_without_the_database(
    postgres: embedded.EmbeddedPostgres, worker: RunningWorker, wait_until: Callable[..., None]
) -> None:
    with psycopg.connect(postgres.dsn, autocommit=True) as looking:
        wait_until(lambda: looking.execute("select from procrastinate_workers").fetchall(), 60)
    postgres.stop()
    began = time.monotonic()
    assert worker.stop() == 0, worker.log.read_text()
    assert time.monotonic() - began < IN_TIME


def test_one_in_the_middle_of_an_upload_ends_and_the_upload_is_done_by_the_next(
    postgres: embedded.EmbeddedPostgres, house: RunningHouse, worker: RunningWorker, wait_until: Callable[..., None]
) -> None:
    database = contextlib.closing(psycopg.connect(postgres.dsn, autocommit=True))
    with house.client() as client, database as looking:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        with contextlib.closing(psycopg.connect(postgres.dsn)) as holding:
            holding.execute("lock table run in share mode")  # it can be read, not written
            client.post(
                "/projects/shop/uploads", params={"filename": "output.xml"}, content=parcels.report(1, 20)
            ).raise_for_status()
            waiting = "select from pg_stat_activity where wait_event_type = 'Lock'"
            wait_until(lambda: looking.execute(waiting).fetchall(), 60)
            postgres.stop()
    began = time.monotonic()
    assert worker.stop() == 0, worker.log.read_text()
    assert time.monotonic() - began < IN_TIME
    postgres.start()
    worker.start()
    with house.client() as client:
        wait_until(lambda: statuses(client) == ["stored"], 90)
        assert len(client.get("/projects/shop/runs").raise_for_status().json()["items"]) == 1


def statuses(client: httpx.Client) -> list[str]:
    answer = client.get("/projects/shop/uploads")
    return [upload["status"] for upload in answer.json()["items"]] if answer.is_success else []
