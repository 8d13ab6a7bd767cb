"""Whatever is killed and whenever: what was acknowledged is there once and whole, what was not is not there by half.

Every round ends one of API, worker and PostgreSQL with kill -9 at a random moment and starts it again at once, while
clients send uploads of every kind. ROUNDS=200 runs so many of them (`make faults`).
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

import parcels
from running import RunningHouse, RunningWorker
from senders import Senders
from testflux.store import embedded

ROUNDS = int(os.environ.get("ROUNDS", "12"))
SEED = int(os.environ.get("SEED", "20261122"))
LOOKED_INTO = 100  # runs whose every result is read, and files that are compared with what was sent
WAITING = {"queued", "processing"}


class Fleet:
    """API, worker and PostgreSQL, each a process of its own, and each to be killed."""

    def __init__(self, folder: Path) -> None:
        self.postgres = embedded.EmbeddedPostgres(folder / "postgres")
        self.url = self.postgres.start()
        self.data = folder / "data"
        self.api = RunningHouse(self.data, TESTFLUX_DATABASE_URL=self.url).start("--no-worker")
        self.worker = RunningWorker(self.data, TESTFLUX_DATABASE_URL=self.url).start()
        self.killed: Counter[str] = Counter()

    def kill(self, who: str) -> None:
        """Kill one and start it again; it is not waited for, so that the next one may meet it at its start."""
        self.killed[who] += 1
        if who == "postgres":
            self._kill_postgres()
            return
        victim = self.api if who == "api" else self.worker
        victim.kill()
        self.revive()

    def revive(self) -> None:
        """Start what is not running: one that found no database at its start has ended, as it should."""
        for process, options in ((self.api, ("--no-worker",)), (self.worker, ())):
            if not process.is_running:
                process.kill()
                process.start(*options, ready=False)

    def stop(self) -> None:
        """End them in order."""
        self.worker.stop()
        self.api.stop()
        self.postgres.stop()

    def _kill_postgres(self) -> None:
        process = self.postgres._process  # noqa: SLF001  (its number alone may have gone to somebody else)
        if process is not None:
            process.kill()


@pytest.fixture
def fleet(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    """A fleet whose PostgreSQL is started again at once, however often it dies."""
    monkeypatch.setattr(embedded, "_LONGEST_PAUSE", 0.1)
    fleet = Fleet(data_folder.parent)
    try:
        yield fleet
    finally:
        for log in (fleet.api.log, fleet.worker.log, fleet.data.parent / "postgres" / "postgres.log"):
            sys.stdout.write(f"\n{log.name}: {log.read_text(errors='replace')[-6000:]}")  # shown when the test fails
        fleet.stop()


def everything(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        place = {"cursor": cursor} if cursor else {}
        page = client.get(path, params={"limit": 100, **place}).raise_for_status().json()
        items += page["items"]
        cursor = page["next_cursor"]
    return items


def make_token(client: httpx.Client) -> str:
    client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
    return client.post("/tokens", json={"name": "ci", "scopes": ["upload"]}).raise_for_status().json()["token"]


def disturb(fleet: Fleet, senders: Senders, dice: random.Random) -> None:
    moment = threading.Event()
    for _ in range(ROUNDS):
        senders.wait_for_more(dice.randint(0, 6), fleet.revive)
        moment.wait(dice.random() / 2)  # the moment must not hang on anything that the servers do
        fleet.kill(dice.choice(("api", "worker", "postgres")))
        fleet.revive()


def recover(fleet: Fleet, senders: Senders, wait_until: Callable[..., None]) -> None:
    def is_ready() -> bool:
        fleet.revive()
        return fleet.api.is_ready()

    wait_until(is_ready, 60)
    senders.wait_for_more(1, fleet.revive)


@pytest.mark.timeout(300 + 20 * ROUNDS)
def test_every_acknowledged_upload_is_there_once_and_whole(
    fleet: Fleet, wait_until: Callable[..., None], record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(SEED)
    began = time.monotonic()
    with fleet.api.client() as client:
        token = make_token(client)
    with Senders(fleet.api.url, token) as senders:
        disturb(fleet, senders, dice)
        recover(fleet, senders, wait_until)
    assert not senders.failures
    with fleet.api.client() as client:
        wait_until(lambda: not waiting(client), 120 + 2 * ROUNDS)
        wait_until(lambda: not count_jobs(fleet, "todo", "doing"), 60)
        uploads = {upload["id"]: upload for upload in everything(client, "/projects/shop/uploads")}
        runs = everything(client, "/projects/shop/runs")
        check_uploads(senders, uploads)
        check_runs(senders, runs)
        look_into(client, dice.sample(runs, min(len(runs), LOOKED_INTO)), uploads)
    check_store(fleet)
    counts = ", ".join(f"{who} {count}" for who, count in sorted(fleet.killed.items()))
    record_property(
        "measured",
        f"killed {ROUNDS} times ({counts}) in {time.monotonic() - began:.0f} s: {senders.answers} acknowledged, "
        f"{senders.refusals} refused for a while, {len(uploads)} uploads, {len(runs)} runs, none lost, doubled or half",
    )


def waiting(client: httpx.Client) -> bool:
    query = [{"status": status, "limit": "1"} for status in WAITING]
    return any(client.get("/projects/shop/uploads", params=each).raise_for_status().json()["items"] for each in query)


def check_uploads(senders: Senders, uploads: dict[str, dict[str, Any]]) -> None:
    """Every acknowledged upload is there, and became what it had to."""
    for number, ids in senders.acknowledged.items():
        parcel = parcels.make(number)
        expected = ["stored" for _ in parcel.tests] or ["rejected"]
        assert [uploads[id_]["status"] for id_ in ids] == expected, (parcel.name, [uploads[id_] for id_ in ids])
    assert {upload["error"]["code"] for upload in uploads.values() if upload["error"]} <= {
        "format-unknown",
        "archive-without-report",
    }


def check_runs(senders: Senders, runs: list[dict[str, Any]]) -> None:
    """Each parcel has all of its runs, once, whole; one that was never acknowledged may have none, but not some."""
    totals: dict[str, list[int]] = defaultdict(list)
    for run in runs:
        totals[run["commit"]].append(run["totals"]["total"])
    for number in range(senders.begun):
        parcel = parcels.make(number)
        found, expected = sorted(totals.pop(parcel.commit, [])), list(parcel.tests)
        assert found == expected or (number not in senders.acknowledged and not found), (parcel.name, found)
    assert not totals
    numbers = sorted(run["number"] for run in runs)
    assert numbers == list(range(1, len(runs) + 1)), "a run that was not stored took no number"


def look_into(client: httpx.Client, runs: list[dict[str, Any]], uploads: dict[str, dict[str, Any]]) -> None:
    """All results are there, and the files are what was sent."""
    for run in runs:
        results = everything(client, f"/runs/{run['id']}/results")
        assert len(results) == run["totals"]["total"]
    for id_ in random.Random(SEED).sample(sorted(uploads), min(len(uploads), LOOKED_INTO)):
        parcel = parcels.make(int(uploads[id_]["metadata"]["commit"]))
        content = client.get(f"/uploads/{id_}/file").raise_for_status().content
        assert len(content) == uploads[id_]["size_bytes"]
        assert not parcel.is_kept_as_sent or content == parcel.content


def check_store(fleet: Fleet) -> None:
    """Every file that an upload names is there, and the totals of the days are what their runs add up to."""
    with psycopg.connect(fleet.url) as connection:
        named = [
            row[0]
            for row in connection.execute(
                "select blob_digest from upload where blob_digest is not null union select blob_digest from upload_file"
            )
        ]
        (days,) = connection.execute("select coalesce(sum(runs), 0)::int from day_total").fetchone() or (0,)
        (runs,) = connection.execute("select count(*)::int from run").fetchone() or (0,)
    stored = {path.name for path in (fleet.data / "blobs").glob("[0-9a-f][0-9a-f]/*")}
    assert {digest.hex() for digest in named} <= stored
    assert days == runs
    assert count_jobs(fleet, "failed") == 0


def count_jobs(fleet: Fleet, *statuses: str) -> int:
    """Count the jobs of a status. Those of the clock alone are always some: they count once they failed."""
    with psycopg.connect(fleet.url) as connection:
        (count,) = connection.execute(
            "select count(*) from procrastinate_jobs"
            " where status::text = any(%s) and (status = 'failed' or queue_name <> 'maintenance')",
            [list(statuses)],
        ).fetchone() or (0,)
    return count
