"""Reads of finished runs: they never change, so a browser may keep them and ask only whether they still are."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec

T = TypeVar("T")
NOT_MODIFIED: Final = {
    304: ResponseSpec(data_container=None, description="Nothing changed since the answer with that ETag.")
}


def answer(request: Request[Any, Any, Any], body: T) -> Response[T]:
    """Answer with an ETag over the body; 304 without it when the caller holds the same."""
    data = msgspec.json.encode(body)
    tag = f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _offered(request):
        return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)  # pyright: ignore[reportReturnType]
    return Response(data, media_type="application/json", headers=headers)  # pyright: ignore[reportReturnType]


def _offered(request: Request[Any, Any, Any]) -> set[str]:
    header = request.headers.get("if-none-match", "")
    return {item.strip().removeprefix("W/") for item in header.split(",")}
