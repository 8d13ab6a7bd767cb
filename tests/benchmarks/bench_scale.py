"""What a hundred million results cost and how fast they answer: `bench_scale.py [PROJECTS [RUNS [TESTS]]]`.

Without arguments 2 projects of 200 runs of 5,000 tests; `10 2000` makes 10^8 results, `100 2000` 10^9 (20 GB free).
One project lives through a year by the pipeline's own transaction; the others are copies of its rows. Then a server
opens this database, and 16 clients ask it what screens ask, each time about another project, run or test. Beside it the
plain schema, one row a result with its name, its message and four indexes, holds the first runs of one project.
"""

from __future__ import annotations

import asyncio
import http.client
import math
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString, cast

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import made
from running import RunningHouse
from testflux.kit import identifiers
from testflux.model.access import EVERYBODY
from testflux.model.report import Report, Result
from testflux.store import embedded, migrate
from testflux.store.database import Database

CLIENTS = 16
EACH = 40
DAYS = 365
PLAIN_RUNS = 100
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
TO_DAY = NOW.date()
LANES = (("nightly", "staging"), ("nightly", "production"), ("merge", "staging"))
Ask = Callable[[random.Random], str]


def main() -> None:
    """Print the tables."""
    projects, runs, tests = (int(given) for given in (*sys.argv[1:], *("2", "200", "5000")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        with embedded.EmbeddedPostgres(Path(name) / "postgres") as server:
            plain = asyncio.run(fill(server.dsn, projects, runs, tests))
            house = RunningHouse(Path(name) / "data", TESTFLUX_DATABASE_URL=server.dsn).start("--no-worker")
            try:
                ask_all(house, asyncio.run(list_places(server.dsn, plain)))
            finally:
                house.stop()


async def fill(url: str, projects: int, runs: int, tests: int) -> dict[str, float]:
    """Store the results, print what they weigh, and return the plain schema's times."""
    await migrate.upgrade(url)
    database = Database(url)
    await database.open()
    print(f"{projects * runs * tests:,} results: {projects} projects, {runs:,} runs a project, {tests:,} tests a run")
    project = await made.make_project(database, "p1")
    began, cpu = time.perf_counter(), cpu_seconds()
    await live(project, runs, tests)
    wall, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    each = f"{1000 * cpu / runs:.0f} ms CPU a run, making it included"
    print(f"  one project by the pipeline's transaction: {wall:.0f} s, {runs * tests / wall:,.0f} results/s, {each}")
    began = time.perf_counter()
    for number in range(2, projects + 1):
        await copy_project(database, project.project_id, f"p{number}")
    await run_outside(database, "vacuum analyze")
    print(f"  copies of its rows, and vacuum analyze: {time.perf_counter() - began:.0f} s")
    await weigh(database, projects * runs * tests)
    plain = await compare(database, project.project_id, min(runs, PLAIN_RUNS), tests)
    await database.close()
    return plain


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
        message = f"Element 'order-{place % 500}' not visible after {number // 7} s" if status is made.F else ""
        base = plain[place].key
        results[place] = made.result(base.name, status, message, duration_ms=int(usual[place]), suite=base.suite)
    return made.functional(*results)


async def copy_project(database: Database, source: int, slug: str) -> None:
    """Add a project with the same rows in every table of a project."""
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
            "and c.relnamespace = 'public'::regnamespace group by 1 having bool_or(a.attname = 'project_id')"
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
    """Print the room that results take."""
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all(
            "select regexp_replace(relname, '_[0-9]{4}_[0-9]{2}$', '') as name, "
            "sum(pg_total_relation_size(oid))::bigint as size "
            "from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "group by 1 order by 2 desc limit 6"
        )
        whole = await reader.one("select pg_database_size(current_database()) as size")
    parts = ", ".join(f"{row['name']} {row['size'] / stored:.2f}" for row in rows)
    print(
        f"  {whole['size'] / 1e9:.2f} GB on disk, {whole['size'] / stored:.1f} bytes a result with everything: {parts}"
    )


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
    "slowest 50 of 14 days": "select name, avg(duration_ms) from plain_result where project_id = 1 "
    "and started_at >= (select max(started_at) from plain_result) - interval '14 days' "
    "group by 1 order by 2 desc limit 50",
    "search by name": "select distinct suite, name from plain_result where project_id = 1 "
    "and name ilike '%%orders 13 things and pays by v%%' limit 50",
}


async def compare(database: Database, project_id: int, runs: int, tests: int) -> dict[str, float]:
    """Fill the plain schema with the first runs, print its weight, and return the median times of its questions."""
    async with database.write(EVERYBODY) as writer:
        for statement in PLAIN.split(";")[:-1]:
            await writer.run(statement)
        began, cpu = time.perf_counter(), cpu_seconds()
        await writer.run(PLAIN_FILL, project=project_id, runs=runs, past=TO_DAY)
        wall, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    await run_outside(database, "vacuum analyze plain_result")
    times: dict[str, float] = {}
    async with database.read(EVERYBODY) as reader:
        row = await reader.one(
            "select pg_total_relation_size('plain_result') as size, count(*) as rows from plain_result"
        )
        assert row["rows"] == runs * tests, row
        for title, question in PLAIN_QUESTIONS.items():
            took: list[float] = []
            for _ in range(3):
                began = time.perf_counter()
                await reader.all(cast("LiteralString", question), run=runs, name=plain_result(7).key.name)
                took.append(1000 * (time.perf_counter() - began))
            times[title] = statistics.median(took)
    print(
        f"  plain schema, {row['rows']:,} results: {row['size'] / row['rows']:.0f} bytes a result, "
        f"filled in {wall:.0f} s ({1000 * cpu / runs:.0f} ms CPU a run, from rows that were there)"
    )
    return times


class Places(msgspec.Struct):
    """What can be asked about: runs by project, newest first, how many tests, and the plain schema's times."""

    runs: dict[int, list[int]]
    tests: int
    plain: dict[str, float]


async def list_places(url: str, plain: dict[str, float]) -> Places:
    """Read what there is."""
    database = Database(url)
    await database.open()
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all("select project_id, array_agg(run_id order by number desc) as runs from run group by 1")
        tests = await reader.one("select count(*) as n from test where project_id = (select min(project_id) from test)")
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
        "flakiest 50 of 14 days": of("tests/flakiest?limit=50"),
        "slowest 50 of 14 days": of("tests/slowest?limit=50"),
        "search by name": search,
    }


