"""Which failures have the same cause: their messages, with what changes from run to run taken out.

Algorithm `cause/1`: the first 2,000 characters as plain text, every match of PARAMETERS replaced by its name in
braces, runs of white space made one space, cut at 400 characters. The fingerprint is the digest of the algorithm's name
and that line. Whole numbers from 100 to 599 stay: `404 != 200` and `500 != 200` are different causes.
"""

from __future__ import annotations

import functools
import re

from testflux.kit import hashing
from testflux.normalise import texts

ALGORITHM = "cause/1"
NO_MESSAGE = "No message"

_READ = 2000
_KEPT = 400

PARAMETERS: dict[str, str] = {
    "url": r"\b(?:https?|wss?|ftp|file)://[^\s'\"<>)\]]+",
    "email": r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b",
    "uuid": r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
    "time": (
        r"\b\d{4}[-/]?\d{2}[-/]?\d{2}[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?\b"
        r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\b"
    ),
    "ip": r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b",
    "hex": r"\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b",
    "path": r"(?:/(?:tmp|var|home|builds?|Users|private|root|opt)|\b[A-Za-z]:\\)[\w./\\+@-]*",
    "n": (
        r"(?<![\w.,])(?![1-5]\d\d(?![\w.,%]|\s?(?:ms|s|px)\b))\d+(?:[.,]\d+)*(?![\w])"
        r"|(?<![\w.,])\d+(?:[.,]\d+)*(?=\s?(?:ms|s|px|[KMG]i?B)\b)"
        r"|(?<=[a-zA-Z_-])\d{3,}\b"
    ),
}
"""What is replaced, in this order, and what it is then called."""

_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PARAMETERS.items()))


def describe(message: str, *, is_html: bool = False) -> str:
    """Return the one line that stands for all messages like this one, e.g. `Timeout after {n} ms`."""
    return _line(message[:_READ], is_html=is_html)


@functools.lru_cache(maxsize=4096)
def _line(text: str, *, is_html: bool) -> str:
    text = _PATTERN.sub(_name, texts.plain(text) if is_html else text)
    return " ".join(text.split())[:_KEPT].rstrip() or NO_MESSAGE


def fingerprint(line: str) -> bytes:
    """Return the 16 bytes that identify a cause by what `describe` made of it."""
    return hashing.digest((ALGORITHM, line))


def _name(match: re.Match[str]) -> str:
    return f"{{{match.lastgroup}}}"
