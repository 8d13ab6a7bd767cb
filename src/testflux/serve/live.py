"""What just changed, as it happens: over a WebSocket, or by asking again and again where sockets are blocked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import QueryParameter

from testflux.kit import errors
from testflux.model.access import EVERYBODY, Actor, Permission, Tenant
from testflux.serve import declare, identity, live_events
from testflux.serve.house import House
from testflux.serve.hub import Watcher
from testflux.serve.shapes.live import LiveEvent, LiveEvents
from testflux.store import events

BAD_TOKEN: Final = 4401
BAD_MESSAGE: Final = 4400
TOO_SLOW: Final = 4408
PING_S: Final = 20.0
_FIRST_WORD_S: Final = 10.0
_MOST_TOPICS: Final = 50
_MOST_MISSED: Final = 500
_Topic = Annotated[str, msgspec.Meta(max_length=200)]
Socket = WebSocket[Any, Any, Any]


class Subscribe(msgspec.Struct, frozen=True):
    """What a browser says first, and again whenever it watches something else or has a new token."""

    op: Literal["subscribe"]
    token: Annotated[str, msgspec.Meta(max_length=4000)]
    topics: Annotated[list[_Topic], msgspec.Meta(max_length=_MOST_TOPICS)]
    last_event: Annotated[int, msgspec.Meta(ge=0, le=2**62)] | None = None


class _Refused(Exception):  # noqa: N818  (an answer, not an accident)
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@websocket("/live", opt={declare.PERMISSION: None})
async def live(socket: Socket, house: NamedDependency[House]) -> None:
    """Tell a browser what changes in what it watches. It says who it is in its first message, not in the address."""
    await socket.accept()
    try:
        await _serve(socket, house)
    except _Refused as refusal:
        await socket.close(code=refusal.code, reason=refusal.reason)
    except WebSocketDisconnect:
        return


async def _serve(socket: Socket, house: House) -> None:
    """Serve one subscription after the other, until the browser goes."""
    subscribe = await _hear(socket, _FIRST_WORD_S)
    while True:
        watcher, backlog = await _subscribe(socket, house, subscribe)
        hearing = asyncio.create_task(_hear(socket, None))
        others = (
            asyncio.create_task(_tell(socket, watcher, backlog)),
            asyncio.create_task(_ask_again(house, subscribe.token, watcher.tenant)),
        )
        try:
            await asyncio.wait((hearing, *others), return_when=asyncio.FIRST_COMPLETED)
            for task in others:
                if task.done():
                    task.result()
            subscribe = await hearing
        finally:
            house.hub.remove(watcher)
            for task in (hearing, *others):
                task.cancel()
            await asyncio.gather(hearing, *others, return_exceptions=True)


async def _hear(socket: Socket, timeout_s: float | None) -> Subscribe:
    try:
        async with asyncio.timeout(timeout_s):
            return msgspec.json.decode(await socket.receive_text(), type=Subscribe)
    except msgspec.DecodeError as error:
        raise _Refused(BAD_MESSAGE, f"This is no subscription: {str(error)[:80]}") from error
    except TimeoutError as error:
        raise _Refused(BAD_MESSAGE, "No subscription came.") from error


async def _subscribe(socket: Socket, house: House, subscribe: Subscribe) -> tuple[Watcher, list[LiveEvent]]:
    """Check who asks, begin to watch, and find what was missed since `last_event`."""
    actor = await _identify(house, subscribe.token)
    if actor.needs_second_factor or (actor.token_id is not None and actor.tenant.project_ids == ()):
        raise _Refused(BAD_TOKEN, "This token may not read.")
    watcher = Watcher(actor.tenant, subscribe.topics)
    house.hub.add(watcher)
    answer = await _read(house, actor, subscribe.topics, subscribe.last_event)
    if answer.gap or len(answer.items) == _MOST_MISSED:
        await socket.send_json({"op": "gap"})
    await socket.send_json({"op": "subscribed", "last_event": answer.last_event})
    return watcher, answer.items


async def _identify(house: House, token: str) -> Actor:
    try:
        actor, _ = await identity.read_token(house.settings, house.database, token)
    except errors.UnauthenticatedError as error:
        raise _Refused(BAD_TOKEN, error.message) from error
    return actor


async def _ask_again(house: House, token: str, tenant: Tenant) -> None:
    """End the conversation once the token has expired, its sign-in was ended, or it may read something else."""
    while True:
        await asyncio.sleep(PING_S)
        with contextlib.suppress(errors.UnavailableError):
            if (await _identify(house, token)).tenant != tenant:
                raise _Refused(BAD_TOKEN, "What this token may read has changed; connect again.")


async def _tell(socket: Socket, watcher: Watcher, backlog: Sequence[LiveEvent]) -> None:
    """Send what was missed, then what happens; a ping when nothing does. Events that are in both are sent once."""
    for event in backlog:
        await socket.send_text(msgspec.json.encode(event).decode())
    newest = backlog[-1].event if backlog else 0
    while True:
        if watcher.is_slow:
            raise _Refused(TOO_SLOW, "Too slow to follow; reload and connect again.")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PING_S):
                event = await watcher.events.get()
            if event.event > newest:
                await socket.send_text(msgspec.json.encode(event).decode())
            continue
        await socket.send_json({"op": "ping"})


@get("/live/events", **declare.route("listLiveEvents", Permission.PROJECT_READ))
async def list_live_events(
    house: NamedDependency[House],
    actor: NamedDependency[Actor],
    topics: Annotated[
        str, QueryParameter(min_length=1, max_length=2000, description="Comma-separated, e.g. projects,run:3-17.")
    ],
    after: Annotated[
        int | None, QueryParameter(ge=0, le=2**62, description="The `last_event` of the answer before.")
    ] = None,
    wait: Annotated[int, QueryParameter(ge=0, le=30, description="Seconds to wait for a first change.")] = 0,
) -> LiveEvents:
    """Answer what changed, for browsers without WebSockets. Without `after`, only where to begin."""
    names = [topic.strip() for topic in topics.split(",")][:_MOST_TOPICS]
    watcher = Watcher(actor.tenant, names)
    house.hub.add(watcher)
    try:
        answer = await _read(house, actor, names, after)
        if wait and after is not None and not answer.items and not answer.gap:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await watcher.events.get()
            answer = await _read(house, actor, names, after)
    finally:
        house.hub.remove(watcher)
    return answer


async def _read(house: House, actor: Actor, topics: list[str], after: int | None) -> LiveEvents:
    async with house.database.read(EVERYBODY) as reader:
        kept = await events.get_range(reader)
    async with house.database.read(actor.tenant) as reader:
        rows = [] if after is None else await events.list_events(reader, actor.tenant, topics, after, _MOST_MISSED)
        items = [await live_events.shape(reader, row) for row in rows]
    is_gap = after is not None and (after + 1 < kept["first_event"] or after > kept["last_event"])
    last_event = items[-1].event if items else kept["last_event"]
    return LiveEvents(items=items, last_event=last_event, gap=is_gap)


ROUTES = [live, list_live_events]
