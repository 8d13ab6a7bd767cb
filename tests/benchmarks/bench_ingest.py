"""How much goes in, all included: `python tests/benchmarks/bench_ingest.py [SECONDS]`, 30 when not said.

Starts TestFlux as a person would, with its own database, and sends runs of 5,000 tests of Robot Framework through HTTP,
each a report of its own, for so long; then waits until all are runs and their keywords are counted. After that it sends
one file of 1 GB that is no report. Memory is what all processes have together (proportional set size).
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from running import RunningHouse

TESTS = 5_000
SENDERS = 2
WAITING = 6  # reports sent ahead of the worker
EVERY_S = 0.5
LOOK_EVERY_S = 0.25
GIGABYTE = 10**9
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<robot generator="Robot 7.4 (Python 3.12 on linux)" generated="2026-06-15T12:00:00.000000" schemaversion="5">
<suite id="s1" name="Shop {build}">"""
TEST = """<test id="s1-t{n}" name="Customer {n} looks around" line="{n}">
<kw name="Open page" owner="shop"><arg>start</arg><kw name="Log" owner="BuiltIn"><arg>visiting {n}</arg>
<msg time="2026-06-15T12:00:00.000000" level="INFO">visiting {n} in build {build}</msg>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.001"/></kw>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.002"/></kw>
<kw name="Should Be True" owner="BuiltIn"><arg>{n} % 20 &gt; 0</arg>
<status status="{status}" start="2026-06-15T12:00:00.000000" elapsed="0.001">{message}</status></kw>
<tag>area-{area}</tag><tag>smoke</tag>
<status status="{status}" start="2026-06-15T12:00:00.000000" elapsed="0.{time:03}">{message}</status></test>
"""
TAIL = '<status status="FAIL" start="2026-06-15T12:00:00.000000" elapsed="9"/></suite><errors></errors></robot>'


def report(build: int) -> bytes:
    """Write a run of its own: one test in twenty fails."""
    tests = (
        TEST.format(
            n=n,
            build=build,
            area=n % 40,
            time=(n * 7 + build) % 1000,
            status="PASS" if n % 20 else "FAIL",
            message="" if n % 20 else f"Customer {n} was not served after {1500 + build} ms",
        )
        for n in range(1, TESTS + 1)
    )
    return f"{HEAD.format(build='')}{''.join(tests)}{TAIL}".encode()


class Memory:
    """What all processes of a server have together, in MB, looked at every half second."""

    def __init__(self, pid: int) -> None:
        self._server = psutil.Process(pid)
        self._stopping = threading.Event()
        self.seen: list[float] = []
        self._parts: list[Mapping[str, float]] = []
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def tell(self, place: int) -> str:
        """Say who had how much at one look."""
        return ", ".join(f"{name} {size:.0f}" for name, size in sorted(self._parts[place].items()))

    def peak(self, start: int = 0) -> float:
        return max(self.seen[start:], default=0)

    def _watch(self) -> None:
        while not self._stopping.wait(EVERY_S):
            parts: defaultdict[str, float] = defaultdict(float)
            for process in (self._server, *self._server.children(recursive=True)):
                parts[_name(process)] += _share(process) / 1e6
            self.seen.append(sum(parts.values()))
            self._parts.append(parts)


def _name(process: psutil.Process) -> str:
    """Tell PostgreSQL, the server and the processes that read reports apart."""
    try:
        words = process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return "ended"
    if "testflux.work.process" in words:
        return "readers"
    return "PostgreSQL" if "postgres" in "".join(words[:1]) else "server"


def _share(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a server and all its processes, also of those that have ended."""
    server = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:4]) for process in (server, *server.children(recursive=True)))


def send_runs(house: RunningHouse, token: str, contents: Iterator[bytes], until: float) -> int:
    """Send reports from several senders until the time is over; return how many."""
    lock, sent = threading.Lock(), itertools.count()

    def send() -> None:
        with httpx.Client(headers={"Authorization": token}, timeout=120) as client:
            while time.monotonic() < until:
                with lock:
                    content = next(contents)
                client.post(
                    f"{house.url}/api/v1/projects/shop/uploads", params={"filename": "output.xml"}, content=content
                ).raise_for_status()
                next(sent)
                wait_until(lambda: waiting(client, house) < WAITING)

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(sent)


def waiting(client: httpx.Client, house: RunningHouse) -> int:
    """Count the uploads that are not read yet."""
    base = f"{house.url}/api/v1/projects/shop/uploads"
    pages = (client.get(base, params={"status": status, "limit": 50}) for status in ("queued", "processing"))
    return sum(len(page.raise_for_status().json()["items"]) for page in pages)


def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(LOOK_EVERY_S)


def counted(house: RunningHouse) -> bool:
    """Say whether the queue is empty: keywords are counted behind the runs."""
    lines = httpx.get(f"{house.url}/metrics", timeout=30).text.splitlines()
    return not any("keywords" in line and not line.startswith("#") and float(line.split()[-1]) for line in lines)


def measure_runs(house: RunningHouse, client: httpx.Client, memory: Memory, seconds: float) -> None:
    """Print how many results a second become runs."""
    assert house.process is not None
    made = [report(build) for build in range(40)]
    contents = (content + b"\n" * (number // len(made)) for number, content in enumerate(itertools.cycle(made)))
    began, cpu = time.monotonic(), cpu_of(house.process.pid)
    count = send_runs(house, client.headers["Authorization"], contents, began + seconds)
    wait_until(lambda: waiting(client, house) == 0)
    stored = time.monotonic() - began
    wait_until(lambda: counted(house))
    everything = time.monotonic() - began
    spent = cpu_of(house.process.pid) - cpu
    results = count * TESTS
    print(f"{count} runs of {TESTS:,} tests, {len(made[0]) / 1e6:.1f} MB each, {os.cpu_count()} processors")
    print(f"  stored:            {results / stored:>9,.0f} results/s")
    print(f"  keywords too:      {results / everything:>9,.0f} results/s")
    print(f"  CPU of the server: {spent:>9.1f} s, {results / spent:,.0f} results per CPU second")
    third = len(memory.seen) // 3
    print("  memory, by thirds of the time, MB:")
    for place in range(3):
        seen = memory.seen[place * third : (place + 1) * third]
        middle = memory.tell(place * third + third // 2)
        print(f"    median {statistics.median(seen):.0f}, {max(seen):.0f} at most; in the middle {middle}")


def measure_gigabyte(house: RunningHouse, client: httpx.Client, memory: Memory) -> None:
    """Print how fast a large file goes in, and what it takes."""
    block = os.urandom(1024 * 1024)
    sizes = itertools.repeat(block, GIGABYTE // len(block))
    before = len(memory.seen)
    began = time.monotonic()
    client.post(
        f"{house.url}/api/v1/projects/shop/uploads", params={"filename": "large"}, content=sizes, timeout=300
    ).raise_for_status()
    seconds = time.monotonic() - began
    print(f"1 GB that cannot be packed: {GIGABYTE / 1e6 / seconds:.0f} MB/s, {memory.peak(before):.0f} MB at most")


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        house = RunningHouse(Path(name) / "data").start()
        assert house.process is not None
        memory = Memory(house.process.pid)
        try:
            with house.client() as client:
                client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
                # A sign-in ends after a quarter of an hour; a token outlives the longest run.
                made = client.post("/tokens", json={"name": "bench", "scopes": ["admin"]}).raise_for_status().json()
                client.headers["Authorization"] = f"Bearer {made['token']}"
                measure_runs(house, client, memory, seconds)
                measure_gigabyte(house, client, memory)
        finally:
            memory.stop()
            house.stop()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30)
