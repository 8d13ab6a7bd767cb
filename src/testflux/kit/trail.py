"""Who acts, from where, in which request: known at the door, needed wherever something is written down about it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Literal

import msgspec


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """The actor of the present task. `actor_id` is a person's or a token's number."""

    actor_kind: Literal["person", "token", "system", "nobody"] = "system"
    actor_id: int | None = None
    actor_name: str = "TestFlux"
    address: str = ""
    request_id: str = ""


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)


def walk(trail: Trail) -> None:
    """Say who acts from here on in this task."""
    _current.set(trail)


def current() -> Trail:
    """Return who acts; TestFlux itself where nobody said so."""
    return _current.get() or Trail()
