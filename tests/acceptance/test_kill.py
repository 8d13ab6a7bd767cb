"""Whatever is killed and whenever: what was acknowledged becomes one run, not none and not two."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from running import RunningHouse

ROUNDS = 10
SENDERS = 3
PAUSE_S = 0.05

ROBOT = """<?xml version="1.0"?>
<robot generator="Robot 7.0 (Python 3.11)" generated="2026-06-15T12:00:00.000000" rpa="false" schemaversion="5">
<suite id="s1" name="Shop">{tests}
<status status="FAIL" start="2026-06-15T12:00:00.000000" elapsed="1.5"/></suite>
<statistics><total><stat pass="1" fail="1" skip="0">All Tests</stat></total></statistics><errors/></robot>"""
TEST = """<test id="s1-t{number}" name="Test {number}">
<status status="{status}" start="2026-06-15T12:00:00.000000" elapsed="0.1">Broke at {commit}</status></test>"""


def report(commit: int) -> bytes:
    """Write a report that differs from every other one; big enough to be killed in the middle of."""
    tests = (TEST.format(number=n, status="FAIL" if n % 10 else "PASS", commit=commit) for n in range(1, 200))
    return ROBOT.format(tests="\n".join(tests)).encode()


class Senders:
    """Clients that send report after report, each again and again until it is acknowledged."""

    def __init__(self, house: RunningHouse, token: str) -> None:
        self._url = f"{house.url}/api/v1/projects/shop/uploads"
        self._headers = {"Authorization": token}
        self._stopping = threading.Event()
        self._more = threading.Condition()
        self._next = 0
        self.acknowledged: dict[int, str] = {}
        self._threads = [threading.Thread(target=self._send_all) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def wait_for_more(self, count: int) -> None:
        with self._more:
            wanted = len(self.acknowledged) + count
            assert self._more.wait_for(lambda: len(self.acknowledged) >= wanted, 60), "nothing is acknowledged any more"

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _send_all(self) -> None:
        with httpx.Client(headers=self._headers, timeout=30) as client:
            while not self._stopping.is_set():
                with self._more:
                    commit = self._next
                    self._next += 1
                content = report(commit)
                while not self._send(client, commit, content) and not self._stopping.wait(PAUSE_S):
                    pass

    def _send(self, client: httpx.Client, commit: int, content: bytes) -> bool:
        try:
            answer = client.post(self._url, params={"filename": "o.xml", "commit": str(commit)}, content=content)
        except httpx.TransportError:
            return False
        if answer.status_code not in {200, 202}:
            assert answer.status_code in {429, 503}, answer.text
            return False
        with self._more:
            self.acknowledged[commit] = answer.json()["id"]
            self._more.notify_all()
        return True


@pytest.fixture
def house(data_folder: Path) -> Iterator[RunningHouse]:
    """A house that is killed again and again."""
    house = RunningHouse(data_folder).start()
    yield house
    house.stop()


def kill_server(house: RunningHouse) -> None:
    house.kill()
    house.start()


def kill_postgres(house: RunningHouse) -> None:
    """Kill the database under the running server, which starts it again by itself."""
    assert house.process is not None
    children = psutil.Process(house.process.pid).children()
    (server,) = [child for child in children if "postgres" in child.name()]
    server.kill()


def everything(client: httpx.Client, path: str) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            client.get(path, params={"limit": 100, **({"cursor": cursor} if cursor else {})}).raise_for_status().json()
        )
        items += page["items"]
        cursor = page["next_cursor"]
    return items


@pytest.mark.timeout(600)
def test_every_acknowledged_upload_is_processed_exactly_once(
    house: RunningHouse, wait_until: Callable[..., None]
) -> None:
    dice = random.Random(20261122)
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        senders = Senders(house, client.headers["Authorization"])
        try:
            for number in range(ROUNDS):
                senders.wait_for_more(dice.randint(1, 12))
                (kill_postgres if number % 3 == 2 else kill_server)(house)
            senders.wait_for_more(1)
        finally:
            senders.stop()
        house.wait_until_ready()

        def waiting() -> list[dict[str, object]]:
            uploads = everything(client, "/projects/shop/uploads")
            return [upload for upload in uploads if upload["status"] not in {"stored", "rejected"}]

        wait_until(lambda: not waiting(), 240)
        uploads = {str(upload["id"]): upload for upload in everything(client, "/projects/shop/uploads")}
        runs = everything(client, "/projects/shop/runs")

    assert {upload["status"] for upload in uploads.values()} == {"stored"}
    assert set(senders.acknowledged.values()) <= set(uploads)
    assert len(runs) == len(uploads)
    times = Counter(str(run["commit"]) for run in runs)
    assert {commit: times[str(commit)] for commit in senders.acknowledged if times[str(commit)] != 1} == {}
    assert max(times.values()) == 1
    numbers = sorted(int(str(run["number"])) for run in runs)
    assert numbers == list(range(1, len(runs) + 1)), "a run that was not stored took no number"
