"""The audit log arrives elsewhere: in order, each event at least once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testflux.kit import addresses, clock, seal
from testflux.kit import settings as kit_settings
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.notify import audit_stream, signature
from testflux.store import audit, streams
from testflux.store.database import Database, Row
from testflux.work import stream_audit

KEY = "a-secret-key-of-thirty-two-or-more-characters"
SECRET = signature.make_secret()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    loaded = kit_settings.load({})
    return msgspec.structs.replace(loaded, data_dir=tmp_path, secret_key=KEY, outgoing_private=addresses.EVERY_NETWORK)


class Receiver:
    """Takes what is sent over TCP; as HTTP it answers `status`."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 204
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.streams: list[bytes] = []

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        self.heads.append(dict(line.split(": ", 1) for line in head[1:] if line))
        self.bodies.append(await reader.readexactly(int(fields["content-length"])))
        writer.write(f"HTTP/1.1 {self.status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()

    async def tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.streams.append(await reader.read())
        writer.close()
        await writer.wait_closed()

    @property
    def numbers(self) -> list[int]:
        return [event["number"] for body in self.bodies for event in json.loads(body)["data"]["events"]]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@asynccontextmanager
async def listening(receiver: Receiver, how: str) -> AsyncGenerator[None]:
    async with await asyncio.start_server(getattr(receiver, how), "127.0.0.1", 0) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield


async def add(database: Database, kind: str, config: dict[str, Any], *, is_from_start: bool = True) -> Row:
    async with database.write(EVERYBODY) as writer:
        await writer.run("insert into org (slug, name) values ('main', 'Main') on conflict do nothing")
        sealed = seal.seal(KEY, audit_stream.PURPOSE, SECRET.encode()) if kind == "webhook" else None
        return await streams.add_stream(
            writer, 1, kind=kind, name="x", config=config, secret=sealed, is_from_start=is_from_start
        )


async def note(database: Database, count: int) -> None:
    async with database.write(EVERYBODY) as writer:
        for number in range(count):
            audit.note(writer, 1, "channel.add", audit.Target("channel", number, "Größe"))


async def get(database: Database) -> Row:
    async with database.read(EVERYBODY) as reader:
        [row] = await streams.list_streams(reader, 1)
        return row


async def hurry(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        await writer.run("update audit_stream set next_try_at = now()")


async def send_all(database: Database, settings: Settings) -> None:
    while await stream_audit.send_next(database, settings):
        pass


async def test_a_webhook_gets_all_in_order_signed(database: Database, settings: Settings, receiver: Receiver) -> None:
    await note(database, 250)
    async with listening(receiver, "http"):
        await add(database, "webhook", {"url": f"http://127.0.0.1:{receiver.port}/x"})
        await send_all(database, settings)
        await note(database, 1)
        await send_all(database, settings)

    assert receiver.numbers == list(range(1, 252))
    assert [len(json.loads(body)["data"]["events"]) for body in receiver.bodies] == [100, 100, 50, 1]
    for head, body in zip(receiver.heads, receiver.bodies, strict=True):
        signed = signature.sign(SECRET, head["webhook-id"], head["webhook-timestamp"], body)
        assert head["webhook-signature"] == signed
    assert len({head["webhook-id"] for head in receiver.heads}) == 4
    row = await get(database)
    assert (row["sent_number"], row["waiting"], row["last_error"]) == (251, 0, "")


async def test_what_is_refused_is_sent_again_and_nothing_is_left_out(
    database: Database, settings: Settings, receiver: Receiver
) -> None:
    await note(database, 3)
    async with listening(receiver, "http"):
        await add(database, "webhook", {"url": f"http://127.0.0.1:{receiver.port}/x"})
        receiver.status = 500
        assert not await stream_audit.send_next(database, settings)
        row = await get(database)
        assert (row["sent_number"], row["waiting"], row["attempts"]) == (0, 3, 1)
        assert "500" in row["last_error"]
        assert 0 < (row["next_try_at"] - clock.now()).total_seconds() < 10
        assert not await stream_audit.send_next(database, settings)
        assert len(receiver.bodies) == 1, "not before its time"

        await note(database, 1)
        await hurry(database)
        receiver.status = 204
        await send_all(database, settings)

    assert receiver.numbers == [1, 2, 3, 1, 2, 3, 4]
    assert (await get(database))["attempts"] == 0


async def test_pauses_grow_to_ten_minutes(database: Database, settings: Settings) -> None:
    await note(database, 1)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        await add(database, "syslog", {"host": "127.0.0.1", "port": closed.getsockname()[1], "transport": "tcp"})
        pauses: list[float] = []
        for _ in range(8):
            await hurry(database)
            assert not await stream_audit.send_next(database, settings)
            pauses.append(((await get(database))["next_try_at"] - clock.now()).total_seconds())
    assert [round(pause, -1) for pause in pauses] == [0, 30, 120, 600, 600, 600, 600, 600]


async def test_syslog_over_tcp_says_how_long_each_message_is(
    database: Database, settings: Settings, receiver: Receiver
) -> None:
    await note(database, 3)
    async with listening(receiver, "tcp"):
        await add(database, "syslog", {"host": "127.0.0.1", "port": receiver.port, "transport": "tcp"})
        await send_all(database, settings)

    [rest] = receiver.streams
    numbers: list[int] = []
    while rest:
        length, _, rest = rest.partition(b" ")
        message, rest = rest[: int(length)], rest[int(length) :]
        assert message.startswith(b"<110>1 ")
        numbers.append(json.loads(message[message.index(b"{") :])["number"])
    assert numbers == [1, 2, 3]


async def test_syslog_over_udp_is_a_datagram_a_message(database: Database, settings: Settings) -> None:
    await note(database, 2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inlet:
        inlet.bind(("127.0.0.1", 0))
        inlet.settimeout(5)
        await add(database, "syslog", {"host": "127.0.0.1", "port": inlet.getsockname()[1], "transport": "udp"})
        await send_all(database, settings)
        messages = [inlet.recv(65_535) for _ in range(2)]
    assert [json.loads(message[message.index(b"{") :])["number"] for message in messages] == [1, 2]


async def test_a_stream_begins_with_what_happens_next(
    database: Database, settings: Settings, receiver: Receiver
) -> None:
    await note(database, 5)
    async with listening(receiver, "http"):
        url = f"http://127.0.0.1:{receiver.port}/x"
        await add(database, "webhook", {"url": url}, is_from_start=False)
        assert not await stream_audit.send_next(database, settings)
        await note(database, 2)
        await send_all(database, settings)
    assert receiver.numbers == [6, 7]


async def test_two_workers_never_send_for_the_same_stream(
    database: Database, settings: Settings, receiver: Receiver
) -> None:
    await note(database, 300)
    async with listening(receiver, "http"):
        await add(database, "webhook", {"url": f"http://127.0.0.1:{receiver.port}/x"})
        await asyncio.gather(*(send_all(database, settings) for _ in range(3)))
        await send_all(database, settings)
    assert receiver.numbers == list(range(1, 301))


async def test_a_switched_off_stream_waits(database: Database, settings: Settings) -> None:
    await note(database, 1)
    row = await add(database, "webhook", {"url": "http://127.0.0.1:9/x"})
    async with database.write(EVERYBODY) as writer:
        await streams.save_stream(writer, 1, row["stream_id"], name=None, config=None, enabled=False)

    assert not await stream_audit.send_next(database, settings)
    assert (await get(database))["attempts"] == 0


async def test_where_private_addresses_are_refused_nothing_is_sent(
    database: Database, settings: Settings, receiver: Receiver
) -> None:
    await note(database, 1)
    closed = msgspec.structs.replace(settings, outgoing_private=())
    async with listening(receiver, "tcp"):
        await add(database, "syslog", {"host": "localhost", "port": receiver.port, "transport": "tcp"})
        assert not await stream_audit.send_next(database, closed)
    assert receiver.streams == []
    assert "private" in (await get(database))["last_error"]
