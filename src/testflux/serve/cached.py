"""What a browser may keep if it asks each time whether it still is so.

Finished runs never change. What is made from all runs of a project changes with the project's change count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec

from testflux.serve.remembered import Key, Remembered, digest

T = TypeVar("T")
NOT_MODIFIED: Final = {
    304: ResponseSpec(data_container=None, description="Nothing changed since the answer with that ETag.")
}


def answer(request: Request[Any, Any, Any], body: T) -> Response[T]:
    """Answer with an ETag over the body; 304 without it when the caller holds the same."""
    data = msgspec.json.encode(body)
    tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
    if holds(request, tag):
        return unchanged(tag)
    return _json(data, tag)


def tag_of(*parts: object) -> str:
    """Return an ETag for what depends on nothing but these parts and on this version of TestFlux."""
    return f'"{digest(parts)}"'


def holds(request: Request[Any, Any, Any], tag: str) -> bool:
    """Say whether the caller holds the answer with this ETag, so that it need not be made again."""
    return tag in _offered(request)


async def remember(
    request: Request[Any, Any, Any], remembered: Remembered, key: Key, kind: type[T], make: Callable[[], Awaitable[T]]
) -> Response[T]:
    """Answer with what the key leads to, made only when nobody did before; 304 when the caller holds the same."""
    tag = tag_of(*key)
    return unchanged(tag) if holds(request, tag) else tagged(await remembered.get(key, kind, make), tag)


def tagged(body: T, tag: str) -> Response[T]:
    """Answer with an ETag that was known before the body was made."""
    return _json(msgspec.json.encode(body), tag)


def unchanged(tag: str) -> Response[Any]:
    """Say that what the caller holds is still the answer."""
    return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers(tag))


def headers(tag: str) -> dict[str, str]:
    """Return the headers of what may be kept, if one asks each time whether it still is so."""
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _json(data: bytes, tag: str) -> Response[Any]:
    return Response(data, media_type="application/json", headers=headers(tag))


def _offered(request: Request[Any, Any, Any]) -> set[str]:
    header = request.headers.get("if-none-match", "")
    return {item.strip().removeprefix("W/") for item in header.split(",")}
