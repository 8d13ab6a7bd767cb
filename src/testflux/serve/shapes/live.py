"""What just changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class LiveEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `event` grows; `data` depends on `type`."""

    event: int
    topic: str
    type: str
    data: dict[str, Any]
    at: datetime


class LiveEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Changes after a point; `gap` is true when older ones are forgotten: then reload what you show."""

    items: list[LiveEvent]
    last_event: int
    gap: bool
