"""Who is watching what: changes come in once per process, over LISTEN, and go to all who asked for their topic."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import structlog

from testflux.kit import errors
from testflux.model.access import EVERYBODY, Tenant
from testflux.serve.shapes.live import LiveEvent
from testflux.store import database, events

Shape = Callable[[database.Reader, database.Row], Awaitable[LiveEvent]]
QUEUE: Final = 256
_PAUSE_S: Final = 1.0
_MOST_AT_ONCE: Final = 500
log = structlog.get_logger("testflux.serve")


class Watcher:
    """One socket's, or one waiting request's, ear. `is_slow`: it did not keep up, and must start again."""

    def __init__(self, tenant: Tenant, topics: Iterable[str]) -> None:
        self.tenant = tenant
        self.topics = frozenset(topics)
        self.events: asyncio.Queue[LiveEvent] = asyncio.Queue(QUEUE)
        self.is_slow = False

    def hears(self, row: database.Row) -> bool:
        """Whether it asked for the topic of an event that it may see."""
        only, project_id = self.tenant.project_ids, row["project_id"]
        may_see = only is None or project_id is None or project_id in only
        return may_see and self.tenant.org_id == row["org_id"] and row["topic"] in self.topics

    def offer(self, event: LiveEvent) -> None:
        """Take an event without waiting."""
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            self.is_slow = True


class Hub:
    """Listens for changes while it runs, and hands them to its watchers; `shape` makes of a row what they get."""

    def __init__(self, database: database.Database, shape: Shape) -> None:
        self._database = database
        self._shape = shape
        self._watchers: set[Watcher] = set()
        self._newest = 0
        self._listening = asyncio.Event()

    def add(self, watcher: Watcher) -> None:
        """Begin to hand events to a watcher."""
        self._watchers.add(watcher)

    def remove(self, watcher: Watcher) -> None:
        """Hand it no more."""
        self._watchers.discard(watcher)

    @property
    def watcher_count(self) -> int:
        """How many are watching."""
        return len(self._watchers)

    async def wait(self, seconds: float) -> None:
        """Return once it listens: a watcher that began before that could miss something."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._listening.wait()

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection it reads what it missed."""
        while True:
            try:
                await self._listen()
            except errors.UnavailableError as error:
                log.warning("live events pause: the database is away", reason=error.message)
            await asyncio.sleep(_PAUSE_S)

    async def _listen(self) -> None:
        async with self._database.listen(events.CHANNEL) as payloads:
            await self._catch_up()
            self._listening.set()
            async for payload in payloads:
                if int(payload) > self._newest:  # else it came along with one before it
                    await self._pass_on(int(payload))

    async def _catch_up(self) -> None:
        """Begin with the newest event, or go on from the last one; who missed what is swept by now must start again."""
        async with self._database.read(EVERYBODY) as reader:
            kept = await events.get_range(reader)
        if self._listening.is_set():
            for watcher in self._watchers if kept["first_event"] > self._newest + 1 else ():
                watcher.is_slow = True
            await self._pass_on(kept["last_event"])
        self._newest = max(self._newest, kept["last_event"])

    async def _pass_on(self, number: int) -> None:
        """Pass on all events that there are, this one among them: where many come, they are read together."""
        rows: list[database.Row] = []
        while self._watchers and number > self._newest:
            async with self._database.read(EVERYBODY) as reader:
                rows = await events.list_after(reader, self._newest, _MOST_AT_ONCE)
                for row in rows:
                    self._newest = row["event_id"]
                    await self._hand_out(reader, row)
            if not rows:
                break
        self._newest = max(self._newest, number)

    async def _hand_out(self, reader: database.Reader, row: database.Row) -> None:
        listeners = self._listeners(row)
        if listeners:
            event = await self._shape(reader, row)
            for watcher in listeners:
                watcher.offer(event)

    def _listeners(self, row: database.Row) -> list[Watcher]:
        return [watcher for watcher in self._watchers if watcher.hears(row)]
