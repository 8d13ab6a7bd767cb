"""Finding the file that a report means by a path, among the files that were sent along with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit


def find(wanted: str, paths: Sequence[str]) -> int | None:
    """Return the index of the path that `wanted` means, None when there is none or several are as good.

    Reports name files from where they were written, often in full; what was sent is named from the top of a folder or
    an archive. So the names are compared from their ends, and the one that agrees furthest is meant.
    """
    parts = _parts(wanted)
    if not parts:
        return None
    agreed = [_agreement(parts, _parts(path)) for path in paths]
    best = max(agreed, default=0)
    return agreed.index(best) if best and agreed.count(best) == 1 else None


def is_elsewhere(source: str) -> bool:
    """Say whether an address leads to another server."""
    return re.match(r"(?:https?:)?//", source, re.IGNORECASE) is not None


def name_of(source: str) -> str:
    """Return the last part of a path or address, to call the file by."""
    return (_parts(source) or [""])[-1]


def _agreement(first: list[str], second: list[str]) -> int:
    count = 0
    for one, other in zip(reversed(first), reversed(second), strict=False):
        if one != other:
            break
        count += 1
    return count


def _parts(path: str) -> list[str]:
    try:
        plain = urlsplit(path).path if re.match(r"[a-z]{2,}:", path, re.IGNORECASE) else re.split(r"[?#]", path)[0]
    except ValueError:
        return []
    return [part for part in unquote(plain).replace("\\", "/").split("/") if part not in ("", ".", "..")]
