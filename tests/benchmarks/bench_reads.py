"""How fast runs are read: `python tests/benchmarks/bench_reads.py [RUNS [TESTS]]`, else 600 runs of 2,000 tests.

Stores two years of runs, scans and load tests in an embedded PostgreSQL, then asks what the screens ask, by the same
functions. Medians of wall time beside the floor, `select 1` over the same connection in the same run: a busy machine
slows both.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import made
from testflux.kit import query
from testflux.model.access import EVERYBODY, Tenant
from testflux.model.report import Metric, Report, Result
from testflux.store import (
    embedded,
    lately,
    migrate,
    overview,
    run_findings,
    run_list,
    run_load,
    run_results,
    tests,
    trends,
)
from testflux.store.database import Database, Reader, Row

ROUNDS = 15
BRANCHES = ["main", ""]
DAYS = 700
LANES = (
    ("nightly", "staging", "main"),
    ("nightly", "prod", "main"),
    ("smoke", "staging", "main"),
    ("api", "", "topic"),
)
Ask = Callable[[], Awaitable[Any]]


def main() -> None:
    """Print one table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        with embedded.EmbeddedPostgres(Path(name) / "postgres", settings={"fsync": "off"}) as server:
            asyncio.run(measure(server.dsn, runs, size))


async def measure(url: str, runs: int, size: int) -> None:
    """Live through two years, then ask."""
    await migrate.upgrade(url)
    database = Database(url)
    await database.open()
    await fill(await made.make_project(database), runs, size)
    async with database.pool.connection() as connection:
        await connection.set_autocommit(True)
        await connection.execute("vacuum analyze")
        await connection.set_autocommit(False)
    async with database.read(EVERYBODY) as reader:
        print(f"{runs:,} runs of {size:,} tests, {runs // 10:,} scans, {runs // 5:,} load tests; medians of {ROUNDS}\n")
        print(f"{'':34}{'ms':>8}{'× floor':>10}{'rows':>8}")
        floor = 0.0
        for title, ask in (await questions(reader)).items():
            took, rows = await time_of(ask)
            floor = floor or took
            print(f"{title:34}{took:8.1f}{took / floor:10.0f}{rows:8}")
    await database.close()


async def time_of(ask: Ask) -> tuple[float, int]:
    """Return the median time in ms, and how many rows came."""
    times: list[float] = []
    found: Any = None
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = await ask()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), len(found) if isinstance(found, list) else 1


async def fill(project: made.Project, runs: int, size: int) -> None:
    """Store runs, scans and load tests, evenly over the days."""
    dice = random.Random(1)
    plain = [plain_result(dice, number) for number in range(size)]
    for number in range(runs):
        at = made.NOON - timedelta(days=DAYS) * (runs - number) / runs
        name, environment, branch = LANES[number % len(LANES)]
        said = {"name": name, "environment": environment, "branch": branch, "commit": f"{number:08x}"}
        await project.arrive(functional(dice, plain), at, **said, labels={"browser": ("firefox", "chrome")[number % 2]})
        if number % 10 == 0:
            found = (made.finding(f"place-{place}") for place in dice.sample(range(300), 150))
            await project.arrive(made.scan(*found), at, name="zap", branch="main")
        if number % 5 == 0:
            await project.arrive(load(dice), at, name="k6", branch="main")


def plain_result(dice: random.Random, number: int) -> Result:
    """Make a test that passes."""
    suite = ("Shop", f"Area {number // 100}", "Checkout")
    return made.result(
        f"Customer {number} buys something",
        duration_ms=dice.randrange(5000),
        evidence=(number * 1000, number * 1000 + 900),
        tags=("smoke", f"area-{number % 7}"),
        suite=suite,
    )


