"""What every kind of test may ask for: a PostgreSQL server, and fresh databases on it.

The server is TESTFLUX_TEST_DATABASE_URL when set (its user must be allowed to create databases), else an embedded one
that lives as long as the test run (TESTFLUX_PG_BIN says which; each test worker has its own).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from databases import create_database, drop_database, opened, url_of
from testflux.model.access import EVERYBODY
from testflux.store import database, embedded, migrate, partitions

FAST_AND_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

YEAR = 2026  # when the reports in the tests were made
MakeDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    """`wait_until(condition, seconds=30)`: return as soon as the condition holds, fail when it does not in time."""

    def wait(condition: Callable[[], object], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"it did not happen within {seconds} seconds"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server on which tests may create databases."""
    if given := os.environ.get("TESTFLUX_TEST_DATABASE_URL"):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="testflux-tests-"))
    home.chmod(0o711)  # so that the server's user can pass when the tests run as root
    try:
        with embedded.EmbeddedPostgres(home / "postgres", settings=FAST_AND_UNSAFE) as server:
            yield server.dsn
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def template(postgres_url: str) -> Iterator[str]:
    """The name of a database with the whole schema, the partitions of YEAR, and nothing in it."""
    name = create_database(postgres_url, "template0")
    asyncio.run(_fill(url_of(postgres_url, name)))
    yield name
    drop_database(postgres_url, name)


async def _fill(url: str) -> None:
    await migrate.upgrade(url)
    async with opened(url) as house, house.write(EVERYBODY) as writer:
        for month in range(1, 13):
            await partitions.ensure(writer, date(YEAR, month, 1))


@pytest.fixture
def make_database(postgres_url: str) -> Iterator[MakeDatabase]:
    """`make_database()` returns the address of a new database without any table; it goes away after the test."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        made.append(create_database(postgres_url, template))
        return url_of(postgres_url, made[-1])

    yield make
    for name in made:
        drop_database(postgres_url, name)


@pytest.fixture
def database_url(make_database: MakeDatabase, template: str) -> str:
    """A database of this test's own with the whole schema and no rows: a copy of the template."""
    return make_database(template)


@pytest.fixture(name="database")
async def open_database(database_url: str) -> AsyncIterator[database.Database]:
    """An open pool on a database of this test's own."""
    async with opened(database_url) as house:
        yield house


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """State what the house tests measured, and what this machine had to leave out and why."""
    reports = itertools.chain.from_iterable(terminalreporter.stats.values())
    figures = [
        value for report in reports for name, value in getattr(report, "user_properties", []) if name == "measured"
    ]
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    left_out = [f"{reason} ({count} tests)" for reason, count in sorted(reasons.items())]
    if not Path("/usr/lib/postgresql/15/bin/postgres").exists():
        left_out.append("no PostgreSQL 15 for `make test PG=15`: install postgresql-15 (all tests, a second time)")
    for title, lines in (("measured", dict.fromkeys(figures)), ("not run on this machine", left_out)):
        if lines:
            terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(str(line))
