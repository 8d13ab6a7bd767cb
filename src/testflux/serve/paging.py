"""Lists are answered in pages: `limit` and an opaque `cursor` that only we can read."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, TypeVar

import msgspec
from litestar.params import QueryParameter

from testflux.kit import errors

T = TypeVar("T")
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many to answer at most.")]
Number = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
Cursor = Annotated[str | None, QueryParameter(max_length=2000, description="The `next_cursor` of the page before.")]


class Page(msgspec.Struct, frozen=True):
    """Which page of a list is asked for."""

    limit: int
    cursor: str | None

    def after(self, shape: type[T]) -> T | None:
        """Read the place after which this page starts; None for the first page."""
        if self.cursor is None:
            return None
        try:
            data = base64.urlsafe_b64decode(self.cursor.encode("ascii") + b"==")
            return msgspec.json.decode(data, type=shape)
        except (binascii.Error, UnicodeEncodeError, msgspec.DecodeError) as error:
            message = "The cursor is not one of this list."
            raise errors.InvalidError(
                message, field="cursor", hint="Take next_cursor from the answer before."
            ) from error

    @property
    def offset(self) -> int:
        """Read a cursor that counts: used inside finished runs, which never change."""
        after = self.after(tuple[Number])
        return max(0, after[0]) if after else 0


async def page(limit: Limit = 50, cursor: Cursor = None) -> Page:
    """Read the page from the query."""
    return Page(limit, cursor)


def place(*values: object) -> str:
    """Write a place in a list as a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


def next_offset(page: Page, count: int) -> str | None:
    """Return the cursor after this page of a counted list, of which `count` rows were read: one more if any follow."""
    return place(page.offset + page.limit) if count > page.limit else None


def cut(rows: list[T], limit: int) -> tuple[list[T], bool]:
    """Cut a list that was read one longer than asked for: the page, and whether more follows."""
    return rows[:limit], len(rows) > limit