def functional(dice: random.Random, plain: list[Result]) -> Report:
    """Make a run in which two in a hundred tests failed or were tried again."""
    results = list(plain)
    for number in dice.sample(range(len(plain)), len(plain) // 50):
        status = made.F if dice.random() < 0.6 else made.Y
        message = f"Element 'button-{number % 50}' not visible"
        results[number] = made.result(plain[number].key.name, status, message, suite=plain[number].key.suite)
    return made.functional(*results)


def load(dice: random.Random) -> Report:
    """Make a load test of 30 metrics."""
    names = ("http_req_duration", "iteration_duration", *(f"step_{number}" for number in range(28)))
    values = {"avg": dice.uniform(10, 90), "p95": dice.uniform(90, 300)}
    return made.load_test(
        made.threshold("http_req_duration", is_met=True),
        metrics=[Metric(name, "", "trend", "time", values) for name in names],
    )


async def questions(reader: Reader) -> dict[str, Ask]:
    """Collect what screens ask, about the newest runs."""
    newest = {kind: await newest_of(reader, kind) for kind in ("functional", "security", "load")}
    lanes = await tests.list_recent(reader, 1, BRANCHES, 60)
    return (
        {"floor: select 1": lambda: reader.all("select 1")}
        | of_lists(reader, newest["functional"])
        | of_runs(reader, newest)
        | await of_tests(reader, lanes)
        | of_time(reader)
    )


async def newest_of(reader: Reader, kind: str) -> Row:
    """Return the newest run of a kind."""
    return (await run_list.list_runs(reader, [1], run_list.RunFilter(kinds=[kind]), None, 1))[0]


def of_lists(reader: Reader, run: Row) -> dict[str, Ask]:
    """Ask for lists of runs."""
    wanted = {
        "runs": run_list.RunFilter(),
        "runs, by duration": run_list.RunFilter(sort="-duration_ms"),
        "runs, one label": run_list.RunFilter(labels={"browser": "chrome"}),
        "runs, a word that nobody has": run_list.RunFilter(query=query.parse("unheard-of", {})),
    }
    lists: dict[str, Ask] = {
        title: lambda item=item: run_list.list_runs(reader, [1], item, None, 50) for title, item in wanted.items()
    }
    return lists | {
        "one run": lambda: run_list.read_runs(reader, [(1, run["run_id"])]),
        "facets": lambda: run_list.list_facets(reader, 1),
        "lane": lambda: run_list.list_lane(reader, run, 30),
    }


def of_runs(reader: Reader, newest: dict[str, Row]) -> dict[str, Ask]:
    """Ask what is in a run."""
    run, scan, test = newest["functional"], newest["security"], newest["load"]
    wanted = {
        "results": run_results.ResultFilter(),
        "results, failed": run_results.ResultFilter(statuses=["failed"]),
        "results, by name": run_results.ResultFilter(sort="name"),
        "results, with a word": run_results.ResultFilter(query=query.parse("visible", {})),
    }
    lists: dict[str, Ask] = {
        title: lambda item=item: run_results.list_results(reader, run, item, 0, 50) for title, item in wanted.items()
    }
    return lists | {
        "changes": lambda: run_results.count_changes(reader, run),
        "causes": lambda: run_results.list_failures(reader, run, 0, 50),
        "suites": lambda: run_results.list_suites(reader, run),
        "findings": lambda: run_findings.list_findings(reader, scan, run_findings.FindingFilter(), 0, 50),
        "metrics": lambda: run_load.list_metrics(reader, test, 0, 50),
    }


async def of_tests(reader: Reader, lanes: list[Row]) -> dict[str, Ask]:
    """Ask how tests went."""
    house, today = Tenant(1), made.NOON.date()
    recent = tests.HistoryFilter(since=made.NOON - tests.RECENT)
    front = overview.Front(1, 0, BRANCHES, lanes[:20])
    searched = tests.TestFilter(query=query.Query(words=("customer 7", "buys")))
    return {
        "catalogue": lambda: tests.list_tests(reader, front, tests.TestFilter(), today, (0, 50), 20),
        "search": lambda: tests.list_tests(reader, front, searched, today, (0, 50), 20),
        "strips of 50 tests": lambda: run_results.read_cells(reader, 1, list(range(50)), lanes),
        "history, 100 runs": lambda: tests.find_history(reader, house, 1, 77, tests.HistoryFilter(), None, 100),
        "history, 90 days": lambda: tests.find_history(reader, house, 1, 77, recent, None, 5000),
        "outcomes of given runs": lambda: lately.list_outcomes_of(reader, 1, lanes),
    }


def of_time(reader: Reader) -> dict[str, Ask]:
    """Ask for figures over two years, by month."""
    today = made.NOON.date()
    wanted = trends.TrendFilter(first_day=today - timedelta(days=DAYS), last_day=today, interval="month")
    return {
        "trend of counts, durations": lambda: trends.list_totals(reader, [1], wanted),
        "trend of findings": lambda: trends.list_findings(reader, [1], wanted),
        "trend of load": lambda: trends.list_load(reader, [1], wanted),
        "lanes of 30 days": lambda: overview.list_lanes(reader, 1, BRANCHES, today - timedelta(days=30), 6),
    }


if __name__ == "__main__":
    main()
