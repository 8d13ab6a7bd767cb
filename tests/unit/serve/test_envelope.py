"""What every answer is completed with, once each, and never over what it says itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from testflux.kit.settings import Settings
from testflux.serve import envelope, headers
from testflux.serve.limiter import Standing

SETTINGS = Settings(data_dir=Path("data"))


def answer(path: str, *own: tuple[bytes, bytes], asked: tuple[tuple[bytes, bytes], ...] = ()) -> list[tuple[str, str]]:
    """Return the headers of an answer that sets some of its own."""
    sent: list[Any] = []

    async def inner(scope: Any, _receive: Any, send: Any) -> None:
        scope["state"][envelope.STANDING] = Standing(10, 7, 3)
        await send({"type": "http.response.start", "status": 200, "headers": own})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "path": path, "method": "GET", "headers": asked, "state": {}}
    asyncio.run(envelope.wrap(inner, SETTINGS)(scope, None, send))  # pyright: ignore[reportArgumentType]
    return [(name.decode(), text.decode()) for name, text in sent[0]["headers"]]


def test_an_answer_has_every_header_once() -> None:
    said = answer("/api/v1/me", (b"content-type", b"application/json"), asked=((b"x-request-id", b"mine"),))
    expected = {name.lower(): text for name, text in headers.of(SETTINGS, "/api/v1/me").items()}
    expected |= {"ratelimit-limit": "10", "ratelimit-remaining": "7", "ratelimit-reset": "3"}
    expected |= {"x-request-id": "mine", "content-type": "application/json"}
    assert dict(said) == expected
    assert len(said) == len(expected)
    assert expected["cache-control"] == "no-store"


def test_what_an_answer_says_itself_stays() -> None:
    own = ((b"Cache-Control", b"private, no-cache"), (b"ratelimit-limit", b"5"))
    said = answer("/api/v1/runs/1-1", *own)
    assert [text for name, text in said if name.lower() == "cache-control"] == ["private, no-cache"]
    assert [text for name, text in said if name.startswith("ratelimit")] == ["5"]


def test_pages_may_be_kept_where_the_api_may_not() -> None:
    assert "cache-control" not in dict(answer("/runs/1-1"))
    assert dict(answer("/runs/1-1"))["x-frame-options"] == "DENY"
