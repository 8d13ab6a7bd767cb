"""Whatever somebody does to the log with SQL, the walk says where."""

from __future__ import annotations

from datetime import date

import pytest

from testflux.kit import clock
from testflux.model import audit as model
from testflux.model.access import EVERYBODY
from testflux.store import audit, audit_chain, audit_retention
from testflux.store.audit_chain import Verdict
from testflux.store.database import Database

KEY = "a-secret-key-of-thirty-two-or-more-characters"
OTHER_KEY = "another-key-of-thirty-two-or-more-characters"


@pytest.fixture(name="log")
async def make_log(database: Database) -> Database:
    """Six events, a seal over them, and two more."""
    for number in range(6):
        await note(database, number)
    await seal(database)
    for number in range(2):
        await note(database, number)
    return database


async def note(database: Database, number: int) -> None:
    async with database.write(EVERYBODY) as writer:
        audit.note(writer, 1, "channel.add", audit.Target("channel", number, "Ops"), after={"number": number})


async def seal(database: Database, key: str = KEY) -> None:
    async with database.write(EVERYBODY) as writer:
        assert await audit.note_seal(writer, key, 1)


async def tamper(database: Database, statement: str) -> None:
    async with database.write(EVERYBODY) as writer:
        assert await writer.run(statement)


async def verify(database: Database, key: str = KEY) -> Verdict:
    return await audit_chain.verify(database, key, 1)


async def rechain(database: Database, first: int) -> None:
    """Make every digest from an event on anew, as somebody would who knows how it is done."""
    async with database.write(EVERYBODY) as writer:
        link = model.FIRST
        if first > 1:
            row = await writer.one("select digest from audit_event where number = %(number)s", number=first - 1)
            link = row["digest"]
        last = await audit.find_head(writer, 1)
        events = [event async for event, _ in audit_chain.walk(writer, 1, model.Link(first - 1, b""), last.number)]
        for event in events:
            link = model.digest(link, event)
            values = {"digest": link, "number": event.number}
            await writer.run("update audit_event set digest = %(digest)s where number = %(number)s", **values)
        number = events[-1].number
        await writer.run("update audit_head set digest = %(digest)s, number = %(number)s", digest=link, number=number)


async def test_a_whole_log(log: Database) -> None:
    verdict = await verify(log)

    assert verdict.fault is None
    assert (verdict.events, verdict.head.number, verdict.kept_from) == (9, 9, 1)
    assert (verdict.sealed_number, verdict.seals, verdict.unknown_seals) == (6, 1, 0)


async def test_an_empty_log_is_whole(database: Database) -> None:
    assert (await verify(database)).fault is None


@pytest.mark.parametrize(
    ("statement", "event"),
    [
        ("update audit_event set actor_name = 'eve' where number = 3", "Event 3"),
        ("update audit_event set after = '{\"number\": 2}' where number = 3", "Event 3"),
        ("update audit_event set after = null where number = 3", "Event 3"),
        ("update audit_event set happened_at = happened_at + interval '1 microsecond' where number = 3", "Event 3"),
        ("update audit_event set is_refused = true where number = 9", "Event 9"),
        ("update audit_event set digest = sha256('x') where number = 4", "Event 4"),
        ("delete from audit_event where number = 1", "Event 1 is missing"),
        ("delete from audit_event where number = 5", "Event 5 is missing"),
        ("delete from audit_event where number = 9", "Event 9 is missing"),
        ("delete from audit_event", "Event 1 is missing"),
        ("update audit_event set number = case number when 2 then 3 else 2 end where number in (2, 3)", "Event 2"),
        ("update audit_head set digest = sha256('x')", "event 9 was exchanged"),
        ("update audit_head set number = 10", "Event 10 is missing"),
    ],
)
async def test_what_was_changed_by_hand_is_named(log: Database, statement: str, event: str) -> None:
    if "case number" in statement:  # the key holds at every moment
        await tamper(log, "update audit_event set number = 99 where number = 2")
        await tamper(log, "update audit_event set number = 2 where number = 3")
        await tamper(log, "update audit_event set number = 3 where number = 99")
    else:
        await tamper(log, statement)

    fault = (await verify(log)).fault
    assert fault is not None
    assert event in fault


async def test_an_event_put_in_is_named(log: Database) -> None:
    await tamper(log, "update audit_event set number = number + 100 where number > 4")
    await tamper(
        log,
        "insert into audit_event select org_id, day, 5, happened_at, act, actor_kind, actor_id, 'eve', target_kind,"
        " target_id, target_name, project_id, is_refused, address, request_id, before, after, digest"
        " from audit_event where number = 4",
    )
    await tamper(log, "update audit_event set number = number - 99 where number > 100")

    assert "Event 5" in ((await verify(log)).fault or "")


