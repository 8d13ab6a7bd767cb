"""What one running server consists of, and how handlers get at it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import Scope

from testflux.ingest.load_sample import Loader
from testflux.kit.settings import Settings
from testflux.model.access import Actor
from testflux.serve.hub import Hub
from testflux.serve.limiter import Limiter
from testflux.serve.remembered import Remembered
from testflux.store.blobs import Blobs
from testflux.store.database import Database


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The parts every request may need."""

    settings: Settings
    database: Database
    blobs: Blobs
    hub: Hub
    limiter: Limiter
    remembered: Remembered
    sample: Loader


def house_of(connection: ASGIConnection[Any, Any, Any, Any]) -> House:
    """Return the house a connection came to."""
    return connection.app.state.house


async def _house(state: State) -> House:
    return state.house


async def _settings(state: State) -> Settings:
    return state.house.settings


async def _database(state: State) -> Database:
    return state.house.database


async def _blobs(state: State) -> Blobs:
    return state.house.blobs


async def _actor(scope: Scope) -> Actor:
    return scope["user"]


PROVIDED: Final = {
    "house": Provide(_house),
    "settings": Provide(_settings),
    "database": Provide(_database),
    "blobs": Provide(_blobs),
    "actor": Provide(_actor),
}
