"""Tools' HTML fragments as plain text."""

from __future__ import annotations

import html
import re

_BREAK = re.compile(r"\s*</p>\s*<p>\s*|\s*<(?:hr|/div|/tr|/h\d)\b[^>]*>\s*", re.IGNORECASE)
_LINE = re.compile(r"[ \t]*<(?:br|/li)\b[^>]*>[ \t]*\n?", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_PARAGRAPHS = re.compile(r"\s*<p\b", re.IGNORECASE)
_GAPS = re.compile(r"\n{3,}")


def plain(fragment: str) -> str:
    """Return the words of an HTML fragment: paragraphs are parted by an empty line, other tags are dropped."""
    text = _BREAK.sub("\n\n", fragment)
    text = _LINE.sub("\n", text)
    text = html.unescape(_TAG.sub("", text))
    return _GAPS.sub("\n\n", text).strip()


def paragraphs(text: str) -> str:
    """Return ZAP's prose as plain text: its paragraphs are `<p>…</p>` in some templates and lines in others."""
    return plain(text) if _PARAGRAPHS.match(text) else text.strip()
