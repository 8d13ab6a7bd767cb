from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

import past as history
from databases import create_database, drop_database, opened, url_of
from made import Project, make_project
from past import Past
from testflux.model.access import EVERYBODY
from testflux.store.database import Database, Reader

SEED = 20260615


@pytest.fixture
async def project(database: Database) -> Project:
    """A project that made reports can arrive in."""
    return await make_project(database)


@pytest.fixture(scope="session")
def past(postgres_url: str, template: str) -> Iterator[Past]:
    """Two projects with years of runs behind them. Read only: everybody shares it."""
    name = create_database(postgres_url, template)
    url = url_of(postgres_url, name)
    yield asyncio.run(_live_through(url))
    drop_database(postgres_url, name)


async def _live_through(url: str) -> Past:
    async with opened(url) as database:
        shop = await history.send(await make_project(database, "shop"), history.make_shop(SEED))
        desk = await history.send(await make_project(database, "desk"), history.make_desk(SEED))
    return Past(url, shop, desk)


@pytest.fixture
async def reader(past: Past) -> AsyncIterator[Reader]:
    """A connection to the past."""
    async with opened(past.url) as database, database.read(EVERYBODY) as reader:
        yield reader
