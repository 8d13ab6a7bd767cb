"""TestFlux started before its PostgreSQL waits for it, and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import parcels
from running import RunningHouse, RunningWorker
from testflux.store import embedded


@pytest.fixture
def postgres(data_folder: Path) -> Iterator[embedded.EmbeddedPostgres]:
    """A PostgreSQL of its own that was there once, and is not now."""
    server = embedded.EmbeddedPostgres(data_folder.parent / "postgres")
    server.start()
    server.stop()
    yield server
    server.stop()


def test_server_and_worker_come_up_when_their_database_does(
    data_folder: Path, postgres: embedded.EmbeddedPostgres, wait_until: Callable[..., None]
) -> None:
    house = RunningHouse(data_folder, TESTFLUX_DATABASE_URL=postgres.dsn)
    worker = RunningWorker(data_folder, TESTFLUX_DATABASE_URL=postgres.dsn)
    try:
        house.start("--no-worker", ready=False)
        worker.start()
        for log in (house.log, worker.log):
            wait_until(lambda log=log: "waiting for PostgreSQL" in log.read_text(), 30)
        postgres.start()
        house.wait_until_ready()
        with house.client() as client:
            client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
            sent = client.post(
                "/projects/shop/uploads", params={"filename": "output.xml"}, content=parcels.report(1, 3)
            ).raise_for_status()
            place = f"/uploads/{sent.json()['id']}"
            wait_until(lambda: client.get(place).json()["status"] == "stored", 60)
    finally:
        assert worker.stop() == 0
        house.stop()


def test_who_waits_ends_when_asked_to(data_folder: Path, wait_until: Callable[..., None]) -> None:
    worker = RunningWorker(data_folder, TESTFLUX_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none").start()
    try:
        wait_until(lambda: "waiting for PostgreSQL" in worker.log.read_text(), 30)
    finally:
        assert worker.stop() == 0
