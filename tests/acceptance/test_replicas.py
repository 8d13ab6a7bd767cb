"""Two servers and two workers on one database behind PgBouncer, with a Redis between them; one server is killed."""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import tiny_reports
from databases import create_database, drop_database, url_of
from running import PATIENCE, RunningHouse
from services import needs_pgbouncer, needs_redis, open_pooler, open_redis
from testflux.kit import clock

pytestmark = [needs_pgbouncer, needs_redis, pytest.mark.timeout(180)]
UPLOADS = 40
KILLED_AFTER = 15
RATE = 60
ENOUGH_S = 15
PATHS = ("/overview", "/projects/shop/runs", "/projects/shop/summary", "/trends", "/projects/shop/tests")


class Installation:
    """Two servers without workers, two workers, and what they share."""

    def __init__(self, folder: Path, direct: str, pooled: str, redis: str) -> None:
        environment = {
            "TESTFLUX_DATABASE_URL": pooled,
            "TESTFLUX_DATABASE_DIRECT_URL": direct,
            "TESTFLUX_REDIS_URL": redis,
            "TESTFLUX_SECRET_KEY": "shared-by-every-server-of-this-installation",
            "TESTFLUX_BLOB_URL": (folder / "blobs").as_uri(),
            "TESTFLUX_RATE_PUBLIC": str(RATE),
        }
        self._folder = folder
        self.replicas = [RunningHouse(folder / name, **environment) for name in ("one", "other")]
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all at once: the database is new, and somebody has to migrate it."""
        for replica in self.replicas:
            replica.start("--no-worker", ready=False)
        for replica in self.replicas:
            replica.wait_until_ready()
        for name in ("first", "second"):
            command = [sys.executable, "-m", "testflux.cli.main", "work", "--data", str(self._folder / name)]
            with (self._folder / f"{name}.log").open("wb") as log:
                environment = self.replicas[0].environment
                self.workers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def stop(self) -> None:
        for replica in self.replicas:
            replica.stop()
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(PATIENCE)


@pytest.fixture(scope="module")
def installation(postgres_url: str) -> Iterator[Installation]:
    """A running installation."""
    with ExitStack() as stack:
        name = create_database(postgres_url, "template0")
        stack.callback(drop_database, postgres_url, name)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True)))
        direct = url_of(postgres_url, name)
        pooled = stack.enter_context(open_pooler(postgres_url, connections=6))
        redis = stack.enter_context(open_redis())
        running = Installation(folder, direct, pooled(direct), redis.url)
        stack.callback(running.stop)
        running.start()
        yield running


class Callers:
    """Somebody who uploads and somebody who browses, each through both servers in turn until one of them is gone."""

    def __init__(self, replicas: list[RunningHouse], headers: dict[str, str]) -> None:
        self._replicas = replicas
        self._headers = headers
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self.acknowledged: dict[str, str] = {}
        self.refused: list[str] = []
        self.answers: Counter[tuple[int, int]] = Counter()
        self.broken: list[tuple[int, float]] = []
        self._gone: set[int] = set()
        self._threads = [threading.Thread(target=work) for work in (self._upload, self._browse, self._browse)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for(self, uploads: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self.acknowledged) >= uploads or bool(self.refused), PATIENCE)
            assert (len(self.acknowledged) >= uploads, self.refused) == (True, [])

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _upload(self) -> None:
        with contextlib.ExitStack() as stack:
            clients = self._open(stack)
            for number in range(UPLOADS):
                name, content = f"{number}.xml", tiny_reports.robot({f"Test {number}": "PASS"}, clock.now())
                path, asked = "/projects/shop/uploads", {"filename": name}
                send = functools.partial(httpx.Client.post, url=path, params=asked, content=content)
                answer: httpx.Response | None = None
                while answer is None and not self._stopping.is_set():
                    answer = self._ask(clients, number, send)
                assert answer is not None
                with self._changed:
                    if answer.is_success:
                        self.acknowledged[name] = answer.json()["id"]
                    else:
                        self.refused.append(answer.text)
                    self._changed.notify_all()

    def _browse(self) -> None:
        with contextlib.ExitStack() as stack:
            clients = self._open(stack)
            turn = 0
            while not self._stopping.is_set():
                turn += 1
                self._ask(clients, turn, functools.partial(httpx.Client.get, url=PATHS[turn % len(PATHS)]))

    def _open(self, stack: ExitStack) -> list[httpx.Client]:
        return [
            stack.enter_context(httpx.Client(base_url=f"{replica.url}/api/v1", headers=self._headers, timeout=30))
            for replica in self._replicas
        ]

    def _ask(
        self, clients: list[httpx.Client], turn: int, request: Callable[[httpx.Client], httpx.Response]
    ) -> httpx.Response | None:
        """Ask the server whose turn it is, as a balancer would: one whose connection broke is left out."""
        number = turn % 2 if turn % 2 not in self._gone else 1 - turn % 2
        try:
            answer = request(clients[number])
        except httpx.TransportError:
            self.broken.append((number, time.monotonic()))
            self._gone.add(number)
            return None
        self.answers[number, answer.status_code] += 1
        return answer


class Watcher(threading.Thread):
    """A browser's live socket: on a server until that is gone, then on the other, from the last event it knows."""

    def __init__(self, replicas: list[RunningHouse], token: str) -> None:
        super().__init__()
        self._replicas = replicas
        self._token = token
        self._stopping = threading.Event()
        self._last: int | None = None
        self.is_watching = threading.Event()
        self.gaps = 0
        self.seen: list[tuple[int, str]] = []
        self.sockets = 0

    def run(self) -> None:
        for replica in self._replicas:
            with contextlib.suppress(ConnectionClosed, OSError):
                self._watch(replica)
            if self._stopping.is_set():
                return

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _watch(self, replica: RunningHouse) -> None:
        with connect(f"{replica.url.replace('http', 'ws')}/api/v1/live", open_timeout=PATIENCE) as socket:
            self.sockets += 1
            subscribe = {"op": "subscribe", "token": self._token, "topics": ["projects"], "last_event": self._last}
            socket.send(json.dumps(subscribe))
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    self._note(json.loads(socket.recv(0.2)))

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("op") == "subscribed":
            self._last = self._last or message["last_event"]
            self.is_watching.set()
        self.gaps += message.get("op") == "gap"
        if "event" in message:
            self._last = message["event"]
            if message["type"] == "run.stored":
                self.seen.append((message["event"], message["data"]["run_id"]))


