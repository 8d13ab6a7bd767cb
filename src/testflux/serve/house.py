"""What one running server consists of, and how handlers get at it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import Scope

from testflux.ingest import load_sample
from testflux.kit import settings
from testflux.model.access import Actor
from testflux.serve.hub import Hub
from testflux.serve.issuers import Issuers
from testflux.serve.limiter import Limiter
from testflux.serve.remembered import Remembered
from testflux.serve.shared import Shared
from testflux.serve.vitals import Vitals
from testflux.store import blobs, database


class House(msgspec.Struct, frozen=True, kw_only=True):
    """The parts every request may need."""

    settings: settings.Settings
    database: database.Database
    blobs: blobs.Blobs
    hub: Hub
    shared: Shared
    limiter: Limiter
    remembered: Remembered
    sample: load_sample.Loader
    vitals: Vitals
    issuers: Issuers


def house_of(connection: ASGIConnection[Any, Any, Any, Any]) -> House:
    """Return the house a connection came to."""
    return connection.app.state.house


async def _house(state: State) -> House:
    return state.house


async def _settings(state: State) -> settings.Settings:
    return state.house.settings


async def _database(state: State) -> database.Database:
    return state.house.database


async def _blobs(state: State) -> blobs.Blobs:
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
