"""People who may sign in."""

from __future__ import annotations

from testflux.kit import errors
from testflux.serve.shapes.accounts import User
from testflux.store import database


def number_of(text: str) -> int:
    """Read the id of a person or token; NotFoundError when it can be nobody's."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004  (what a bigint holds)
        raise errors.NotFoundError(f"There is nothing with the id {text[:40]!r}.", hint="Copy the id from a list.")
    return int(text)


def shape(row: database.Row) -> User:
    """Shape a person."""
    return User(
        id=str(row["user_id"]),
        email=row["email"],
        name=row["name"],
        role=row["role"],
        created_at=row["created_at"],
        last_sign_in_at=row["last_sign_in_at"],
        is_disabled=row["is_disabled"],
    )