async def test_who_makes_all_digests_anew_cannot_make_the_seal(log: Database) -> None:
    await tamper(log, "update audit_event set actor_name = 'eve' where number = 3")
    await rechain(log, 3)

    assert "seal in event 7" in ((await verify(log)).fault or "") or "Event 7 vouches" in (
        (await verify(log)).fault or ""
    )


async def test_what_came_after_the_last_seal_is_covered_by_the_next(log: Database) -> None:
    await tamper(log, "update audit_event set actor_name = 'eve' where number = 9")
    await rechain(log, 9)
    assert (await verify(log)).fault is None, "nobody vouched for it yet: said in docs/explain/audit.md"

    await seal(log)
    await tamper(log, "update audit_event set actor_name = 'mallory' where number = 9")
    await rechain(log, 9)
    assert "vouches for another event 9" in ((await verify(log)).fault or "")


async def test_a_seal_that_was_forged_with_another_key(log: Database) -> None:
    await seal(log, OTHER_KEY)

    assert "another secret key" in ((await verify(log)).fault or "")


async def test_after_the_key_was_changed_the_next_seal_vouches_for_all(log: Database) -> None:
    assert "another secret key" in ((await verify(log, OTHER_KEY)).fault or "")
    await seal(log, OTHER_KEY)

    verdict = await verify(log, OTHER_KEY)
    assert (verdict.fault, verdict.sealed_number, verdict.unknown_seals) == (None, 9, 1)


async def age(database: Database, number: int, day: date) -> None:
    """Let the events up to a number have happened on a day."""
    async with database.write(EVERYBODY) as writer:
        await writer.run(
            "update audit_event set day = %(day)s, happened_at = %(day)s::timestamp at time zone 'UTC'"
            " where number <= %(number)s",
            day=day,
            number=number,
        )
    await rechain(database, 1)


async def keep(database: Database, days: int | None) -> None:
    async with database.write(EVERYBODY) as writer:
        await writer.run("insert into org (slug, name) values ('main', 'Main')")
        await audit_retention.save_days(writer, 1, days)


async def test_months_that_are_past_their_age_go_and_the_chain_goes_on(database: Database) -> None:
    for number in range(6):
        await note(database, number)
    await age(database, 4, date(2026, 1, 20))
    await keep(database, 90)
    today = clock.now().date()

    assert await audit_retention.drop_old(database, KEY, date(2026, 4, 20)) == date(2026, 1, 1)
    assert (await verify(database)).kept_from == 1, "its month is not past its age as a whole"
    assert await audit_retention.drop_old(database, KEY, date(2026, 5, 2)) == date(2026, 2, 1)

    verdict = await verify(database)
    assert (verdict.fault, verdict.kept_from, verdict.events) == (None, 5, 3)
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all("select number, act, after, before, day from audit_event order by number")
    assert [row["act"] for row in rows] == ["channel.add", "channel.add", "audit.remove"]
    assert rows[-1]["before"] == {"events": 4, "until": "2026-02-01"}
    assert rows[-1]["after"]["number"] == 4
    assert abs((rows[-1]["day"] - today).days) <= 1

    assert await audit_retention.drop_old(database, KEY, date(2026, 5, 2)) == date(2026, 2, 1)
    assert (await verify(database)).events == 3, "the second time there is nothing to do"


async def test_a_removal_by_hand_is_not_taken_for_one_of_ours(database: Database) -> None:
    for number in range(6):
        await note(database, number)
    async with database.read(EVERYBODY) as reader:
        row = await reader.one("select digest from audit_event where number = 3")
    forged = model.seal(OTHER_KEY, 1, model.REMOVING, model.Link(3, row["digest"]))
    forged = {"number": 3, "digest": forged.digest, "key": model.seal(KEY, 1, "", model.Link(0, b"")).key, "seal": "00"}
    async with database.write(EVERYBODY) as writer:
        await writer.run("delete from audit_event where number <= 3")
        audit.note(writer, 1, model.REMOVING, audit.Target("audit", 3), after=forged)

    assert "was not done by TestFlux" in ((await verify(database)).fault or "")


async def test_who_keeps_all_loses_nothing(database: Database) -> None:
    await note(database, 1)
    await age(database, 1, date(2026, 1, 20))
    await keep(database, None)

    assert await audit_retention.drop_old(database, KEY, date(2026, 12, 31)) is None
    assert (await verify(database)).events == 1
