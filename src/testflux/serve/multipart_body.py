"""Reading a multipart body as it streams in: files go to their keeper at once, other fields are small and returned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import msgspec
import multipart
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from testflux.kit import errors

MOST_PARTS: Final = 5100  # as many files as the web app takes out of a folder, and the fields
FIELD_BYTES: Final = 64 * 1024
Keeper = Callable[[str, AsyncIterator[bytes]], Awaitable[None]]


class Field(msgspec.Struct, frozen=True):
    """A form field that is not a file."""

    name: str
    value: str


async def read(content_type: str, body: AsyncIterator[bytes], keep: Keeper) -> list[Field]:
    """Read a body: call `keep` with the name and bytes of each file, in order, and return the other fields.

    A keeper need not read a file to its end. InvalidError when the body is not what it says it is.
    """
    fields: list[Field] = []
    try:
        with PushMultipartParser(_boundary(content_type), max_segment_count=MOST_PARTS) as parser:
            parts = _Parts(parser, body)
            while part := await parts.advance():
                if part.filename is None:
                    name = part.name or ""
                    fields.append(Field(name, await _text(name, parts.content())))
                else:
                    await keep(part.filename, parts.content())
    except MultipartError as error:
        message = f"The multipart body cannot be read: {error}."
        raise errors.InvalidError(message, hint="Let your HTTP client build it.", code="multipart-broken") from error
    return fields


def _boundary(content_type: str) -> str:
    options: dict[str, str] = multipart.parse_options_header(content_type)[1]  # pyright: ignore[reportUnknownMemberType]
    return options.get("boundary", "")


class _Parts:
    def __init__(self, parser: PushMultipartParser, body: AsyncIterator[bytes]) -> None:
        self._events = _parse(parser, body)
        self._is_inside = False

    async def advance(self) -> MultipartSegment | None:
        """Go to the next part, past what nobody read of this one; None at the end."""
        async for _ in self.content():
            pass
        event = await anext(self._events, None)
        self._is_inside = isinstance(event, MultipartSegment)
        return event if isinstance(event, MultipartSegment) else None

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the rest of the part."""
        while self._is_inside:
            event = await anext(self._events, None)
            if event is None or isinstance(event, MultipartSegment):
                self._is_inside = False
                return
            yield bytes(event)


async def _parse(
    parser: PushMultipartParser, body: AsyncIterator[bytes]
) -> AsyncIterator[MultipartSegment | bytes | bytearray | None]:
    async for chunk in body:
        for event in parser.parse(chunk) if chunk else ():
            yield event


async def _text(name: str, chunks: AsyncIterator[bytes]) -> str:
    data = b""
    async for chunk in chunks:
        data += chunk
        if len(data) > FIELD_BYTES:
            message = f"The field {name[:40]!r} is longer than {FIELD_BYTES} bytes."
            raise errors.InvalidError(message, field=name[:40], hint="Send reports as files, with a file name.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"The field {name[:40]!r} is not UTF-8."
        raise errors.InvalidError(message, field=name[:40], hint="Send it as UTF-8.") from error
