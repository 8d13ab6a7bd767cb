"""Robot Framework's HTML messages: which files they show, and the markup that only fits its own log page."""

from __future__ import annotations

import html
import mimetypes
import re
from collections.abc import Iterator

from testflux.model import steps

_OUT_OF_THE_TABLE = re.compile(r"\s*</td>\s*</tr>\s*<tr[^<>]*>\s*<td[^<>]*>", re.IGNORECASE)
_NAMED = re.compile(
    r"<(?:a|img|video|audio|source|iframe)\b[^<>]*?\s(?:href|src)\s*=\s*"
    r"""(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))""",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//|#|\?|$", re.IGNORECASE)


def strip_table(text: str) -> str:
    """Return an HTML message without the start by which libraries leave the table cell that log.html puts it in."""
    return _OUT_OF_THE_TABLE.sub("", text, count=1) if _OUT_OF_THE_TABLE.match(text) else text


def list_files(tree: tuple[steps.Step, ...]) -> tuple[steps.NamedFile, ...]:
    """Return the files that messages link to or show, each once, in order; not web addresses nor embedded pictures."""
    paths = dict.fromkeys(path for step in _walk(tree) if step.is_html for path in _paths(step))
    return tuple(
        steps.NamedFile(path, path.replace("\\", "/").rsplit("/", 1)[-1], mimetypes.guess_type(path)[0] or "")
        for path in paths
    )


def _walk(tree: tuple[steps.Step, ...]) -> Iterator[steps.Step]:
    waiting = list(reversed(tree))
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(reversed(step.children))


def _paths(step: steps.Step) -> Iterator[str]:
    for found in _NAMED.finditer(step.text or step.message):
        path = html.unescape(found[1] or found[2] or found[3] or "").strip()
        if not _ELSEWHERE.match(path):
            yield path.split("?", 1)[0].split("#", 1)[0]
