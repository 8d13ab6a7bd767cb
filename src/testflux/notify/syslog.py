"""Messages to a syslog server (RFC 5424), over UDP, TCP or TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from testflux.kit import addresses, errors
from testflux.kit.settings import Settings

Transport = Literal["udp", "tcp", "tls"]
DEFAULT_PORTS: Final[dict[Transport, int]] = {"udp": 514, "tcp": 601, "tls": 6514}
_FACILITY: Final = 13  # log audit
_INFORMATIONAL: Final = 6
_WARNING: Final = 4
_LONGEST_DATAGRAM: Final = 60_000
_LIMIT_S: Final = 30.0


def write(text: bytes, *, at: datetime, host: str, act: str, is_refused: bool) -> bytes:
    """Write one message: the text is JSON in UTF-8, the act its MSGID; what was refused is a warning."""
    priority = _FACILITY * 8 + (_WARNING if is_refused else _INFORMATIONAL)
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = f"<{priority}>1 {moment} {_word(host, 255)} testflux - {_word(act, 32)} - "
    return head.encode() + text


async def send(
    settings: Settings, host: str, port: int, transport: Transport, messages: Sequence[bytes], *, trust: str = ""
) -> None:
    """Send messages in order; UnavailableError when they cannot have arrived, ForbiddenError where they may not go.

    UDP and syslog over TCP acknowledge nothing: what a server lost after it took the connection, nobody is told.
    `trust` is the certificate of an authority to trust besides those of this machine.
    """
    try:
        async with asyncio.timeout(_LIMIT_S):
            found = await addresses.resolve(host, port, settings.outgoing_private)
            if transport == "udp":
                _send_datagrams(found[0], port, messages)
            else:
                await _send_stream(found, host, port, messages, _tls(trust) if transport == "tls" else None)
    except TimeoutError as error:
        raise errors.UnavailableError(f"{host} did not take the messages in time.") from error
    except OSError as error:
        raise errors.UnavailableError(f"{host} cannot be reached: {error.strerror or error}.") from error


def _send_datagrams(address: str, port: int, messages: Sequence[bytes]) -> None:
    """Send one datagram a message; what is longer than one can be is cut off."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as outlet:
        outlet.connect((address, port))
        for message in messages:
            outlet.send(message[:_LONGEST_DATAGRAM])


async def _send_stream(
    found: list[str], host: str, port: int, messages: Sequence[bytes], tls: ssl.SSLContext | None
) -> None:
    """Send messages with their lengths in front (RFC 6587, RFC 5425) over one connection."""
    reader, writer = await _connect(found, host, port, tls)
    try:
        for message in messages:
            writer.write(str(len(message)).encode() + b" " + message)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):  # a server that refuses says so by closing at once, with an error
                await reader.read(1)
    finally:
        writer.close()
    await writer.wait_closed()


async def _connect(
    found: list[str], host: str, port: int, tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    name = host if tls else None
    for address in found[:-1]:
        with contextlib.suppress(OSError):
            return await asyncio.open_connection(address, port, ssl=tls, server_hostname=name)
    return await asyncio.open_connection(found[-1], port, ssl=tls, server_hostname=name)


def _tls(trust: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if trust:
        context.load_verify_locations(cadata=trust)
    return context


def _word(text: str, most: int) -> str:
    """Return a field of the head: printable ASCII without spaces, a dash when nothing is left."""
    return "".join(char for char in text if "!" <= char <= "~")[:most] or "-"
