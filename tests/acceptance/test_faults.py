"""What TestFlux stands on goes away and comes back: clear answers meanwhile, nothing lost, no hand needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import parcels
import s3_server
from running import RunningHouse, RunningWorker
from senders import Senders
from testflux.store import embedded

ROOM = 200 * 1024 * 1024
BLOCK = 1024 * 1024


def add_project(client: httpx.Client) -> None:
    client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()


def send(client: httpx.Client, number: int, content: bytes | None = None) -> httpx.Response:
    query = {"filename": "output.xml", "commit": str(number)}
    return client.post("/projects/shop/uploads", params=query, content=content or parcels.report(number, 20))


def check_refusal(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    problem = answer.json()
    assert problem["code"] == "unavailable"
    assert problem["detail"]
    assert problem["hint"]


def statuses(client: httpx.Client) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor: str | None = ""
    while cursor is not None:
        place = {"cursor": cursor} if cursor else {}
        page = client.get("/projects/shop/uploads", params={"limit": 100, **place}).raise_for_status().json()
        found |= {item["metadata"]["commit"]: item["status"] for item in page["items"]}
        cursor = page["next_cursor"]
    return found


@contextmanager
def moved_away(folder: Path) -> Generator[None]:
    """Leave an empty folder in the place of one, as an unmounted disk does."""
    aside = folder.rename(folder.with_name("aside"))
    folder.mkdir()
    yield
    assert not list(folder.glob("[0-9a-f]*/*")), "nothing is written where the disk would be"
    shutil.rmtree(folder)
    aside.rename(folder)


@contextmanager
def gone(server: s3_server.S3Server) -> Generator[None]:
    server.stop()
    yield
    server.start()


@contextmanager
def working(house: RunningHouse, **environment: str) -> Generator[None]:
    worker = RunningWorker(house.data, **environment).start()
    try:
        yield
    finally:
        worker.stop()


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, data_folder: Path, tmp_path: Path) -> Iterator[Any]:
    """A blob store: its environment, and what makes it go away for a while."""
    if request.param == "folder":
        yield {}, lambda: moved_away(data_folder / "blobs")
        return
    if s3_server.PROGRAM is None:
        pytest.skip(s3_server.ABSENT)
    with s3_server.S3Server(tmp_path) as server:
        yield {"TESTFLUX_BLOB_URL": server.url, **server.environment}, lambda: gone(server)


def test_a_blob_store_that_goes_away_and_comes_back(
    place: Any, data_folder: Path, wait_until: Callable[..., None]
) -> None:
    environment, go_away = place
    house = RunningHouse(data_folder, **environment).start("--no-worker")
    try:
        with house.client() as client:
            add_project(client)
            accepted = send(client, 1).raise_for_status().json()
            with go_away():
                check_refusal(send(client, 2))
                check_refusal(client.get(f"/uploads/{accepted['id']}/file"))
                ready = httpx.get(f"{house.url}/readyz")
                assert (ready.status_code, ready.json()["checks"]["blobs"]["ok"]) == (503, False)
                with working(house, **environment):
                    wait_until(lambda: "waiting" in (data_folder.with_name("data.worker.log")).read_text(), 30)
                assert statuses(client) == {"1": "queued"} or statuses(client) == {"1": "processing"}
            with working(house, **environment):
                send(client, 2).raise_for_status()
                wait_until(lambda: statuses(client) == {"1": "stored", "2": "stored"}, 60)
            assert client.get(f"/uploads/{accepted['id']}/file").content == parcels.report(1, 20)
            assert house.is_ready()
    finally:
        house.stop()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own that is soon full."""
    with tempfile.TemporaryDirectory(prefix="tfx-") as name:
        options = f"size={ROOM},mode=0711"
        mount, umount = shutil.which("mount"), shutil.which("umount")
        command = [mount or "mount", "-t", "tmpfs", "-o", options, "tmpfs", name]
        if not mount or not umount or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root can mount a small disk to fill")
        try:
            yield Path(name)
        finally:
            subprocess.run([umount, "--lazy", name], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that there is left."""
    ballast = disk / "ballast"
    file = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (BLOCK, 4096):
            with suppress(OSError):
                while os.write(file, bytes(size)):
                    pass
    finally:
        os.close(file)
    return ballast


def test_a_disk_that_is_full_for_a_while(small_disk: Path, wait_until: Callable[..., None]) -> None:
    house = RunningHouse(small_disk / "data")
    house.log = Path(tempfile.gettempdir()) / f"{small_disk.name}.log"  # what is said must not take the room
    house.start()
    try:
        with house.client() as client:
            add_project(client)
            send(client, 1).raise_for_status()
            wait_until(lambda: statuses(client) == {"1": "stored"})
            ballast = fill(small_disk)
            for number in (2, 3):
                check_refusal(send(client, number, os.urandom(300_000)))
            ballast.unlink()

            def is_taken() -> bool:
                answer = send(client, 4)
                assert answer.status_code in {202, 503}, answer.text
                return answer.status_code == 202

            wait_until(is_taken, 60)
            wait_until(lambda: statuses(client) == {"1": "stored", "4": "stored"}, 60)
            assert len(client.get("/projects/shop/runs").raise_for_status().json()["items"]) == 2
        incoming = small_disk / "data" / "blobs" / "incoming"
        assert list(incoming.iterdir()) == [], "what was refused takes no room"
    finally:
        house.stop()
        house.log.unlink()


def test_a_database_that_is_restarted(data_folder: Path, wait_until: Callable[..., None]) -> None:
    postgres = embedded.EmbeddedPostgres(data_folder.parent / "postgres")
    house = RunningHouse(data_folder, TESTFLUX_DATABASE_URL=postgres.start())
    try:
        house.start()
        with house.client() as client:
            add_project(client)
            token = client.post("/tokens", json={"name": "ci", "scopes": ["upload"]}).raise_for_status().json()["token"]
            with Senders(house.url, token) as senders:
                for _ in range(2):
                    senders.wait_for_more(6)
                    postgres.stop()
                    check_refusal(send(client, 10_000))
                    assert not house.is_ready()
                    postgres.start()
                    wait_until(house.is_ready, 60)
                senders.wait_for_more(6)
            assert not senders.failures
            assert senders.refusals
            wait_until(lambda: not {"queued", "processing"} & set(statuses(client).values()), 60)
            found = statuses(client)
            for number in senders.acknowledged:
                assert found[str(number)] == ("stored" if parcels.make(number).tests else "rejected")
    finally:
        house.stop()
        postgres.stop()
