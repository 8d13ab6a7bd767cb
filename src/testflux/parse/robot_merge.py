"""`rebot --merge` keeps a test's earlier attempts only as HTML in its message; this takes them out again."""

from __future__ import annotations

import html
import re

from testflux.model import raw
from testflux.model.status import Status

_STATUSES = {"PASS": Status.PASSED, "FAIL": Status.FAILED, "SKIP": Status.SKIPPED}
_MERGED = re.compile(r'<span class="merge">[^<]*</span><hr>')
_PART = re.compile(
    r'<span class="(?:new|old)-status">[^<]*</span> <span class="\w+">(?P<status>[A-Z]+)</span><br>'
    r'(?:<span class="(?:new|old)-message">[^<]*</span> (?P<message>.*?)<br>)?'
    r'(?:<hr>(?=<span class="(?:new|old)-status">)|$)',
    re.DOTALL,
)


def earlier_attempts(test: raw.RawTest) -> list[raw.RawTest]:
    """Return the attempts before this one, oldest first; this one gets its number and a message of its own."""
    head = _MERGED.match(test.message) if test.message_is_html else None
    if head is None:
        return []
    parts: list[re.Match[str]] = []
    at = head.end()
    while at < len(test.message):
        part = _PART.match(test.message, at)
        if part is None:
            return []
        parts.append(part)
        at = part.end()
    if not parts:
        return []
    test.attempt = len(parts)
    test.message, test.message_is_html = _message(parts[0])
    return [_attempt(test, part, number) for number, part in enumerate(reversed(parts[1:]), start=1)]


def _attempt(test: raw.RawTest, part: re.Match[str], number: int) -> raw.RawTest:
    message, is_html = _message(part)
    status = _STATUSES.get(part["status"], Status.FAILED)
    return raw.RawTest(
        test.suite, test.name, status, message, is_html, source=test.source, line=test.line, attempt=number
    )


def _message(part: re.Match[str]) -> tuple[str, bool]:
    """Return a message as it was before the merge escaped it, and whether it is HTML."""
    text = part["message"] or ""
    return (text, True) if "<" in text else (html.unescape(text), False)
