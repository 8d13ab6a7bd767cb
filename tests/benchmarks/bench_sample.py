"""How long the sample history takes to load: `python tests/benchmarks/bench_sample.py`.

A whole TestFlux is started on an empty folder with `--sample`; the clock runs from its readiness until the last of the
ninety days' reports is a run. The aim is below a minute on two idle cores; on a busy machine the CPU seconds say more.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from running import RunningHouse
from testflux.sample import history


def main() -> None:
    """Print one table."""
    began = time.perf_counter()
    reports = [planned.write() for planned in history.plan(datetime.now(UTC))]
    written = time.perf_counter() - began
    size = sum(len(report.content) for report in reports)
    print(f"{'writing the files':<24}{written:8.2f} s   {len(reports)} reports, {size / 2**20:.1f} MiB")
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        house = RunningHouse(Path(name) / "data").start("--sample")
        loaded = time_loading(house)
        server, database = cpu_seconds(house)
        house.stop()
    print(f"{'loading them':<24}{loaded:8.2f} s   {len(reports) / loaded:.0f} reports a second")
    print(f"{'CPU of the server':<24}{server:8.2f} s   {1000 * server / len(reports):.1f} ms a report")
    print(f"{'CPU of PostgreSQL':<24}{database:8.2f} s   {1000 * database / len(reports):.1f} ms a report")


def time_loading(house: RunningHouse) -> float:
    """Return the seconds until the history is there."""
    began = time.perf_counter()
    with house.client() as api:
        while api.get("/sample").json()["status"] != "present":
            time.sleep(0.1)
    return time.perf_counter() - began


def cpu_seconds(house: RunningHouse) -> tuple[float, float]:
    """Return what the server and PostgreSQL used since their start, ended backends not counted."""
    assert house.process is not None
    server = psutil.Process(house.process.pid)
    children = [process.cpu_times() for process in server.children(recursive=True)]
    own = server.cpu_times()
    return own.user + own.system, sum(times.user + times.system for times in children)


if __name__ == "__main__":
    main()
