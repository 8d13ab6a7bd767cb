"""Sealing every secret in the database anew, when the server's key changes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from psycopg.types.json import Jsonb

from testflux.store import queries
from testflux.store.database import Writer

_SQL = queries.load("resealing")


class Sealed(StrEnum):
    """What is kept sealed, beside sign-ins under way."""

    CHANNEL = "channel"
    PROVIDER = "provider"
    SECOND_FACTOR = "second_factor"
    STREAM = "stream"


_QUERIES: Final = {
    Sealed.CHANNEL: (_SQL["list_channels"], _SQL["save_channel"]),
    Sealed.PROVIDER: (_SQL["list_providers"], _SQL["save_provider"]),
    Sealed.SECOND_FACTOR: (_SQL["list_second_factors"], _SQL["save_second_factor"]),
    Sealed.STREAM: (_SQL["list_streams"], _SQL["save_stream"]),
}


async def reseal(writer: Writer, renew: Callable[[Sealed, bytes], bytes | None]) -> dict[Sealed, int]:
    """Give every sealed secret to `renew` and keep what it returns, None: as it was. Return how many were changed.

    Sign-ins under way are dropped: whoever is in the middle of one begins again.
    """
    counts: dict[Sealed, int] = {}
    for kind, (listed, saved) in _QUERIES.items():
        counts[kind] = 0
        for row in await writer.all(listed):
            fresh = renew(kind, bytes(row["sealed"]))
            if fresh is not None:
                await writer.run(saved, place=Jsonb(row["place"]), sealed=fresh)
                counts[kind] += 1
    await writer.run(_SQL["drop_flows"])
    return counts
