"""Answers worth keeping until what they are made from changes: then their key is another one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
_MOST = 2000


class Remembered:
    """Keeps the newest answers by key."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Return the kept answer, else make and keep it."""
        if key not in self._answers:
            self._answers[key] = await make()
        self._answers.move_to_end(key)
        while len(self._answers) > _MOST:
            self._answers.popitem(last=False)
        return self._answers[key]
