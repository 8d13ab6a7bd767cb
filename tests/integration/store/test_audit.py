from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from testflux.kit import clock, trail
from testflux.model import audit as model
from testflux.model.access import EVERYBODY
from testflux.store import audit, audit_chain, events
from testflux.store.database import Database

TARGET = audit.Target("channel", "1-4", "Ops")
KEY = "a-secret-key-of-thirty-two-or-more-characters"


async def note(database: Database, org_id: int = 1, act: str = "channel.add", **more: Any) -> None:
    async with database.write(EVERYBODY) as writer:
        audit.note(writer, org_id, act, TARGET, **more)


async def list_numbers(database: Database, org_id: int = 1) -> list[int]:
    async with database.hold(EVERYBODY) as reader:
        return [event.number async for event, _ in audit_chain.walk(reader, org_id, model.Link(0, b""), 10**9)]


async def is_whole(database: Database, org_id: int = 1) -> bool:
    return (await audit_chain.verify(database, KEY, org_id)).fault is None


async def test_what_is_noted_is_read_with_its_actor(database: Database) -> None:
    walker = trail.Trail(actor_kind="token", actor_id=5, actor_name="ci", address="192.0.2.7", request_id="req")

    async def act() -> None:
        trail.walk(walker)
        await note(database, project_id=3, before={"name": "a"}, after={"name": "b"}, is_refused=True)

    await asyncio.create_task(act())

    async with database.hold(EVERYBODY) as reader:
        [(event, digest)] = [each async for each in audit_chain.walk(reader, 1, model.Link(0, b""), 10)]
    assert (event.number, event.act, event.project_id, event.is_refused) == (1, "channel.add", 3, True)
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("token", 5, "ci")
    assert (event.address, event.request_id) == ("192.0.2.7", "req")
    assert (event.target_kind, event.target_id, event.target_name) == ("channel", "1-4", "Ops")
    assert bytes(event.before or b"") == b'{"name":"a"}'
    assert clock.now() - event.happened_at < timedelta(minutes=1)
    assert digest == model.digest(b"", event)


AWKWARD: list[Any] = [
    {"text": "a\x00b\ud800c"},
    {"\x00": "key"},
    {"z": 1, "a": 2, "nested": {"z": 1, "a": None}},
    {"float": 1e20, "small": 1e-300, "half": 0.5, "whole": 1.0, "minus": -0.0},
    {"big": 2**63, "bigger": 12345678901234567890},
    {"when": clock.now(), "bytes": b"\x00\xff", "id": model.REMOVING},
    {"text": '“Größe” 日本 \u2028 \\ " </script>'},
    {1: "a number as a name"},
    {},
]


@pytest.mark.parametrize("value", AWKWARD)
async def test_the_digest_is_of_what_was_stored(database: Database, value: Mapping[str, Any]) -> None:
    await note(database, before=value, after=value)

    assert await is_whole(database)


async def test_texts_that_cannot_be_stored_are_digested_as_stored(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        audit.note(writer, 1, "channel.add", audit.Target("channel", "\x00", "half \ud800"))

    assert await is_whole(database)


async def test_several_acts_of_a_transaction_are_one_after_the_other(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        for number in range(40):
            audit.note(writer, 2 - number % 2, "channel.add", audit.Target("channel", number))

    assert await list_numbers(database, 1) == await list_numbers(database, 2) == list(range(1, 21))
    assert await is_whole(database, 1)
    assert await is_whole(database, 2)


async def test_what_is_rolled_back_was_never_noted(database: Database) -> None:
    await note(database)
    with pytest.raises(ZeroDivisionError):
        await fail_after_noting(database)
    await note(database)

    assert await list_numbers(database) == [1, 2]
    assert await is_whole(database)


async def fail_after_noting(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        audit.note(writer, 1, "channel.remove", TARGET)
        raise ZeroDivisionError


async def test_many_at_once_make_one_chain(database: Database) -> None:
    async def both(number: int) -> None:
        async with database.write(EVERYBODY) as writer:
            # Each transaction writes into both chains, in both orders: nobody may wait for each other.
            for org_id in (1, 2) if number % 2 else (2, 1):
                audit.note(writer, org_id, "channel.add", TARGET, after={"number": number})

    await asyncio.gather(*map(both, range(60)))

    assert await list_numbers(database, 1) == list(range(1, 61))
    assert await is_whole(database, 1)
    assert await is_whole(database, 2)


async def test_who_tells_and_notes_waits_for_nobody_who_notes_and_tells(database: Database) -> None:
    async def both(number: int) -> None:
        async with database.write(EVERYBODY) as writer:
            if number % 2:
                audit.note(writer, 1, "channel.add", TARGET)
            await events.publish(writer, 1, "projects", "run.stored", {}, project_id=None)
            if not number % 2:
                audit.note(writer, 1, "channel.add", TARGET)

    await asyncio.gather(*map(both, range(80)))  # in two orders of locks PostgreSQL would end one of them

    assert await list_numbers(database) == list(range(1, 81))


async def test_time_never_goes_back_in_a_chain(database: Database) -> None:
    await note(database)
    async with database.write(EVERYBODY) as writer:
        await writer.run("update audit_head set happened_at = happened_at + interval '2 seconds'")
    await note(database)
    await note(database)

    async with database.hold(EVERYBODY) as reader:
        times = [event.happened_at async for event, _ in audit_chain.walk(reader, 1, model.Link(0, b""), 10)]
    assert times[1] - times[0] >= timedelta(seconds=2)
    assert times[1] <= times[2]


async def test_a_seal_is_noted_once_for_what_is_new(database: Database) -> None:
    async def seal() -> bool:
        async with database.write(EVERYBODY) as writer:
            return await audit.note_seal(writer, KEY, 1)

    assert not await seal()
    await note(database)
    assert await seal()
    assert not await seal()
    await note(database)
    assert await seal()

    assert await list_numbers(database) == [1, 2, 3, 4]
    assert await is_whole(database)


def test_changes_are_cut_down_to_what_differs() -> None:
    before, after = {"name": "a", "rule": "x", "old": 1}, {"name": "b", "rule": "x", "new": 2}

    assert audit.changes(before, after) == {
        "before": {"name": "a", "new": None},
        "after": {"name": "b", "new": 2},
    }
    assert msgspec.json.encode(audit.changes(after, after)) == b'{"before":{},"after":{}}'
