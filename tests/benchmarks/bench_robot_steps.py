"""How long one test of a stored output takes to open: `python tests/benchmarks/bench_robot_steps.py [WHAT]`.

WHAT is an output.xml or the megabytes of one to be made, 500 when not said: robot writes some 8 MB, and its suites are
repeated. The file is stored and packed as the server does it; 200 tests drawn by lot are opened, each out of the frames
that it is in: CPU milliseconds. The peer is rebot, which writes the log.html of all before anybody sees a test; beyond
200 MB it needs gigabytes and is left out unless `--rebot` is given.
"""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench_robot_json

from testflux.model import raw
from testflux.parse import evidence, registry
from testflux.store import blobs

OPENED = 200


async def open_tests(path: Path, tests: list[raw.RawTest]) -> None:
    """Print what storing the file and opening some of its tests take."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        store = blobs.Blobs(Path(folder) / "blobs")
        start = time.process_time()
        stored = await store.put(bench_robot_json.blocks(path), sys.maxsize)
        print(f"{'testflux, storing and packing':34}{time.process_time() - start:12.2f} CPU s")
        times: list[float] = []
        for test in random.Random(1).choices(tests, k=OPENED):
            start = time.process_time()
            piece = await store.read_range(stored.digest, test.byte_start or 0, test.byte_end or 0)
            opened = evidence.open_test("robot-xml", piece)
            times.append((time.process_time() - start) * 1000)
            if not opened.steps:
                raise SystemExit(f"{test.name} has no steps")
    print(f"{'testflux, one test, median':34}{statistics.median(times):12.2f} CPU ms")
    print(f"{f'testflux, slowest of {OPENED}':34}{max(times):12.2f} CPU ms")


def write_log(path: Path) -> None:
    """Print what rebot's log.html takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "robot.rebot", "--log", path.with_name("log.html"), "--report", "NONE"]
    subprocess.run([*command, "--console", "none", path], check=False, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{'rebot, log.html':34}{cpu:12.2f} CPU s, {after.ru_maxrss / 1024:.0f} MiB at its peak")


def main(path: Path, *, with_rebot: bool) -> None:
    """Print the table."""
    size = path.stat().st_size / 1e6
    start = time.process_time()
    with path.open("rb") as stream:
        tests = registry.parse(stream).tests
    print(f"output.xml: {size:.1f} MB, {len(tests):,} tests\n")
    print(f"{'testflux, reading it once':34}{time.process_time() - start:12.2f} CPU s")
    asyncio.run(open_tests(path, tests))
    if with_rebot or size <= bench_robot_json.LARGE:
        write_log(path)


if __name__ == "__main__":
    what = [word for word in sys.argv[1:] if word != "--rebot"] or ["500"]
    with tempfile.TemporaryDirectory() as made:
        output = Path(what[0])
        if not output.exists():
            output = bench_robot_json.make(Path(made), "output.xml", float(what[0]))
        main(output, with_rebot="--rebot" in sys.argv)
