"""What a hundred million results cost and how fast they answer: `bench_scale.py [PROJECTS [RUNS [TESTS]]]`.

Without arguments 2 projects of 200 runs of 5,000 tests; `10 2000` makes 10^8 results, `100 2000` 10^9. With
`--data DIR` the database stays in DIR, and is only measured when it is there already.

One project lives through a year by the pipeline's own transaction; the others are copies of its rows, made by INSERT …
SELECT in every table of a project, so that all indexes and partitions grow as they would. Loading trusts the disk (no
fsync); for measuring PostgreSQL starts anew with our own settings. Then a server opens this database, and 16 clients
ask it what screens ask, each time about another project, run or test. Beside it the plain schema, one row a result with
its name, its message and four indexes, holds the first runs of one project.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString, cast

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from closed_loop import ask_again, ask_together

import made
from running import RunningHouse
from testflux.kit import identifiers
from testflux.model.access import EVERYBODY
from testflux.model.report import Report, Result
from testflux.normalise import cause
from testflux.store import embedded, migrate
from testflux.store.database import Database

CLIENTS = 16
EACH = 40
PAUSE_S = 0.1
WARM = 15
DAYS = 365
PLAIN_RUNS = 100
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
TO_DAY = NOW.date()
LOADING = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
}
WIDGETS = ("order", "basket", "price", "address", "voucher", "invoice", "card", "stock", "login", "banner", "search")
COMPLAINTS = ("not visible", "not enabled", "covered by another element", "stale")
LANES = (("nightly", "staging"), ("nightly", "production"), ("merge", "staging"))
Ask = Callable[[random.Random], str]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="?", type=int, default=2)
    parser.add_argument("runs", nargs="?", type=int, default=200)
    parser.add_argument("tests", nargs="?", type=int, default=5000)
    parser.add_argument("--data", type=Path, help="keep the database there; measure only, when it is there")
    given = parser.parse_args()
    with opened(given.data) as folder:
        loaded = folder / "loaded.txt"
        if not loaded.exists():
            with embedded.EmbeddedPostgres(folder / "postgres", settings=LOADING) as server:
                said = asyncio.run(fill(server.dsn, given.projects, given.runs, given.tests))
            loaded.write_text(said, "utf-8")
        print(loaded.read_text("utf-8"), end="")
        with embedded.EmbeddedPostgres(folder / "postgres") as server:
            measure(server.dsn, folder / "data")


@contextmanager
def opened(kept: Path | None) -> Generator[Path]:
    """Lend the folder that is kept, or one that ends with us."""
    if kept is not None:
        kept.mkdir(mode=0o711, parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


def measure(url: str, data: Path) -> None:
    """Weigh the database, ask the plain schema alone, then from many sides a server that keeps no answers."""
    places = asyncio.run(list_places(url))
    house = RunningHouse(data, TESTFLUX_DATABASE_URL=url, TESTFLUX_KEPT_ANSWERS="0").start("--no-worker")
    try:
        ask_all(house, places)
    finally:
        house.stop()


async def fill(url: str, projects: int, runs: int, tests: int) -> str:
    """Store the results, and return what there is to say of it."""
    await migrate.upgrade(url)
    database = Database(url)
    await database.open()
    said = [f"{projects * runs * tests:,} results: {projects} projects, {runs:,} runs a project, {tests:,} tests a run"]
    project = await made.make_project(database, "p1")
    began, cpu = time.perf_counter(), cpu_seconds()
    await live(project, runs, tests)
    wall, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    each = f"{1000 * cpu / runs:.0f} ms CPU a run, making it included"
    said.append(
        f"  {runs * tests:,} by the pipeline's transaction: {wall:.0f} s, {runs * tests / wall:,.0f} a second, {each}"
    )
    began = time.perf_counter()
    for number in range(2, projects + 1):
        await copy_project(database, project.project_id, f"p{number}")
    await fill_plain(database, project.project_id, min(runs, PLAIN_RUNS))
    await run_outside(database, "vacuum analyze")
    await run_outside(database, "checkpoint")
    copied = (projects - 1) * runs * tests
    said.append(f"  {copied:,} as copies of its rows, and vacuum analyze: {time.perf_counter() - began:.0f} s")
    await database.close()
    return "\n".join(said) + "\n"


async def live(project: made.Project, runs: int, tests: int) -> None:
    """Let runs arrive over a year: 5 in a hundred tests do not pass, most of these for a while."""
    dice = random.Random(1)
    usual = [math.exp(dice.gauss(5.5, 1.6)) for _ in range(tests)]
    plain = [plain_result(number) for number in range(tests)]
    for number in range(runs):
        at = NOW - timedelta(days=DAYS) * (runs - 1 - number) / runs
        name, environment = LANES[number % len(LANES)]
        report = made_run(dice, plain, usual, number)
        await project.arrive(report, at, name=name, environment=environment, branch="main", commit=f"{number:08x}")


def plain_result(number: int) -> Result:
    """Make a test that passes, named and placed like a real one."""
    suite = ("Webshop", f"Area {number // 500}", f"Case {number // 20 % 25}")
    name = f"Customer {number} orders {number % 37} things and pays by {('card', 'invoice', 'voucher')[number % 3]}"
    return made.result(name, evidence=(number * 4000, number * 4000 + 3900), tags=("smoke", "web"), suite=suite)


def made_run(dice: random.Random, plain: Sequence[Result], usual: Sequence[float], number: int) -> Report:
    """Make a run: durations stray around each test's own, and failures stay for some runs."""
    spread = [dice.lognormvariate(0, 0.2) for _ in range(997)]
    results = [
        msgspec.structs.replace(result, duration_ms=int(usual[place] * spread[(place * 31 + number) % 997]))
        for place, result in enumerate(plain)
    ]
    for place in dice.sample(range(len(plain)), len(plain) // 20):
        chance = random.Random(place * 1000 + number // 7).random()
        status = made.F if chance < 0.7 else made.Y if chance < 0.8 else made.S
        results[place] = bad_result(plain[place], status, place, number, int(usual[place]))
    return made.functional(*results)


def bad_result(usual: Result, status: made.Status, place: int, number: int, duration_ms: int) -> Result:
    """Make a result that did not pass: messages hold numbers, causes do not."""
    item = place % 500
    what, complaint = WIDGETS[item % len(WIDGETS)], COMPLAINTS[item // 100 % len(COMPLAINTS)]
    message = f"Element '{what}-{item}' {complaint} after {number // 7} s" if status is made.F else ""
    result = made.result(usual.key.name, status, message, duration_ms=duration_ms, suite=usual.key.suite)
    if not status.is_bad:
        return result
    line = cause.describe(message)
    return msgspec.structs.replace(result, cause=line, fingerprint=cause.fingerprint(line))


async def copy_project(database: Database, source: int, slug: str) -> None:
    """Add a project with the same rows in every table whose keys lead with a project."""
    async with database.write(EVERYBODY) as writer:
        copy = await writer.one(
            "insert into project (org_id, slug, name, next_run_number, next_test_no, change_count) "
            "select org_id, %(slug)s, name, next_run_number, next_test_no, change_count from project "
            "where project_id = %(source)s returning project_id",
            slug=slug,
            source=source,
        )
        tables = await writer.all(
            "select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns "
            "from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
            "where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'project' and a.attgenerated = '' "
            "and c.relnamespace = 'public'::regnamespace and exists (select from pg_index i join pg_attribute k "
            "on k.attrelid = c.oid and k.attnum = any(i.indkey) and k.attname = 'project_id' "
            "where i.indrelid = c.oid and i.indisprimary) group by 1"
        )
        for table in tables:
            others = table["columns"].replace("project_id", "%(copy)s")
            statement = (
                f"insert into {table['name']} ({table['columns']}) overriding system value "  # noqa: S608  (names of tables)
                f"select {others} from {table['name']} where project_id = %(source)s"
            )
            await writer.run(cast("LiteralString", statement), copy=copy["project_id"], source=source)


async def run_outside(database: Database, statement: LiteralString) -> None:
    """Execute what cannot be in a transaction."""
    async with database.pool.connection() as connection:
        await connection.set_autocommit(True)
        await connection.execute(statement)
        await connection.set_autocommit(False)


async def weigh(database: Database, stored: int) -> None:
    """Print the room that every table takes with its indexes, beside the plain schema's."""
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all(
            "select regexp_replace(relname, '_[0-9]{4}_[0-9]{2}$', '') as name, "
            "sum(pg_total_relation_size(oid))::bigint as size "
            "from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace group by 1 order by 2 desc"
        )
        plain = await reader.one("select count(*) as rows from plain_result")
    sizes = {row["name"]: row["size"] for row in rows}
    beside = sizes.pop("plain_result")
    parts = ", ".join(f"{name} {size / stored:.2f}" for name, size in list(sizes.items())[:6])
    whole = sum(sizes.values())
    print(f"  {whole / 1e9:.2f} GB on disk, {whole / stored:.1f} bytes a result with everything: {parts}")
    each = beside / plain["rows"]
    share = f"{each:.0f} bytes a result, {each * stored / whole:.0f} times as much"
    print(f"  plain schema, {plain['rows']:,} results: {share}")


PLAIN = """
create table plain_result (
    result_id bigint generated always as identity primary key, project_id bigint, run_id bigint, suite text, name text,
    status text, duration_ms integer, message text, started_at timestamptz, created_at timestamptz default now()
);
create index on plain_result (project_id, run_id);
create index on plain_result (project_id, name, started_at);
create index on plain_result (project_id, started_at, status);
"""
PLAIN_FILL = """
insert into plain_result (project_id, run_id, suite, name, status, duration_ms, message, started_at)
select r.project_id, r.run_id, array_to_string(t.suite, ' / '), t.name, r.status, r.duration_ms, m.text, n.started_at
from result r
join run n on n.project_id = r.project_id and n.run_id = r.run_id
join test t on t.project_id = r.project_id and t.test_no = r.test_no
left join result_row x on x.project_id = r.project_id and x.run_day = r.run_day and x.run_id = r.run_id
    and x.test_no = r.test_no and x.is_final and x.run_day <= %(past)s
left join message m on m.project_id = r.project_id and m.message_id = x.message_id
where r.project_id = %(project)s and n.number <= %(runs)s and r.run_day <= %(past)s
"""
PLAIN_QUESTIONS = {
    "one run's failures": "select name, message from plain_result where project_id = 1 and run_id = %(run)s "
    "and status in ('failed', 'broken') order by name limit 50",
    "history of a test, 100 runs": "select run_id, status, duration_ms, message from plain_result "
    "where project_id = 1 and name = %(name)s order by started_at desc limit 100",
    "difference of two runs": "select a.name from plain_result a join plain_result b on b.project_id = 1 "
    "and b.run_id = %(run)s - 1 and b.suite = a.suite and b.name = a.name "
    "where a.project_id = 1 and a.run_id = %(run)s and a.status <> b.status",
    "trend of a year by day, pass rate and p95": "select started_at::date, avg((status = 'passed')::int), "
    "percentile_cont(0.95) within group (order by duration_ms) from plain_result where project_id = 1 group by 1",
    "slowest 50 of 7 days": "select name, avg(duration_ms) from plain_result where project_id = 1 "
    "and started_at >= (select max(started_at) from plain_result) - interval '7 days' "
    "group by 1 order by 2 desc limit 50",
    "search by name": "select distinct suite, name from plain_result where project_id = 1 "
    "and name ilike '%%orders 13 things and pays by v%%' limit 50",
}


async def fill_plain(database: Database, project_id: int, runs: int) -> None:
    """Fill the plain schema with the first runs."""
    async with database.write(EVERYBODY) as writer:
        for statement in PLAIN.split(";")[:-1]:
            await writer.run(statement)
        await writer.run(PLAIN_FILL, project=project_id, runs=runs, past=TO_DAY)


async def time_plain(database: Database) -> dict[str, float]:
    """Return the median times of the plain schema's questions, in ms."""
    times: dict[str, float] = {}
    async with database.read(EVERYBODY) as reader:
        run = (await reader.one("select max(run_id) as run_id from plain_result"))["run_id"]
        for title, question in PLAIN_QUESTIONS.items():
            took: list[float] = []
            for _ in range(3):
                began = time.perf_counter()
                await reader.all(cast("LiteralString", question), run=run, name=plain_result(7).key.name)
                took.append(1000 * (time.perf_counter() - began))
            times[title] = statistics.median(took)
    return times


class Places(msgspec.Struct):
    """What can be asked about: runs by project, newest first, how many tests, and the plain schema's times."""

    runs: dict[int, list[int]]
    tests: int
    plain: dict[str, float]


async def list_places(url: str) -> Places:
    """Read what there is, and print what it weighs."""
    database = Database(url)
    await database.open()
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all("select project_id, array_agg(run_id order by number desc) as runs from run group by 1")
        tests = await reader.one("select count(*) as n from test where project_id = (select min(project_id) from test)")
        total = await reader.one("select sum(passed + failed + broken + skipped + flaky)::bigint as n from run")
    await weigh(database, total["n"])
    plain = await time_plain(database)
    await database.close()
    return Places({row["project_id"]: row["runs"] for row in rows}, tests["n"], plain)


def questions(places: Places) -> dict[str, Ask]:
    """Return what is asked: a path each time."""
    numbers = sorted(places.runs)
    slugs = {project: f"p{place}" for place, project in enumerate(numbers, 1)}
    year = f"from={TO_DAY - timedelta(days=DAYS - 1)}&to={TO_DAY}"

    def run(dice: random.Random) -> str:
        project = dice.choice(numbers)
        return identifiers.pack(project, dice.choice(places.runs[project]))

    def pair(dice: random.Random) -> str:
        project = dice.choice(numbers)
        place = dice.randrange(len(places.runs[project]) - 10)
        later, earlier = (identifiers.pack(project, places.runs[project][place + step]) for step in (0, 3))
        return f"/api/v1/runs/{later}/diff?with={earlier}"

    def test(dice: random.Random) -> str:
        return identifiers.pack(dice.choice(numbers), dice.randrange(places.tests))

    def of(path: str) -> Ask:
        return lambda dice: f"/api/v1/projects/{slugs[dice.choice(numbers)]}/{path}"

    def search(dice: random.Random) -> str:
        word = f"orders%20{dice.randrange(37)}%20things%20and%20pays%20by%20{dice.choice('civ')}"
        return f"{of('tests')(dice)}?limit=50&q=%22{word}%22"

    return {
        "floor: /healthz": lambda _: "/healthz",
        "run list": of("runs?limit=50"),
        "one run's failures": lambda dice: f"/api/v1/runs/{run(dice)}/results?status=failed&limit=50",
        "history of a test, 100 runs": lambda dice: f"/api/v1/tests/{test(dice)}/history?limit=100",
        "difference of two runs": pair,
        "trend of a year by day, pass rate and p95": of(f"trends?interval=day&{year}"),
        "flakiest 50 of 14 days": of("tests/flakiest"),
        "slowest 50 of 7 days": of("tests/slowest"),
        "search by name": search,
    }


def ask_all(house: RunningHouse, places: Places) -> None:
    """Ask every question from 16 clients at once and print the table."""
    with house.client() as client:
        token = client.post("/tokens", json={"name": "bench", "scopes": ["read"]}).raise_for_status().json()["token"]
    print(f"\n{CLIENTS} clients, each asking again at once (paced: after {PAUSE_S} s); ms over HTTP, CPU ms an answer")
    heads = ("p50", "p95", "p95 paced", "alone", "server", "database", "client", "bytes", "plain SQL", "plain/alone")
    print(f"{'':44}{''.join(f'{head:>12}' for head in heads)}")
    for title, ask in questions(places).items():
        dice = random.Random(title)
        # Connections read the catalogue of tables and partitions once, and plan a statement some times.
        ask_together(house.port, token, [[ask(dice) for _ in range(WARM)] for _ in range(CLIENTS)])
        alone = statistics.median(ask_together(house.port, token, [[ask(dice) for _ in range(40)]])[0])
        before = shares(house)
        took, size = ask_together(house.port, token, [[ask(dice) for _ in range(EACH)] for _ in range(CLIENTS)])
        cpu = [1000 * (now - then) / len(took) for now, then in zip(shares(house), before, strict=True)]
        lists = [[ask(dice) for _ in range(EACH)] for _ in range(CLIENTS)]
        paced, _ = ask_together(house.port, token, lists, PAUSE_S)
        figures = [took[len(took) // 2], *(each[len(each) * 95 // 100] for each in (took, paced)), alone, *cpu]
        plain = places.plain.get(title)
        beside = f"{plain:12.1f}{plain / alone:11.1f}x" if plain else ""
        print(f"{title:44}{''.join(f'{figure:12.1f}' for figure in figures)}{size / len(took):12,.0f}{beside}")
    for title in ("one run's failures", "trend of a year by day, pass rate and p95", "search by name"):
        path = questions(places)[title](random.Random(1))
        print(f"{f'{title}, held already':44}{'':36}{ask_again(house.port, token, path, EACH):12.1f}")


def shares(house: RunningHouse) -> tuple[float, float, float]:
    """Return the CPU time so far, in seconds, of the server, of PostgreSQL and of this process."""
    assert house.process is not None
    own, server = psutil.Process(), psutil.Process(house.process.pid)
    mine, served = (sum(process.cpu_times()[:2]) for process in (own, server))
    return served, cpu_seconds() - mine - served, mine


def cpu_seconds() -> float:
    """Return the CPU time so far of this process and of everything below it, what has ended included."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:4]) for process in family)


if __name__ == "__main__":
    main()
