"""The API's documentation: the OpenAPI document, a page to browse it, and a page for each error code."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from testflux.serve import declare

_FOLDER: Final = Path(__file__).parent / "docs_page"
_ERRORS: Final = (_FOLDER / "errors.md", Path(__file__).parents[3] / "docs" / "reference" / "errors.md")
_TYPES: Final = {
    "docs.css": "text/css",
    "docs.js": "text/javascript",
    "errors.md": "text/markdown",
}
_PUBLIC: Final = {declare.PERMISSION: None}


@get("/api/v1/openapi.json", opt=_PUBLIC, include_in_schema=False)
async def get_openapi(state: State) -> Response[bytes]:
    """Answer the OpenAPI document."""
    return Response(await asyncio.to_thread(state.read_openapi), media_type="application/json")


@get(["/api/docs", "/docs/errors/{code:str}"], opt=_PUBLIC, include_in_schema=False)
async def get_docs() -> Response[bytes]:
    """Answer the page to browse the API, or to read about an error."""
    return Response((_FOLDER / "index.html").read_bytes(), media_type="text/html")


@get("/api/docs/{name:str}", opt=_PUBLIC, include_in_schema=False)
async def get_docs_file(name: FromPath[str]) -> Response[bytes]:
    """Answer a file of that page."""
    if name not in _TYPES:
        raise NotFoundException
    places = _ERRORS if name == "errors.md" else (_FOLDER / name,)
    place = next((place for place in places if place.is_file()), None)
    if place is None:
        raise NotFoundException
    return Response(place.read_bytes(), media_type=_TYPES[name], headers={"Cache-Control": "no-cache"})


ROUTES = [get_openapi, get_docs, get_docs_file]
