"""How long a start takes and how much an idle house weighs: `python tests/benchmarks/bench_start.py`.

First start: an empty data folder, up to /readyz. Memory is the proportional set size of the server and of PostgreSQL
(shared pages counted once), a few seconds after the start and again with the whole sample history loaded.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from running import RunningHouse

ROUNDS = 5
QUIET = 5.0  # seconds without work before memory is read


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        house = RunningHouse(Path(name) / "data")
        rows = [("first start", f"{timed_start(house):.2f} s")]
        house.stop()
        again: list[float] = []
        for _ in range(ROUNDS):
            again.append(timed_start(house))
            house.stop()
        rows.append(("second start (median)", f"{statistics.median(again):.2f} s"))
        house.start()
        rows += measure(house, "idle")
        load_sample(house)
        rows += measure(house, "with the sample history")
        house.stop()
    for title, value in rows:
        print(f"{title:45} {value:>10}")


def timed_start(house: RunningHouse) -> float:
    """Start the house and return the seconds until it was ready."""
    began = time.perf_counter()
    house.start()
    return time.perf_counter() - began


def measure(house: RunningHouse, state: str) -> list[tuple[str, str]]:
    """Return the memory of the server and of PostgreSQL in MB."""
    time.sleep(QUIET)
    assert house.process is not None
    server = psutil.Process(house.process.pid)
    database = server.children(recursive=True)
    sizes = [server.memory_full_info().pss, sum(child.memory_full_info().pss for child in database)]
    names = ("server", "PostgreSQL", "together")
    return [
        (f"{name}, {state}", f"{size / 1e6:.0f} MB") for name, size in zip(names, [*sizes, sum(sizes)], strict=True)
    ]


def load_sample(house: RunningHouse) -> None:
    """Load the sample history and wait until it is all there."""
    with house.client() as client:
        client.post("/sample").raise_for_status()
        while client.get("/sample").raise_for_status().json()["status"] != "present":
            time.sleep(0.2)


if __name__ == "__main__":
    main()