def test_a_server_that_is_killed_takes_only_its_own_connections_with_it(
    installation: Installation, wait_until: Callable[..., None]
) -> None:
    one, other = installation.replicas
    with one.client() as admin:
        admin.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        headers = {"Authorization": admin.headers["Authorization"]}
    watcher = Watcher([one, other], headers["Authorization"].removeprefix("Bearer "))
    callers = Callers([one, other], headers)
    watcher.start()
    try:
        assert watcher.is_watching.wait(PATIENCE)
        callers.start()
        callers.wait_for(KILLED_AFTER)
        killed_at = time.monotonic()
        one.kill()
        callers.wait_for(UPLOADS)
        with httpx.Client(base_url=f"{other.url}/api/v1", headers=headers, timeout=30) as client:

            def runs() -> list[dict[str, Any]]:
                return client.get("/projects/shop/runs", params={"limit": 500}).raise_for_status().json()["items"]

            wait_until(lambda: len(runs()) >= UPLOADS, PATIENCE)
            wait_until(lambda: len(watcher.seen) >= UPLOADS, PATIENCE)
            stored = runs()
    finally:
        callers.stop()
        watcher.stop()
    assert {status for _, status in callers.answers} <= {200, 202}, callers.answers
    assert callers.answers[1, 200] > 0
    assert {number for number, _ in callers.broken} <= {0}
    assert all(at >= killed_at for _, at in callers.broken)
    assert len(callers.broken) <= len(callers._threads)  # noqa: SLF001  (each had one connection to the killed server)
    assert len(stored) == UPLOADS
    assert sorted(run["number"] for run in stored) == list(range(1, UPLOADS + 1))
    assert (watcher.sockets, watcher.gaps) == (2, 0)
    events = [event for event, _ in watcher.seen]
    assert events == sorted(set(events))
    assert Counter(run_id for _, run_id in watcher.seen) == Counter({run["id"]: 1 for run in stored})
    installation.replicas[0].start("--no-worker")


def test_a_limit_holds_exactly_over_both_servers(installation: Installation, wait_until: Callable[..., None]) -> None:
    wait_until(lambda: time.time() % 60 < 60 - ENOUGH_S, ENOUGH_S + 5)
    statuses: Counter[int] = Counter()
    counting = threading.Lock()

    def ask(replica: RunningHouse) -> None:
        headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer tfx_wrong"}
        with httpx.Client(base_url=f"{replica.url}/api/v1", headers=headers, timeout=30) as client:
            for _ in range(RATE // 2):
                status = client.get("/projects").status_code
                with counting:
                    statuses[status] += 1

    threads = [threading.Thread(target=ask, args=(replica,)) for replica in installation.replicas * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == {401: RATE, 429: RATE}
