from __future__ import annotations

import psycopg
import pytest

from testflux.model.access import EVERYBODY, Tenant
from testflux.store import events
from testflux.store.database import Database


async def publish(database: Database, topic: str, org_id: int = 1) -> int:
    async with database.write(EVERYBODY) as writer:
        await events.publish(writer, org_id, topic, "run.stored", {"n": 1}, project_id=None)
    async with database.read(EVERYBODY) as reader:
        return (await events.get_range(reader))["last_event"]


async def test_an_event_is_heard_when_it_is_committed(database: Database) -> None:
    async with database.listen(events.CHANNEL) as payloads:
        with pytest.raises(RuntimeError):  # noqa: PT012
            async with database.write(EVERYBODY) as writer:
                await events.publish(writer, 1, "projects", "run.stored", {}, project_id=None)
                raise RuntimeError
        number = await publish(database, "projects")
        assert await anext(payloads) == str(number)
    async with database.read(EVERYBODY) as reader:
        (found,) = await events.list_after(reader, number - 1, 10)
        assert await events.list_after(reader, number, 10) == []
    assert (found["org_id"], found["topic"], found["type"], found["data"]) == (1, "projects", "run.stored", {"n": 1})


async def test_events_are_read_by_topic_after_a_number(database: Database) -> None:
    first = await publish(database, "projects")
    wanted = [await publish(database, topic) for topic in ("project:a", "projects", "project:b", "project:a")]
    await publish(database, "project:a", org_id=2)
    async with database.read(EVERYBODY) as reader:
        rows = await events.list_events(reader, Tenant(1), ["projects", "project:a"], first)
        few = await events.list_events(reader, Tenant(1), ["projects", "project:a"], 0, limit=2)
    assert [row["event_id"] for row in rows] == [wanted[0], wanted[1], wanted[3]]
    assert [row["event_id"] for row in few] == [first, wanted[0]]


async def test_old_events_go_but_the_numbers_go_on(database: Database) -> None:
    numbers = [await publish(database, "projects") for _ in range(3)]
    async with database.write(EVERYBODY) as writer:
        await writer.run("update live_event set created_at = now() - interval '2 hours'")
        assert await events.drop_old(writer) == 2
    async with database.read(EVERYBODY) as reader:
        assert await events.get_range(reader) == {"first_event": numbers[2], "last_event": numbers[2]}


async def test_nothing_kept_has_no_range(database: Database) -> None:
    async with database.read(EVERYBODY) as reader:
        assert await events.get_range(reader) == {"first_event": 0, "last_event": 0}
        assert await events.list_after(reader, 0, 10) == []


async def test_numbers_become_visible_in_their_order(database: Database) -> None:
    """Who read up to a number reads on from there: nothing below it may appear later."""
    async with database.write(EVERYBODY) as slow:
        await events.publish(slow, 1, "projects", "run.stored", {"n": "told first, committed last"}, project_id=None)
        first = await publish(database, "projects")
    async with database.read(EVERYBODY) as reader:
        rows = await events.list_events(reader, Tenant(1), ["projects"], first)
    assert [row["data"]["n"] for row in rows] == ["told first, committed last"]


async def test_the_next_number_is_given_out_only_when_the_last_one_is_committed(database: Database) -> None:
    async with database.write(EVERYBODY) as first:
        await events.publish(first, 1, "projects", "run.stored", {}, project_id=None)
        await first.finish()
        async with database.write(EVERYBODY) as second:
            await second.run("set local lock_timeout = '50ms'")
            await events.publish(second, 1, "projects", "run.stored", {}, project_id=None)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                await second.finish()
            await second.connection.rollback()
