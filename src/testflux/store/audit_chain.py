"""Whether an organisation's audit log is whole: every event walked in order, each digest made anew."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from testflux.model import audit
from testflux.model.access import EVERYBODY
from testflux.model.audit import Event, Link, Seal, Vouched
from testflux.store import audit as log
from testflux.store import queries
from testflux.store.database import Database, Reader, Row

_SQL = queries.load("audit_chain")
_AT_ONCE: Final = 1000
_EARLIEST: Final = date(1970, 1, 1)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a walk along a chain. `fault` says what is wrong first, and where; None: the chain is whole.

    `kept_from` is the number of the first event that retention left. `head` is where the chain ends. Up to
    `sealed_number` the server's key vouches for it; `unknown_seals` were made with another key.
    """

    org_id: int
    kept_from: int
    events: int
    head: Link
    sealed_number: int = 0
    seals: int = 0
    unknown_seals: int = 0
    fault: str | None = None


async def walk(
    reader: Reader, org_id: int, after: Link, last: int, since: date = _EARLIEST
) -> AsyncGenerator[tuple[Event, bytes]]:
    """Yield the events of a chain behind a place up to number `last`, in order, each with the digest it was given.

    `since` is a day before which none of them happened. They are read from the server a thousand at a time.
    """
    async with reader.connection.cursor(name="audit_chain", binary=True) as cursor:
        cursor.itersize = _AT_ONCE
        values = {"org_id": org_id, "after": after.number, "last": last, "since": since}
        await cursor.execute(_SQL["walk"].encode(), values)
        async for row in cursor:
            yield event_of(row), row["digest"]


def event_of(row: Row) -> Event:
    """Return the event of a row; its JSON is given as text."""
    values: dict[str, Any] = {name: row[name] for name in log.COLUMNS}
    for name in ("before", "after"):
        values[name] = None if row[name] is None else msgspec.Raw(row[name].encode())
    return Event(**values)


async def verify(database: Database, secret_key: str, org_id: int) -> Verdict:
    """Walk an organisation's whole chain up to where it ends now."""
    async with database.hold(EVERYBODY) as reader:
        head = await log.find_head(reader, org_id)
        inspector = _Inspector(secret_key, org_id, head, await find_start(reader, org_id))
        async for event, link in walk(reader, org_id, Link(0, audit.FIRST), head.number):
            inspector.look(event, link)
            if inspector.fault:
                break
    return inspector.judge()


async def find_start(reader: Reader, org_id: int) -> tuple[Link, Seal | None]:
    """Return the place that the first kept event follows: the beginning, or what the last removal says, with its seal.

    The seal is None at the beginning.
    """
    row = await reader.find(_SQL["find_last_removal"], org_id=org_id, since=_EARLIEST)
    seal = None if row is None else read_seal(row["after"])
    return (Link(0, audit.FIRST), None) if seal is None else (Link(seal.number, bytes.fromhex(seal.digest)), seal)


def read_seal(after: str | None) -> Seal | None:
    """Read the seal of an event; None when it carries none that can be read."""
    try:
        seal = msgspec.json.decode(after or "", type=Seal)
        bytes.fromhex(seal.digest)
    except (msgspec.DecodeError, ValueError):
        return None
    return seal


class _Inspector:
    """Looks at one event after the other, and keeps the first thing that is wrong."""

    def __init__(self, secret_key: str, org_id: int, head: Link, start: tuple[Link, Seal | None]) -> None:
        self._secret_key = secret_key
        self._org_id = org_id
        self._head = head
        self._start, removal = start
        self._at = self._start
        self._events = 0
        self._seals = dict.fromkeys(Vouched, 0)
        self._sealed = 0
        self._is_last_known = True
        self._newest: Event | None = None
        self.fault: str | None = None
        if removal is not None and self._judge(audit.REMOVING, removal) is Vouched.WRONG:
            self.fault = (
                f"The removal of the events up to {removal.number} was not done by TestFlux: its seal is wrong."
            )

    def look(self, event: Event, link: bytes) -> None:
        """Look at the next event."""
        self.fault = self.fault or self._find_fault(event, link)
        if self.fault is None and event.act in (audit.SEALING, audit.REMOVING):
            self._look_at_seal(event)
        self._at, self._newest = Link(event.number, link), event
        self._events += 1

    def judge(self) -> Verdict:
        """Return what was found, when there is nothing more to look at."""
        if self.fault is None and self._at != self._head:
            self.fault = f"Event {self._at.number + 1} is missing: the log should end with event {self._head.number}."
            if self._at.number == self._head.number:
                self.fault = f"The log does not end as it should: event {self._at.number} was exchanged."
        if self.fault is None and not self._is_last_known:
            self.fault = "The last seal was made with another secret key than this server's."
        return Verdict(
            org_id=self._org_id,
            kept_from=self._start.number + 1,
            events=self._events,
            head=self._head,
            sealed_number=self._sealed,
            seals=sum(self._seals.values()),
            unknown_seals=self._seals[Vouched.OTHER_KEY],
            fault=self.fault,
        )

    def _find_fault(self, event: Event, link: bytes) -> str | None:
        wanted = self._at.number + 1
        if event.number > wanted:
            return f"Event {wanted} is missing: event {event.number} follows."
        if event.number < wanted:
            return f"Event {event.number} is there although it was removed, or twice."
        if audit.digest(self._at.digest, event) != link:
            return f"Event {event.number} was changed, or the one before it exchanged: its digest is another."
        if self._newest is not None and event.happened_at < self._newest.happened_at - timedelta(0):
            return f"Event {event.number} says that it happened before the one before it."
        return None

    def _look_at_seal(self, event: Event) -> None:
        seal = read_seal(None if event.after is None else bytes(event.after).decode())
        vouched = Vouched.WRONG if seal is None else self._judge(event.act, seal)
        is_here = event.act == audit.SEALING and seal is not None
        if vouched is Vouched.WRONG:
            self.fault = f"The seal in event {event.number} is wrong: it, or what it vouches for, was not TestFlux's."
        elif is_here and seal is not None and (seal.number, seal.digest) != (self._at.number, self._at.digest.hex()):
            self.fault = f"Event {event.number} vouches for another event {self._at.number} than is there."
        self._seals[vouched] += 1
        self._is_last_known = vouched is not Vouched.OTHER_KEY
        if vouched is Vouched.RIGHT and is_here:
            self._sealed = self._at.number

    def _judge(self, act: str, seal: Seal) -> Vouched:
        return audit.check(self._secret_key, self._org_id, act, seal)
