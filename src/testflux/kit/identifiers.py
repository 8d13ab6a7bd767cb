"""Opaque identifiers of things that belong to a project.

Every tenant table leads its key with the project, so an identifier carries it: `3-1284` is number 1284 of project 3.
Callers of the API must treat the text as opaque.
"""

from __future__ import annotations

import re

from testflux.kit import errors

_SHAPE = re.compile(r"([1-9][0-9]{0,8})-([0-9]{1,18})")


def pack(project_id: int, number: int) -> str:
    """Write the identifier of thing `number` in a project."""
    return f"{project_id}-{number}"


def unpack(text: str) -> tuple[int, int]:
    """Read (project_id, number); NotFoundError when the text is no identifier, as no such thing can exist."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise errors.NotFoundError(f"There is nothing with the id {text[:40]!r}.", hint="Copy the id from a list.")
    return int(match[1]), int(match[2])


def find_project(text: str) -> int | None:
    """Return the project that an identifier carries; None when the text is none."""
    match = _SHAPE.fullmatch(text)
    return None if match is None else int(match[1])
