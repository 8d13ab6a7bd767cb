"""Turns at the database: how many short reads there are at the same time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from typing import Final

_AT_ONCE: Final = 2 * (os.cpu_count() or 1) + 1
_SHORT_S: Final = 0.05


class Turns:
    """Lets `at_once` read at the same time and the others wait, in the order they came.

    More of them would not be answered sooner: they share the same processors, and each is another process of PostgreSQL
    with caches of its own. Whoever takes longer than `short_s` goes on without a turn: a few long reads keep nobody
    waiting, and one inside another does not wait for itself.
    """

    def __init__(self, at_once: int = _AT_ONCE, short_s: float = _SHORT_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._short_s = short_s

    @asynccontextmanager
    async def take(self) -> AsyncGenerator[None]:
        """Wait for a turn, which ends with the `async with` or when that takes long."""
        await self._free.acquire()
        with ExitStack() as turn:
            turn.callback(self._free.release)
            long = asyncio.get_running_loop().call_later(self._short_s, turn.close)
            turn.callback(long.cancel)
            yield
