from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

import tiny_reports
from serve_house import READER, SECRET, ServeHouse, send
from sign_ins import browser, log_in
from testflux.access import tokens
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.serve import hub, live, live_events
from testflux.store import events

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE_S = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(house: ServeHouse) -> AsyncIterator[str]:
    """The live socket of `house`, on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            house.app, log_config=None, lifespan="off", loop="none", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        server: Any = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await house.client().post("/projects", json={"slug": "shop", "name": "Shop"})
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/api/v1/live"
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def watch(
    address: str, house: ServeHouse, *topics: str, last_event: int | None = None
) -> AsyncGenerator[tuple[ClientConnection, int]]:
    """Subscribe as a reader; yields the socket and the number of the newest event there was."""
    async with connect(address, open_timeout=PATIENCE_S) as connection:
        await subscribe(connection, token_of(house), *topics, last_event=last_event)
        answer = await hear(connection)
        assert answer["op"] in ("subscribed", "gap")
        if answer["op"] == "gap":
            answer = await hear(connection)
        yield connection, answer["last_event"]


def token_of(house: ServeHouse, *, age: timedelta = timedelta(0)) -> str:
    return tokens.sign_access(SECRET, house.ids[READER], house.sign_ins[READER], clock.now() - age)


async def subscribe(connection: ClientConnection, token: str, *topics: str, last_event: int | None = None) -> None:
    await connection.send(
        json.dumps({"op": "subscribe", "token": token, "topics": list(topics), "last_event": last_event})
    )


async def hear(connection: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        return json.loads(await connection.recv())


async def hear_until(connection: ClientConnection, type_: str) -> dict[str, Any]:
    while True:
        message = await hear(connection)
        if message.get("type") == type_:
            return message


async def publish(house: ServeHouse, topic: str, number: int, project_id: int | None = None) -> int:
    async with house.rooms.database.write(EVERYBODY) as writer:
        await events.publish(writer, house.org_id, topic, "test", {"number": number}, project_id=project_id)
    async with house.rooms.database.read(EVERYBODY) as reader:
        return (await events.get_range(reader))["last_event"]


async def test_an_upload_is_followed_until_its_run_is_stored(address: str, house: ServeHouse) -> None:
    async with watch(address, house, "project:shop") as (connection, _):
        report = tiny_reports.robot({"Pays": "PASS"}, clock.now())
        upload = await send(house.client(), "shop", "output.xml", report)
        first = await hear(connection)
        assert (first["topic"], first["type"]) == ("project:shop", "upload.changed")
        assert first["data"]["upload"]["file_name"] == "output.xml"
        stored = await hear_until(connection, "run.stored")
        assert stored["data"]["run"]["id"] == upload["runs"][0]["id"]
        assert stored["data"]["run"]["verdict"] == "passed"
        assert stored["event"] > first["event"]
        assert stored["at"].endswith("Z")


async def test_only_what_was_asked_for_comes(address: str, house: ServeHouse) -> None:
    async with watch(address, house, "run:1-7") as (connection, _):
        await publish(house, "run:1-8", 1)
        await publish(house, "run:1-7", 2)
        assert (await hear(connection))["data"] == {"number": 2}


async def test_other_organisations_hear_nothing(address: str, house: ServeHouse) -> None:
    async with watch(address, house, "projects") as (connection, _):
        async with house.rooms.database.write(EVERYBODY) as writer:
            row = await writer.one("insert into org (slug, name) values ('other', 'Other') returning org_id")
            await events.publish(writer, row["org_id"], "projects", "test", {"number": 1}, project_id=None)
        await publish(house, "projects", 2)
        assert (await hear(connection))["data"] == {"number": 2}


async def test_what_was_missed_comes_first_and_once(address: str, house: ServeHouse) -> None:
    first = await publish(house, "run:1-1", 1)
    await publish(house, "run:1-1", 2)
    async with watch(address, house, "run:1-1", last_event=first) as (connection, newest):
        await publish(house, "run:1-1", 3)
        heard = [await hear(connection), await hear(connection)]
        assert [message["data"]["number"] for message in heard] == [2, 3]
        assert newest == heard[0]["event"]


async def test_a_gap_is_told(address: str, house: ServeHouse) -> None:
    newest = await publish(house, "run:1-1", 1)
    async with connect(address) as connection:
        await subscribe(connection, token_of(house), "projects", last_event=newest + 1000)
        assert (await hear(connection))["op"] == "gap"
        assert (await hear(connection))["op"] == "subscribed"


async def test_more_missed_than_is_told_is_a_gap(
    address: str, house: ServeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await publish(house, "run:1-9", 0)
    for number in (1, 2):
        await publish(house, "run:1-9", number)
    monkeypatch.setattr(live, "_MOST_MISSED", 2)
    async with connect(address) as connection:
        await subscribe(connection, token_of(house), "run:1-9", last_event=first)
        assert [(await hear(connection))["op"] for _ in range(2)] == ["gap", "subscribed"]


async def test_subscribing_again_replaces_the_topics(address: str, house: ServeHouse) -> None:
    async with watch(address, house, "run:1-1") as (connection, _):
        await subscribe(connection, await house.api_token("read"), "run:1-2")
        assert (await hear(connection))["op"] == "subscribed"
        await publish(house, "run:1-1", 1)
        await publish(house, "run:1-2", 2)
        assert (await hear(connection))["data"] == {"number": 2}
    assert house.rooms.hub.watcher_count <= 1


async def test_silence_is_broken_by_pings(address: str, house: ServeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PING_S", 0.01)
    async with watch(address, house, "run:1-1") as (connection, _):
        assert await hear(connection) == {"op": "ping"}


async def closing(connection: ClientConnection) -> tuple[int, str]:
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await connection.recv()
        await connection.wait_closed()
    return connection.close_code or 0, connection.close_reason or ""


@pytest.mark.parametrize("kind", ["nonsense", "expired", "revoked"])
async def test_a_bad_token_closes(address: str, house: ServeHouse, kind: str) -> None:
    token = {"nonsense": "x", "expired": token_of(house, age=timedelta(hours=1)), "revoked": "tfx_" + "0" * 49}[kind]
    async with connect(address) as connection:
        await subscribe(connection, token, "projects")
        code, reason = await closing(connection)
    assert code == 4401
    assert "not valid" in reason or "expired" in reason


async def test_a_socket_ends_with_its_token(address: str, house: ServeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PING_S", 0.05)
    almost = tokens.ACCESS_LIFE - timedelta(seconds=1)
    async with connect(address) as connection:
        await subscribe(connection, token_of(house, age=almost), "run:1-1")
        assert (await hear(connection))["op"] == "subscribed"
        assert (await closing(connection))[0] == 4401


async def test_a_socket_ends_with_its_sign_in(address: str, house: ServeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PING_S", 0.05)
    async with browser(house) as own, connect(address) as connection:
        token = (await log_in(own)).json()["access_token"]
        await subscribe(connection, token, "run:1-1")
        assert (await hear(connection))["op"] == "subscribed"
        assert (await own.post("/auth/logout")).status_code == 204
        code, reason = await closing(connection)
    assert code == 4401
    assert reason == "The sign-in has ended."


async def test_who_may_see_no_project_yet_stays_and_hears_of_the_first(
    address: str, house: ServeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that is turned away renews its token and comes back, again and again."""
    monkeypatch.setattr(live, "PING_S", 0.05)
    admin, member_id = house.client(), house.ids[READER]
    assert (await admin.delete(f"/members/{member_id}/grants/viewer")).is_success
    async with connect(address) as connection:
        try:
            await subscribe(connection, token_of(house), "projects", "run:1-1")
            assert (await hear(connection))["op"] == "subscribed"
            await publish(house, "run:1-1", 1, project_id=1)
            assert await hear(connection) == {"op": "ping"}
        finally:
            await admin.post(f"/members/{member_id}/grants", json={"role": "viewer"})
        code, reason = await closing(connection)
    assert code == 4401
    assert "has changed" in reason


