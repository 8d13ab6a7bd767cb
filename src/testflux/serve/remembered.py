"""Answers worth keeping until what they are made from changes: then their key is another one."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import msgspec

from testflux import __version__
from testflux.serve.shared import Shared

T = TypeVar("T")
Key = tuple[object, ...]
_LIFE_S: Final = 24 * 3600


class Remembered:
    """Keeps the `most` newest answers by key, in this process and, for the other servers, in what they share.

    With 0 it keeps none.
    """

    def __init__(self, shared: Shared, most: int) -> None:
        self._shared = shared
        self._most = most
        self._answers: OrderedDict[str, Any] = OrderedDict()

    async def get(self, key: Key, kind: type[T], make: Callable[[], Awaitable[T]]) -> T:
        """Return the kept answer, else make and keep it. The key tells all that the answer depends on."""
        if not self._most:
            return await make()
        name = digest(key)
        if name not in self._answers:
            self._answers[name] = await self._find(name, kind) or await self._make(name, make)
        self._answers.move_to_end(name)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return self._answers[name]

    async def _find(self, name: str, kind: type[T]) -> T | None:
        data = await self._shared.find(f"answer:{name}")
        return None if data is None else msgspec.msgpack.decode(data, type=kind)

    async def _make(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        answer = await make()
        if self._shared.is_set:
            await self._shared.keep(f"answer:{name}", msgspec.msgpack.encode(answer), _LIFE_S)
        return answer


def digest(key: Key) -> str:
    """Return a short name for a key and this version of TestFlux, whose answers may be shaped in another way."""
    data = msgspec.json.encode([__version__, *key], enc_hook=str)
    return hashlib.blake2b(data, digest_size=15).hexdigest()
