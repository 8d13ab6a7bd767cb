"""How fast runs are stored, and how much room they take: `python tests/benchmarks/bench_store.py [TESTS]`, else 5,000.

Stores runs of that many tests, 5 % of them failing, in an embedded PostgreSQL with our own settings (fsync on), through
the pipeline's own transaction. A first run of a day also writes down when its tests were last seen.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import made
from testflux.model.report import Report
from testflux.store import embedded, migrate
from testflux.store.database import Database

DAYS = 6
RUNS_A_DAY = 4


def main() -> None:
    """Print one table."""
    tests = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        with embedded.EmbeddedPostgres(Path(name) / "postgres") as server:
            asyncio.run(measure(server.dsn, tests))


async def measure(url: str, tests: int) -> None:
    """Store the runs and print what they took."""
    await migrate.upgrade(url)
    database = Database(url)
    await database.open()
    project = await made.make_project(database)
    reports = [make_report(tests, number) for number in range(4)]
    await project.arrive(reports[0], made.NOON - timedelta(days=1))
    first: list[tuple[float, float]] = []
    later: list[tuple[float, float]] = []
    for day in range(DAYS):
        for run in range(RUNS_A_DAY):
            began, cpu = time.perf_counter(), cpu_seconds()
            await project.arrive(reports[run], made.NOON + timedelta(days=day, hours=run))
            (later if run else first).append((time.perf_counter() - began, cpu_seconds() - cpu))
    size = (
        await project.rows(
            "select sum(pg_total_relation_size(c.oid)) as size from pg_class c "
            "where c.relkind = 'r' and c.relname similar to '(result_chunk|result_row|message|failure)%%'"
        )
    )[0]["size"]
    stored = tests * (DAYS * RUNS_A_DAY + 1)
    print(f"{tests:,} tests, 5 % failing; medians")
    for title, times in (("first run of a day", first), ("later run", later)):
        wall, cpu = (statistics.median(pair[index] * 1000 for pair in times) for index in (0, 1))
        print(f"{title:30} {wall:8.0f} ms, of which {cpu:6.0f} ms CPU (client and PostgreSQL)")
    print(f"{'room on disk':30} {size / stored:8.1f} bytes a result")
    await database.close()


def make_report(tests: int, number: int) -> Report:
    """Make a report whose failures differ from those of the others."""
    dice = random.Random(number)
    results = (
        made.result(
            f"Customer {index} buys something",
            made.F if (is_bad := dice.random() < 0.05) else made.P,
            f"Element 'button-{index}' not visible after {number} s" if is_bad else "",
            duration_ms=dice.randrange(5000),
            evidence=(index * 1000, index * 1000 + 900),
            tags=("smoke", "web"),
            suite=("Shop", f"Area {index // 100}", "Checkout"),
        )
        for index in range(tests)
    )
    return made.functional(*results)


def cpu_seconds() -> float:
    """Return the CPU time so far of this process and of everything below it."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


if __name__ == "__main__":
    main()