async def test_an_api_token_that_may_not_read_is_told(address: str, house: ServeHouse) -> None:
    made = await house.client().post("/tokens", json={"name": "ci", "scopes": ["audit.read"]})
    async with connect(address) as connection:
        await subscribe(connection, made.json()["token"], "projects")
        assert await closing(connection) == (4401, "This token may not read.")


@pytest.mark.parametrize("message", ["", "{", '{"op": "dance"}', '{"op": "subscribe", "token": 1, "topics": []}'])
async def test_a_message_that_is_no_subscription_closes(address: str, message: str) -> None:
    async with connect(address) as connection:
        await connection.send(message)
        assert (await closing(connection))[0] == 4400


async def test_silence_at_the_beginning_closes(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_FIRST_WORD_S", 0.05)
    async with connect(address) as connection:
        assert (await closing(connection))[0] == 4400


async def test_who_does_not_keep_up_is_let_go(address: str, house: ServeHouse) -> None:
    async with watch(address, house, "run:1-1") as (connection, _):
        watcher = next(iter(house.rooms.hub._watchers))  # noqa: SLF001  (there is no other way to be slow on purpose)
        watcher.is_slow = True
        await publish(house, "run:1-1", 1)
        assert (await closing(connection))[0] == 4408


async def test_asking_again_and_again_does_the_same(house: ServeHouse, reader: httpx.AsyncClient) -> None:
    begin = (await reader.get("/live/events?topics=run:1-1,run:1-2")).json()
    assert (begin["items"], begin["gap"]) == ([], False)
    await publish(house, "run:1-1", 1)
    await publish(house, "run:1-3", 2)
    query = {"topics": "run:1-1,run:1-2", "after": begin["last_event"]}
    answer = (await reader.get("/live/events", params=query)).json()
    assert [item["data"] for item in answer["items"]] == [{"number": 1}]
    assert answer["last_event"] == answer["items"][-1]["event"]
    assert (await reader.get("/live/events?topics=projects&after=99999999")).json()["gap"] is True


async def test_asking_can_wait_for_the_first_change(
    house: ServeHouse, reader: httpx.AsyncClient, wait_until: Callable[..., None]
) -> None:
    begin = (await reader.get("/live/events?topics=run:1-1")).json()
    query = {"topics": "run:1-1", "after": begin["last_event"], "wait": PATIENCE_S}
    waiting = asyncio.create_task(reader.get("/live/events", params=query))
    await asyncio.to_thread(wait_until, lambda: house.rooms.hub.watcher_count)
    await publish(house, "run:1-1", 7)
    assert [item["data"] for item in (await waiting).json()["items"]] == [{"number": 7}]
    query |= {"after": (await waiting).json()["last_event"], "wait": 1}
    assert (await reader.get("/live/events", params=query)).json()["items"] == []


async def test_the_hub_reads_what_it_missed_while_the_database_was_away(house: ServeHouse, address: str) -> None:
    async with watch(address, house, "run:1-1") as (connection, _):
        async with house.rooms.database.write(EVERYBODY) as writer:
            await writer.all(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query ilike 'listen%%'"
            )
        await publish(house, "run:1-1", 5)
        assert (await hear(connection))["data"] == {"number": 5}


async def test_who_missed_what_is_swept_by_now_is_let_go(address: str, house: ServeHouse) -> None:
    async with watch(address, house, "run:1-1") as (connection, _):
        async with house.rooms.database.write(EVERYBODY) as writer:
            await writer.all(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query ilike 'listen%%'"
            )
            for number in range(3):
                await events.publish(writer, house.org_id, "run:1-1", "test", {"number": number}, project_id=None)
            await writer.finish()
            await writer.run("delete from live_event where event_id < (select max(event_id) from live_event)")
        assert (await closing(connection))[0] == 4408


async def test_many_events_at_once_are_read_together_and_all_are_told(
    address: str, house: ServeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_MOST_AT_ONCE", 4)
    async with watch(address, house, "run:1-1") as (connection, _):
        async with house.rooms.database.write(EVERYBODY) as writer:
            for number in range(10):
                await events.publish(writer, house.org_id, "run:1-1", "test", {"number": number}, project_id=None)
        assert [(await hear(connection))["data"]["number"] for _ in range(10)] == list(range(10))


async def test_the_hub_says_when_it_listens(house: ServeHouse) -> None:
    await house.rooms.hub.wait(PATIENCE_S)
    idle = hub.Hub(house.rooms.database, live_events.shape)
    await idle.wait(0.01)
    assert idle.watcher_count == 0
