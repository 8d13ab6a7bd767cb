"""The API over a real database: one for the tests of a module, which keep out of each other's way, or a fresh one."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import pytest_asyncio
from psycopg import sql

import serve_story
from serve_house import READER, ServeHouse, open_serve_house
from serve_story import Story


@pytest.fixture(scope="module")
def module_database_url(postgres_url: str, template: str) -> Iterator[str]:
    """A database of this module's own with the whole schema and no rows."""
    name = f"testflux_test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServeHouse]:
    """The API with a worker and live events, for all tests of the module."""
    folder = tmp_path_factory.mktemp("house")
    async with open_serve_house(module_database_url, folder, is_working=True) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(database_url: str, tmp_path: Path) -> AsyncIterator[ServeHouse]:
    """The API for one test alone, without a worker: uploads stay queued."""
    async with open_serve_house(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def admin(house: ServeHouse) -> httpx.AsyncClient:
    """A client of `house`, signed in as an administrator."""
    return house.client()


@pytest.fixture
def reader(house: ServeHouse) -> httpx.AsyncClient:
    """A client of `house`, signed in as somebody who only reads."""
    return house.client(READER)


@pytest.fixture
def nobody(house: ServeHouse) -> httpx.AsyncClient:
    """A client of `house`, not signed in."""
    return house.client(None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(house: ServeHouse) -> Story:
    """A short history in `house`."""
    return await serve_story.tell(house)
