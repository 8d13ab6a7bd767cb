"""What several servers share in a Redis or Valkey, if there is one. None of it is needed: without it each has its own.

While it does not answer it is left alone, and asked again every few seconds: so it costs no request its time, and comes
back without hands.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeVar, cast

import structlog
from limits.aio.storage import Storage
from limits.storage import storage_from_string

from testflux.kit import errors

T = TypeVar("T")
_PATIENCE_S: Final = 0.5
_PAUSE_S: Final = 2.0
log = structlog.get_logger("testflux.serve")


class _Client(Protocol):
    """What we need of the client; its own types say less."""

    async def ping(self) -> object: ...
    async def get(self, name: str) -> bytes | None: ...
    async def set(self, name: str, value: bytes, *, ex: int) -> object: ...
    async def aclose(self) -> None: ...
    def pipeline(self, *, transaction: bool) -> Any: ...


class Shared:
    """A Redis or Valkey at `url`, or nothing. `storage` is where sign-ins are counted in it.

    Everything in it is named after `place`, the database: others may share it, and a restored one begins anew.
    """

    def __init__(self, url: str | None, place: str = "") -> None:
        self._prefix = f"testflux:{place}:"
        self.is_set = url is not None
        self.reason = ""
        self._asked_again_at = 0.0
        self.storage: Storage | None = None
        if url is not None:
            self._client, self._errors, self.storage = _connect(url, self._prefix)

    async def ask(self, act: Callable[[], Awaitable[T]]) -> T | None:
        """Return what `act` gets from it; None when there is none, or it is away."""
        if not self.is_set or time.monotonic() < self._asked_again_at:
            return None
        was_away, self._asked_again_at = bool(self.reason), time.monotonic() + (_PAUSE_S if self.reason else 0)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                answer = await act()
        except (*self._errors, OSError) as error:
            self._note_away(str(error) or "it does not answer in time", is_new=not was_away)
            return None
        if self.reason:
            self.reason, self._asked_again_at = "", 0.0
            log.info("Redis is back")
        return answer

    async def check(self) -> str:
        """Return why it is away, or nothing."""
        if self.is_set:
            await self.ask(self._client.ping)
        return self.reason

    async def count(self, name: str, seconds: int) -> int | None:
        """Count one more under a name that is forgotten after so many seconds; None when it is away."""

        async def count() -> int:
            async with self._client.pipeline(transaction=False) as pipeline:
                pipeline.incr(self._prefix + name)
                pipeline.expire(self._prefix + name, seconds)
                return (await pipeline.execute())[0]

        return await self.ask(count)

    async def find(self, name: str) -> bytes | None:
        """Return what is kept under a name; None when nothing is, or it is away."""
        return await self.ask(lambda: self._client.get(self._prefix + name))

    async def keep(self, name: str, value: bytes, seconds: int) -> None:
        """Keep bytes under a name for so long, if it is not away."""
        await self.ask(lambda: self._client.set(self._prefix + name, value, ex=seconds))

    async def close(self) -> None:
        """Let go of the connections."""
        if self.is_set:
            await self._client.aclose()
            await cast("Any", self.storage).bridge.storage.aclose()

    def _note_away(self, reason: str, *, is_new: bool) -> None:
        self.reason, self._asked_again_at = reason, time.monotonic() + _PAUSE_S
        if is_new:
            log.warning("Redis is away: each server keeps its own limits and answers meanwhile", reason=reason)


def _connect(url: str, prefix: str) -> tuple[_Client, tuple[type[Exception], ...], Storage]:
    try:
        valkey = importlib.import_module("valkey.asyncio")
        exceptions = importlib.import_module("valkey.exceptions")
    except ImportError as error:
        message = "TESTFLUX_REDIS_URL is set, but no client for it is installed."
        raise errors.SetupError(message, hint="pip install 'testflux[redis]', or unset the variable.") from error
    try:
        client = valkey.Valkey.from_url(url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S)
    except ValueError as error:
        message = "TESTFLUX_REDIS_URL cannot be read."
        raise errors.SetupError(message, hint="It looks like redis://host:6379/0.", code="setting-invalid") from error
    storage = storage_from_string(f"async+{url}", implementation="valkey", key_prefix=f"{prefix}sign-in")
    assert isinstance(storage, Storage)  # noqa: S101  (the name asks for an asynchronous one)
    return client, (exceptions.ValkeyError,), storage
