"""What every answer carries, whoever gives it: request id, limits, security headers. And each is counted and logged."""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from testflux.serve import metrics, request_id
from testflux.serve.limiter import Standing

STANDING: Final = "rate_limit_standing"
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}
log = structlog.get_logger("testflux.request")


def wrap(inner: ASGIApp) -> ASGIApp:
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
                _complete(MutableScopeHeaders.from_message(message), chosen, scope)
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


def _complete(headers: MutableScopeHeaders, chosen: str, scope: Scope) -> None:
    headers[request_id.HEADER] = chosen
    standing: Standing | None = scope["state"].get(STANDING) if "state" in scope else None
    if standing is not None and "RateLimit-Limit" not in headers:
        headers["RateLimit-Limit"] = str(standing.limit)
        headers["RateLimit-Remaining"] = str(standing.remaining)
        headers["RateLimit-Reset"] = str(standing.reset_s)
    for name, value in _HEADERS.items():
        if name not in headers:
            headers[name] = value


def _note(scope: Scope, status: int, seconds: float) -> None:
    known: dict[str, Any] = dict(scope)
    handler = known.get("route_handler")
    operation = str(getattr(handler, "operation_id", None) or getattr(handler, "handler_name", "none"))
    metrics.note_request(operation, status, seconds)
    log.debug(
        "answered", method=known.get("method"), path=scope["path"], status=status, duration_ms=round(seconds * 1000, 1)
    )
