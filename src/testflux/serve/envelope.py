"""What every answer carries, whoever gives it: request id, limits, security headers. And each is counted and logged."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, Final, cast

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from testflux.kit.settings import Settings
from testflux.serve import headers, metrics, request_id
from testflux.serve.limiter import Standing

STANDING: Final = "rate_limit_standing"
_LOGGER: Final = "testflux.request"
_REQUEST_ID: Final = request_id.HEADER.lower().encode()
log = structlog.get_logger(_LOGGER)
_plain_log = logging.getLogger(_LOGGER)
_Pairs = Sequence[tuple[bytes, bytes]]


def wrap(inner: ASGIApp, settings: Settings) -> ASGIApp:
    """Return the application in its envelope."""
    of_api, of_others = (headers.encode(headers.of(settings, path)) for path in (headers.API, "/"))

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await inner(scope, receive, send)
            return
        chosen = _begin(scope)
        started = time.perf_counter()
        status = 0

        async def send_more(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = of_api if scope["path"].startswith(headers.API) else of_others
                message["headers"] = _complete(list(message["headers"]), chosen, scope, more)
            await send(message)

        await inner(scope, receive, send_more)
        if status:
            _note(scope, status, time.perf_counter() - started)

    return outer


def _begin(scope: Scope) -> str:
    offered = next((value for name, value in scope["headers"] if name == _REQUEST_ID), b"")
    chosen = request_id.choose(offered.decode("latin-1"))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen)
    return chosen


def _complete(answer: list[tuple[bytes, bytes]], chosen: str, scope: Scope, more: _Pairs) -> list[tuple[bytes, bytes]]:
    """Add what an answer has not set itself."""
    own = {name.lower() for name, _ in answer}
    answer.append((_REQUEST_ID, chosen.encode()))
    standing: Standing | None = scope["state"].get(STANDING) if "state" in scope else None
    if standing is not None and b"ratelimit-limit" not in own:
        answer.append((b"ratelimit-limit", b"%d" % standing.limit))
        answer.append((b"ratelimit-remaining", b"%d" % standing.remaining))
        answer.append((b"ratelimit-reset", b"%d" % standing.reset_s))
    answer += [pair for pair in more if pair[0] not in own]
    return answer


def _note(scope: Scope, status: int, seconds: float) -> None:
    known = cast("dict[str, Any]", scope)
    handler = known.get("route_handler")
    operation = str(getattr(handler, "operation_id", None) or getattr(handler, "handler_name", "none"))
    metrics.note_request(operation, status, seconds)
    # To make an event that nobody reads takes as long as all the rest of this.
    if _plain_log.isEnabledFor(logging.DEBUG):
        duration_ms = round(seconds * 1000, 1)
        method = known.get("method")
        log.debug("answered", method=method, path=scope["path"], status=status, duration_ms=duration_ms)
