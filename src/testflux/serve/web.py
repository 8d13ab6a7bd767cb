"""The web app: its files, and its one page for every address that is not the API's."""

from __future__ import annotations

import asyncio
import mimetypes
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from testflux.serve import declare

FOLDER: Final = Path(__file__).parent / "web_dist"
_OURS: Final = ("api", "healthz", "readyz", "metrics")
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>TestFlux</title>
<h1>TestFlux is running</h1>
<p>The web app is not built into this installation. From a checkout, <code>make run</code> builds it.</p>
<p>The API works: <a href="/api/docs">its documentation</a>.</p>
</html>
"""


@get("/", opt={declare.PERMISSION: None}, include_in_schema=False)
async def get_home() -> Response[bytes]:
    """Answer the web app's page."""
    return await _page()


@get("/{path:path}", opt={declare.PERMISSION: None}, include_in_schema=False)
async def get_page(path: FromPath[str]) -> Response[bytes]:
    """Answer a file of the web app, else its page: the app knows its own addresses."""
    name = path.lstrip("/")
    if name.partition("/")[0] in _OURS:
        raise NotFoundException
    file = await asyncio.to_thread(_find, name)
    if file is not None:
        data = await asyncio.to_thread(file.read_bytes)
        kept = _FOR_EVER if name.startswith("assets/") else _ASK_AGAIN
        return Response(data, media_type=_media_type(name), headers={"Cache-Control": kept})
    if name.startswith("assets/"):
        raise NotFoundException
    return await _page()


async def _page() -> Response[bytes]:
    index = await asyncio.to_thread(_find, "index.html")
    data = await asyncio.to_thread(index.read_bytes) if index else _NOT_BUILT.encode()
    return Response(data, media_type="text/html", headers={"Cache-Control": _ASK_AGAIN})


def _find(name: str) -> Path | None:
    """Return a file of the web app; nothing outside its folder exists."""
    if "\0" in name:
        return None
    file = (FOLDER / name).resolve()
    return file if file.is_relative_to(FOLDER) and file.is_file() else None


def _media_type(name: str) -> str:
    """Say what a file is; the framework says of texts that they are UTF-8."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind in ("application/json", "image/svg+xml") else kind


ROUTES = [get_home, get_page]
