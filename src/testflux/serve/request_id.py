"""The number that follows a request through answers, logs, jobs and notifications."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

HEADER: Final = "X-Request-ID"
_SANE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request being answered, empty outside of one."""
    return _current.get()


def choose(offered: str) -> str:
    """Begin a request: take the caller's id when it is short and harmless in a log, else make one."""
    chosen = offered if _SANE.fullmatch(offered) else uuid4().hex
    _current.set(chosen)
    return chosen