def ask_all(house: RunningHouse, places: Places) -> None:
    """Ask every question from 16 clients at once and print the table."""
    with house.client() as client:
        token = client.post("/tokens", json={"name": "bench", "scopes": ["read"]}).raise_for_status().json()["token"]
    print(f"\n{CLIENTS} clients, each asking again at once; ms over HTTP, server CPU ms an answer")
    print(f"{'':44}{'p50':>8}{'p95':>8}{'alone':>8}{'CPU':>8}{'plain SQL':>11}{'plain/alone':>13}")
    for title, ask in questions(places).items():
        dice = random.Random(title)
        alone = statistics.median(ask_together(house.port, token, [[ask(dice) for _ in range(40)]]))
        cpu = cpu_seconds_of_servers()
        took = sorted(ask_together(house.port, token, [[ask(dice) for _ in range(EACH)] for _ in range(CLIENTS)]))
        cpu = 1000 * (cpu_seconds_of_servers() - cpu) / len(took)
        plain = places.plain.get(title)
        beside = f"{plain:11.1f}{plain / alone:12.1f}x" if plain else ""
        p50, p95 = took[len(took) // 2], took[len(took) * 95 // 100]
        print(f"{title:44}{p50:8.1f}{p95:8.1f}{alone:8.1f}{cpu:8.1f}{beside}")
    path = questions(places)["one run's failures"](random.Random(1))
    print(f"{'held already (If-None-Match), alone':44}{'':16}{ask_again(house.port, token, path):8.1f}")


def ask_together(port: int, token: str, lists: Sequence[Sequence[str]]) -> list[float]:
    """Let as many clients as lists ask at the same time, each over one connection; return what each answer took."""
    took: list[float] = []
    failed: list[str] = []

    def ask(paths: Sequence[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for path in paths:
            began = time.perf_counter()
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            body = answer.read()
            took.append(1000 * (time.perf_counter() - began))
            if answer.status != http.HTTPStatus.OK:
                failed.append(f"{path}: {answer.status} {body[:300]!r}")
        connection.close()

    clients = [threading.Thread(target=ask, args=(paths,)) for paths in lists]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert not failed, failed[:3]
    return took


def ask_again(port: int, token: str, path: str) -> float:
    """Return the median time of an answer that says nothing changed."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"}
    took: list[float] = []
    statuses: list[int] = []
    for _ in range(EACH):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        took.append(1000 * (time.perf_counter() - began))
        statuses.append(answer.status)
        headers["If-None-Match"] = answer.headers["ETag"]
    assert statuses == [200] + [304] * (EACH - 1), statuses
    connection.close()
    return statistics.median(took)


def cpu_seconds_of_servers() -> float:
    """Return the CPU time so far of everything below this process: the server and PostgreSQL."""
    return cpu_seconds() - sum(psutil.Process().cpu_times()[:2])


def cpu_seconds() -> float:
    """Return the CPU time so far of this process and of everything below it, what has ended included."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:4]) for process in family)


if __name__ == "__main__":
    main()
