"""What just changed, for open browsers: written with the change, delivered when it is committed, kept for an hour.

An event names things and says little about them: whoever passes it on reads what his listeners may see.
"""

from __future__ import annotations

from datetime import timedelta

from psycopg.types.json import Jsonb

from testflux.model.access import Tenant
from testflux.store import queries, scoping
from testflux.store.database import Reader, Row, Writer

CHANNEL = "testflux_live"
KEPT = timedelta(hours=1)

_SQL = queries.load("events")


async def publish(
    writer: Writer, org_id: int, topic: str, type_: str, data: dict[str, object], *, project_id: int | None
) -> None:
    """Tell everybody who listens to the topic and may see the project (None: all do), once this transaction commits.

    The event gets its number at the very end, under a lock that is held until the commit: so numbers become visible in
    their order, and whoever asks for all after a number misses none.
    """
    values: dict[str, object] = {
        "org_id": org_id,
        "topic": topic,
        "type": type_,
        "data": Jsonb(data),
        "project_id": project_id,
    }
    writer.at_end(lambda: writer.one(_SQL["publish"], **values, channel=CHANNEL))


async def list_events(reader: Reader, tenant: Tenant, topics: list[str], after: int, limit: int = 500) -> list[Row]:
    """Return the events of these topics after a number: event_id, topic, type, data, created_at."""
    values = scoping.values_of(tenant)
    return await reader.all(_SQL["list_events"], **values, topics=topics, after=after, limit=limit)


async def list_after(reader: Reader, after: int, limit: int) -> list[Row]:
    """Return the events of all organisations after a number (with org_id), to be passed on."""
    return await reader.all(_SQL["list_after"], after=after, limit=limit)


async def get_range(reader: Reader) -> Row:
    """Return the oldest and the newest event kept: `first_event` and `last_event`, both 0 when there is none."""
    return await reader.one(_SQL["get_range"])


async def drop_old(writer: Writer) -> int:
    """Forget events older than an hour; returns how many."""
    return await writer.run(_SQL["drop_old"], kept=KEPT)
