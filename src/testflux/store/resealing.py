"""Sealing every secret in the database anew, when the server's key changes."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

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


async def reseal(writer: Writer, renew: Callable[[Sealed, bytes], bytes | None]) -> dict[Sealed, int]:
    """Give every sealed secret to `renew` and keep what it returns, None: as it was. Return how many were changed.

    Sign-ins under way are dropped: whoever is in the middle of one begins again.
    """
    counts: dict[Sealed, int] = {}
    for kind in Sealed:
        counts[kind] = 0
        for row in await writer.all(_SQL[f"list_{kind}s"]):
            fresh = renew(kind, bytes(row["sealed"]))
            if fresh is not None:
                await writer.run(_SQL[f"save_{kind}"], place=Jsonb(row["place"]), sealed=fresh)
                counts[kind] += 1
    await writer.run(_SQL["drop_flows"])
    return counts
