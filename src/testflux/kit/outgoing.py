"""The one way to ask an address that somebody has set: guarded against private addresses, endless and huge answers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

import httpx

from testflux import __version__
from testflux.kit import addresses, errors
from testflux.kit.settings import Settings

LIMIT_S = 30.0
"""Seconds that an answer may take in all, however slowly the other side drips."""
LIMIT_BYTES: Final = 4 * 1024 * 1024
"""The longest answer that is read."""
_TIMEOUT = httpx.Timeout(10, connect=5)
_PORTS: Final = {"http": 80, "https": 443}
_POSSIBLE_PORTS = range(1, 65_536)


def client(settings: Settings, *, limit_bytes: int = LIMIT_BYTES) -> httpx.AsyncClient:
    """Return a client for addresses that people set; close it (`async with`).

    Each request looks its host up once, connects to what was found and to nothing else, and raises ForbiddenError where
    that is not allowed, UnavailableError when there is no answer in time, or too long a one. Redirects are answers like
    others; with `follow_redirects=True` each of at most three hops is guarded as the first.
    """
    return httpx.AsyncClient(
        transport=_Guarded(settings.outgoing_private, limit_bytes),
        headers={"user-agent": f"TestFlux/{__version__}", "accept-encoding": "identity"},
        trust_env=False,
        max_redirects=3,
    )


def check_url(url: str, field: str) -> None:
    """Raise InvalidError, about `field`, unless `url` is an absolute http(s) address without a password in it."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _malformed(field) from error
    is_port = parts.port is None or parts.port in _POSSIBLE_PORTS
    if parts.scheme not in _PORTS or not parts.host or not is_port:
        raise _malformed(field)
    if parts.userinfo:
        message = "The address cannot carry a user name or password."
        raise errors.InvalidError(message, field=field, hint="Write it without the part before the @.")


class _Guarded(httpx.AsyncBaseTransport):
    """Connects to addresses that were checked. Connections are not kept: one is for a name, not for its address."""

    def __init__(self, private: tuple[str, ...], limit_bytes: int) -> None:
        self._private = private
        self._limit_bytes = limit_bytes
        self._inner = httpx.AsyncHTTPTransport(
            verify=_trust(), trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_url(str(request.url), "url")
        ends_at = asyncio.get_running_loop().time() + LIMIT_S
        host = request.url.raw_host.decode()
        async with _explained(host, ends_at):
            port = request.url.port or _PORTS[request.url.scheme]
            found = await addresses.resolve(host, port, self._private)
            response = await self._ask_first(found, request, host)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Limited(response, host, ends_at, self._limit_bytes),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _ask_first(self, found: list[str], request: httpx.Request, host: str) -> httpx.Response:
        """Ask the first address that takes the connection; TLS checks the name."""
        extensions = {**_timeouts(request), "sni_hostname": host}

        async def answer_of(address: str) -> httpx.Response:
            url = request.url.copy_with(host=address)
            asked = httpx.Request(
                request.method, url, headers=request.headers, stream=request.stream, extensions=extensions
            )
            return await self._inner.handle_async_request(asked)

        for address in found[:-1]:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await answer_of(address)
        return await answer_of(found[-1])


class _Limited(httpx.AsyncByteStream):
    """An answer's body: no more bytes, and no longer, than agreed; and as it was sent, so that none can unfold."""

    def __init__(self, response: httpx.Response, host: str, ends_at: float, limit_bytes: int) -> None:
        self._response = response
        self._host = host
        self._ends_at = ends_at
        self._limit_bytes = limit_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._response.headers.get("content-encoding", "identity") != "identity":
            raise errors.UnavailableError(f"{self._host} answers compressed, though it was asked not to.")
        count = 0
        chunks = aiter(self._response.stream)  # pyright: ignore[reportArgumentType]  (an asynchronous one it is)
        while True:
            async with _explained(self._host, self._ends_at):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            count += len(chunk)
            if count > self._limit_bytes:
                raise errors.UnavailableError(f"{self._host} answers with more than {self._limit_bytes:,} bytes.")
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


@contextlib.asynccontextmanager
async def _explained(host: str, ends_at: float) -> AsyncGenerator[None]:
    """Keep to the time, and say what went wrong in the words of our errors."""
    try:
        async with asyncio.timeout_at(ends_at):
            yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise errors.UnavailableError(f"{host} did not answer in time.") from error
    except httpx.TransportError as error:
        raise errors.UnavailableError(f"{host} cannot be reached: {error or type(error).__name__}.") from error


def _timeouts(request: httpx.Request) -> dict[str, Any]:
    return {"timeout": _TIMEOUT.as_dict(), **request.extensions}


@functools.cache
def _trust() -> ssl.SSLContext:
    """Trust the public roots and those of this machine, where companies install their own."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _malformed(field: str) -> errors.InvalidError:
    return errors.InvalidError(
        "The address has to start with http:// or https:// and name a host.",
        field=field,
        hint="For example https://example.org/hooks/testflux.",
    )
