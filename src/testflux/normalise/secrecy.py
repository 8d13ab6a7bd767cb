"""Requests and answers without what opens doors: scanners keep the sessions and passwords that they went in with."""

from __future__ import annotations

import re

MARK = "[hidden]"
"""What stands in place of a value."""

_HEADER = re.compile(
    r"((?:\A|[\r\n])[ \t]*(?:(?:proxy-)?authorization|(?:set-)?cookie)[ \t]*:[ \t]*)"
    r"((?:[^\r\n]|\r?\n(?=[ \t]))*)",  # a line that begins with a space goes on with the one above
    re.IGNORECASE,
)


def hide(head: str) -> str:
    """Return a message's head with the values of Authorization, Cookie and their like hidden, their names kept."""
    return _HEADER.sub(_hidden, head) if ":" in head else head


def _hidden(header: re.Match[str]) -> str:
    return header[1] + (MARK if header[2].strip() else header[2])
