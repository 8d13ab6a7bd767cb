"""Texts that were meant for a terminal, as they are read on a page."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


def plain(text: str) -> str:
    """Return the text without colours and other commands to a terminal."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def first_line(text: str) -> str:
    """Return the first line that says something, "" for none."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
