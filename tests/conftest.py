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
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from testflux.store import embedded

FAST_AND_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

MakeDatabase = Callable[..., str]


# What tests use when it is there: the name in words, the programs that would do, and how to get one.
TOOLS = {
    "a browser": (("chromium", "chromium-browser", "google-chrome"), "the browser tests", "install chromium"),
    "Redis": (("valkey-server", "redis-server"), "the tests on a shared cache", "install valkey or redis"),
    "k6": (("k6",), "the tests that run a real k6", "install k6"),
}


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
def server_url() -> Iterator[str]:
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
def template(server_url: str) -> Iterator[str]:
    """The name of a database with the whole schema and nothing in it."""
    from testflux.store import migrate  # noqa: PLC0415 - only those who ask for a migrated database need it

    name = create_database(server_url, "template0")
    asyncio.run(migrate.upgrade(url_of(server_url, name)))
    yield name
    drop_database(server_url, name)


@pytest.fixture
def make_database(server_url: str) -> Iterator[MakeDatabase]:
    """`make_database()` returns the address of a new database without any table; it goes away after the test."""
    made: list[str] = []

    def make(template: str = "template0") -> str:
        made.append(create_database(server_url, template))
        return url_of(server_url, made[-1])

    yield make
    for name in made:
        drop_database(server_url, name)


@pytest.fixture
def database_url(make_database: MakeDatabase, template: str) -> str:
    """A database of this test's own with the whole schema and no rows: a copy of the template."""
    return make_database(template)


def create_database(server: str, template: str) -> str:
    """Make a database as a copy of `template` and return its name: 20 ms as a copy of files, 200 through the log."""
    name = f"testflux_test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return name


def url_of(server: str, name: str) -> str:
    """Return the address of database `name` on the server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def drop_database(server: str, name: str) -> None:
    """Remove the database, whoever is still connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """State what the house tests measured, and which tests had to be left out for want of a tool."""
    reports = itertools.chain.from_iterable(terminalreporter.stats.values())
    figures = [
        value for report in reports for name, value in getattr(report, "user_properties", []) if name == "measured"
    ]
    missing = [
        f"{what} is not here, so {tests} did not run: {advice}"
        for what, (programs, tests, advice) in TOOLS.items()
        if not any(map(shutil.which, programs))
    ]
    for title, lines in (("measured", dict.fromkeys(figures)), ("not run on this machine", missing)):
        if lines:
            terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(str(line))
