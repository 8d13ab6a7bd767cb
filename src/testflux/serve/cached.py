"""Reads of finished runs: they never change, so a browser may keep them and ask only whether they still are."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec

from testflux import __version__

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
    data = msgspec.json.encode([__version__, *map(str, parts)])
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'


def holds(request: Request[Any, Any, Any], tag: str) -> bool:
    """Say whether the caller holds the answer with this ETag, so that it need not be made again."""
    return tag in _offered(request)


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
