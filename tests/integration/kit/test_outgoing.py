"""Asking real servers on the loopback through the guard: what it lets through, and what it stops halfway."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from testflux.kit import addresses, errors, outgoing
from testflux.kit.settings import Settings

CLOSED = Settings(data_dir=Path())
OPEN = Settings(data_dir=Path(), outgoing_private=addresses.EVERY_NETWORK)
ONLY_127_0_0_1 = Settings(data_dir=Path(), outgoing_private=("127.0.0.1/32",))


class Server:
    """Answers every request with `answer`, and remembers what it was asked. `answer` may drip through its writer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[asyncio.StreamWriter], Awaitable[None]] = self.say(b"")
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def say(self, body: bytes, *headers: str, status: str = "200 OK") -> Callable[[asyncio.StreamWriter], Any]:
        async def answer(writer: asyncio.StreamWriter) -> None:
            lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
            writer.write("\r\n".join(lines).encode() + body)

        return answer

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answer(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield made


async def test_an_answer_comes_back_whole(server: Server) -> None:
    server.answer = server.say(b'{"issuer":"x"}', "Content-Type: application/json")
    async with outgoing.client(OPEN) as client:
        answer = await client.get(server.url + "a?b=c")
    assert answer.json() == {"issuer": "x"}
    (asked,) = server.asked
    assert asked.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n" in asked.lower()
    assert "accept-encoding: identity\r\n" in asked.lower()


async def test_by_default_nothing_private_is_asked(server: Server) -> None:
    async with outgoing.client(CLOSED) as client:
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
            with pytest.raises(errors.ForbiddenError, match="TESTFLUX_OUTGOING_PRIVATE"):
                await client.get(f"http://{host}:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.1", "::1"])
async def test_loopback_written_in_other_ways_is_still_loopback(host: str) -> None:
    with pytest.raises(errors.ForbiddenError, match="TESTFLUX_OUTGOING_PRIVATE"):
        await addresses.resolve(host, 80, ())


async def test_a_redirect_is_an_answer_like_others(server: Server) -> None:
    server.answer = server.say(b"", "Location: http://127.0.0.1:1/", status="302 Found")
    async with outgoing.client(OPEN) as client:
        assert (await client.get(server.url)).status_code == 302
    assert len(server.asked) == 1


async def test_a_redirect_to_where_one_may_not_go_is_stopped(server: Server) -> None:
    """The first hop is allowed, the second is the same machine under an address that is not."""
    server.answer = server.say(b"", f"Location: http://127.0.0.2:{server.port}/", status="302 Found")
    async with outgoing.client(ONLY_127_0_0_1) as client:
        with pytest.raises(errors.ForbiddenError, match=r"127\.0\.0\.2"):
            await client.get(server.url, follow_redirects=True)
    assert len(server.asked) == 1


async def test_a_redirect_to_another_scheme_is_stopped(server: Server) -> None:
    server.answer = server.say(b"", "Location: file:///etc/passwd", status="302 Found")
    async with outgoing.client(OPEN) as client:
        with pytest.raises(errors.InvalidError, match="http://"):
            await client.get(server.url, follow_redirects=True)


async def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is public at first and loopback at every later look-up: the connection goes to what was checked."""
    looked_up: list[str] = []
    real = asyncio.base_events.BaseEventLoop.getaddrinfo

    async def rebinding(loop: Any, host: str, port: int, **more: Any) -> Any:
        if host != "rebind.example":
            return await real(loop, host, port, **more)
        looked_up.append(host)
        found = "198.51.100.7" if len(looked_up) > 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", rebinding)
    async with outgoing.client(ONLY_127_0_0_1) as client:
        assert (await client.get(f"http://rebind.example:{server.port}/")).status_code == 200
        assert looked_up == ["rebind.example"]
        with pytest.raises(errors.ForbiddenError, match=r"rebind\.example leads to 198\.51\.100\.7"):
            await client.get(f"http://rebind.example:{server.port}/")
    (asked,) = server.asked
    assert f"host: rebind.example:{server.port}\r\n" in asked.lower()


async def test_an_answer_that_is_too_long_is_cut(server: Server) -> None:
    server.answer = server.say(b"x" * 5000)
    async with outgoing.client(OPEN, limit_bytes=4999) as client:
        with pytest.raises(errors.UnavailableError, match="more than 4,999 bytes"):
            await client.get(server.url)
    async with outgoing.client(OPEN, limit_bytes=5000) as client:
        assert len((await client.get(server.url)).content) == 5000


async def test_an_answer_that_would_unfold_is_refused(server: Server) -> None:
    server.answer = server.say(gzip.compress(b"x" * 1_000_000), "Content-Encoding: gzip")
    async with outgoing.client(OPEN) as client:
        with pytest.raises(errors.UnavailableError, match="compressed"):
            await client.get(server.url)


async def test_an_answer_that_drips_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "LIMIT_S", 0.5)
    given_up = asyncio.Event()

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not given_up.is_set():
            writer.write(b"x")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(given_up.wait(), 0.05)

    server.answer = drip
    async with outgoing.client(OPEN) as client:
        with pytest.raises(errors.UnavailableError, match="did not answer in time"):
            await asyncio.wait_for(client.get(server.url), 5)
    given_up.set()


async def test_nobody_listens(server: Server) -> None:
    async with outgoing.client(OPEN) as client:
        with pytest.raises(errors.UnavailableError, match="cannot be reached"):
            await client.get("http://127.0.0.1:1/")
    assert server.asked == []


async def test_a_password_in_the_address_is_never_sent(server: Server) -> None:
    async with outgoing.client(OPEN) as client:
        with pytest.raises(errors.InvalidError, match="cannot carry"):
            await client.get(f"http://good.example:x@127.0.0.1:{server.port}/")
    assert server.asked == []
