"""An external PostgreSQL that is not there yet: at a common start it may be slower than TestFlux, or be restarting."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import psycopg
import structlog

PATIENCE_S: Final = 300.0
_PAUSE_S: Final = 1.0
_SAY_EVERY_S: Final = 15.0
_CONNECT_S: Final = 5
_NOT_YET: Final = ("starting up", "shutting down", "recovery")
log = structlog.get_logger("testflux.store")


async def wait_for(url: str, patience_s: float = PATIENCE_S) -> None:
    """Return once PostgreSQL answers, or refuses for a reason that waiting does not mend, or patience is at an end.

    Says every 15 seconds what it waits for. What is wrong then is for whoever opens the database to tell.
    """
    until, said_at = time.monotonic() + patience_s, -_SAY_EVERY_S
    while (reason := await _find_reason(url)) is not None and (now := time.monotonic()) < until:
        if now - said_at >= _SAY_EVERY_S:
            said_at = now
            log.warning("waiting for PostgreSQL", reason=reason, seconds_left=round(until - now))
        await asyncio.sleep(min(_PAUSE_S, max(until - now, 0)))


async def _find_reason(url: str) -> str | None:
    """Return why PostgreSQL is not there yet; None when it answers, be it by a refusal."""
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=_CONNECT_S):
            return None
    except psycopg.OperationalError as error:
        said = str(error)
        is_refusal = "FATAL" in said and not any(words in said for words in _NOT_YET)
        return None if is_refusal else said.partition("\n")[0]
