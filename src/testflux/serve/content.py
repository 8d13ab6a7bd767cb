"""Files of reports on their way out: shown in the browser only if nothing in them can run, else as downloads."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from urllib.parse import quote

from litestar.openapi import ResponseSpec

from testflux.kit import errors
from testflux.normalise import markup

_SHOWN: Final = (*markup.PICTURES, "video/webm", "video/mp4")
_TEXT: Final = "text/plain"
_OTHER: Final = "application/octet-stream"
FILE: Final = {
    200: ResponseSpec(
        data_container=bytes,
        description="The file: pictures, videos and plain text to be shown, all else to be saved.",
        media_type="*/*",  # pyright: ignore[reportArgumentType]  (any media type is a text to Litestar)
        generate_examples=False,
    )
}


def expired(dropped_at: datetime) -> errors.NotFoundError:
    """Return the error for a file that retention removed."""
    message = f"The file was removed by retention on {dropped_at.day} {dropped_at:%B %Y}."
    return errors.NotFoundError(message, hint="What was read of it is still there.", code="file-expired")


def media_type(said: str) -> str:
    """Return how a file is served whose sender said it were of this type."""
    kind = said.partition(";")[0].strip().lower()
    if kind in _SHOWN:
        return kind
    return f"{_TEXT}; charset=utf-8" if kind == _TEXT else _OTHER


def headers(said: str, name: str) -> dict[str, str]:
    """Return the headers that keep a file of somebody's report from doing anything in the browser."""
    is_shown = media_type(said) != _OTHER
    return {
        "Content-Disposition": disposition(name, "inline" if is_shown else "attachment"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def disposition(name: str, how: str = "attachment") -> str:
    """Write a Content-Disposition with the name in plain letters, and whole for those who read UTF-8."""
    plain = re.sub(r'[^\w .()-]|["\\]', "_", name, flags=re.ASCII)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
