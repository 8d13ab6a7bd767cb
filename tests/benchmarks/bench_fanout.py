"""How live events reach many browsers over two servers: PostgreSQL's NOTIFY carries them, each server tells its own.

`python tests/benchmarks/bench_fanout.py`: for several numbers of sockets and events a second, how many arrived, how
late (from just before the transaction that publishes), and what it cost each server in processor time an event.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import psutil
from websockets.asyncio.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).parents[1]))

from running import RunningHouse
from testflux.model.access import EVERYBODY
from testflux.store import embedded, events, users
from testflux.store.database import Database

SECONDS = 5
CASES = ((2, 20), (2, 500), (100, 20), (1000, 5), (1000, 20))


def main() -> None:
    """Start PostgreSQL and two servers, measure each case, print a table."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True)))
        home.chmod(0o711)
        url = stack.enter_context(embedded.EmbeddedPostgres(home / "postgres")).dsn
        shared = {"TESTFLUX_DATABASE_URL": url, "TESTFLUX_SECRET_KEY": "k" * 40}
        replicas = [RunningHouse(home / name, **shared) for name in ("one", "other")]
        for replica in replicas:
            replica.start("--no-worker")
            stack.callback(replica.stop)
        print(" sockets  events/s  reached   arrived  p50 ms  p99 ms  CPU ms/event/server")
        for sockets, rate in CASES:
            asyncio.run(measure(url, replicas, sockets, rate))


async def measure(url: str, replicas: list[RunningHouse], sockets: int, rate: int) -> None:
    """Publish for some seconds while half of the sockets watch each server."""
    with replicas[0].client() as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
    count, delays = SECONDS * rate, list[float]()
    async with AsyncExitStack() as stack:
        database = Database(url, max_size=8)
        await database.open()
        stack.push_async_callback(database.close)
        async with database.read(EVERYBODY) as reader:
            org_id = await users.get_org(reader)
        watching = [await watch(stack, replicas[number % 2], token) for number in range(sockets)]
        hearing = [asyncio.create_task(hear(socket, count, delays)) for socket in watching]
        before = [cpu(replica) for replica in replicas]
        reached = await publish(database, org_id, count, rate)
        await asyncio.wait(hearing, timeout=30)
        spent = [after - start for after, start in zip(map(cpu, replicas), before, strict=True)]
        for task in hearing:
            task.cancel()
        await asyncio.gather(*hearing, return_exceptions=True)
    late = statistics.quantiles(delays, n=100)
    print(
        f"{sockets:>8} {rate:>9} {reached:>8.0f} {len(delays) / (count * sockets):>9.1%} {1000 * late[49]:>7.1f} "
        f"{1000 * late[98]:>7.1f} {1000 * statistics.mean(spent) / count:>20.2f}",
        flush=True,
    )


async def watch(stack: AsyncExitStack, replica: RunningHouse, token: str) -> ClientConnection:
    """Open a socket and subscribe."""
    address = f"{replica.url.replace('http', 'ws')}/api/v1/live"
    socket = await stack.enter_async_context(connect(address, open_timeout=60, compression=None))
    await socket.send(json.dumps({"op": "subscribe", "token": token, "topics": ["projects"]}))
    await socket.recv()
    return socket


async def hear(socket: ClientConnection, count: int, delays: list[float]) -> None:
    """Note how late each event comes."""
    for _ in range(count):
        message = json.loads(await socket.recv())
        while "event" not in message:
            message = json.loads(await socket.recv())
        delays.append(time.time() - message["data"]["at"])


async def publish(database: Database, org_id: int, count: int, rate: int) -> float:
    """Publish at an even pace, or as fast as eight publishers can, each event in a transaction of its own."""
    started = time.perf_counter()
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await asyncio.sleep(max(0, started + number / rate - time.perf_counter()))
            await publish_one(database, org_id)

    await asyncio.gather(*(work() for _ in range(8)))
    return count / (time.perf_counter() - started)


async def publish_one(database: Database, org_id: int) -> None:
    """Publish one event that says when."""
    async with database.write(EVERYBODY) as writer:
        await events.publish(writer, org_id, "projects", "test", {"at": time.time()}, project_id=None)


def cpu(replica: RunningHouse) -> float:
    """Return the processor seconds a server has used."""
    assert replica.process is not None
    times = psutil.Process(replica.process.pid).cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
