"""What a file beside a report is, told by its content; its name only says which kind of text it is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from testflux.parse import sniff

_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "video/ogg"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
_BOX, _PICTURES = slice(4, 8), (b"avif", b"heic", b"mif1")
_TEXTS: Final = {
    ".json": "application/json",
    ".har": "application/json",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".html": "text/html",
    ".htm": "text/html",
}


def tell(name: str, start: bytes) -> str:
    """Return the media type of a file by its first bytes, "" for one that nobody would look at."""
    for mark, media_type in _STARTS:
        if start.startswith(mark):
            return media_type
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[_BOX] == b"ftyp":
        return "image/avif" if start[8:12] in _PICTURES else "video/mp4"
    return _tell_text(name, start)


def _tell_text(name: str, start: bytes) -> str:
    text = sniff.text_of(start)
    if not text.strip() or sniff.is_binary(text) or text[:-1].count("\ufffd") > 1:
        return ""
    if sniff.is_html(text.lstrip()):
        return "text/html"
    if sniff.xml_root(text) == "svg":
        return "image/svg+xml"
    return _TEXTS.get(PurePosixPath(name).suffix.lower(), "text/plain")
