"""What every answer carries, whoever gives it: request id, limits, security headers. And each is counted and logged."""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from testflux.kit.settings import Settings
from testflux.serve import headers, metrics, request_id
from testflux.serve.limiter import Standing

STANDING: Final = "rate_limit_standing"
log = structlog.get_logger("testflux.request")


def wrap(inner: ASGIApp, settings: Settings) -> ASGIApp:
    """Return the application in its envelope."""

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
                _complete(MutableScopeHeaders.from_message(message), chosen, scope, settings)
            await send(message)

        await inner(scope, receive, send_more)
        if status:
            _note(scope, status, time.perf_counter() - started)

    return outer


def _begin(scope: Scope) -> str:
    offered = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    chosen = request_id.choose(offered.decode("latin-1"))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen)
    return chosen


def _complete(answer: MutableScopeHeaders, chosen: str, scope: Scope, settings: Settings) -> None:
    answer[request_id.HEADER] = chosen
    standing: Standing | None = scope["state"].get(STANDING) if "state" in scope else None
    if standing is not None and "RateLimit-Limit" not in answer:
        answer["RateLimit-Limit"] = str(standing.limit)
        answer["RateLimit-Remaining"] = str(standing.remaining)
        answer["RateLimit-Reset"] = str(standing.reset_s)
    for name, value in headers.of(settings, scope["path"]).items():
        if name not in answer:
            answer[name] = value


def _note(scope: Scope, status: int, seconds: float) -> None:
    known: dict[str, Any] = dict(scope)
    handler = known.get("route_handler")
    operation = str(getattr(handler, "operation_id", None) or getattr(handler, "handler_name", "none"))
    metrics.note_request(operation, status, seconds)
    log.debug(
        "answered", method=known.get("method"), path=scope["path"], status=status, duration_ms=round(seconds * 1000, 1)
    )
