"""How Python values become PostgreSQL values on our connections.

PostgreSQL stores neither NUL nor half a surrogate pair; reports hold both. Here, and only here, they become U+FFFD.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec
import psycopg
from psycopg.abc import Buffer
from psycopg.types import json
from psycopg.types.string import StrBinaryDumper, StrDumperUnknown

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text with every character PostgreSQL cannot hold replaced by U+FFFD."""
    return _UNSTORABLE.sub("�", text)


def dump_json(value: object) -> bytes:
    """Encode a value for a jsonb column."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_clean(msgspec.to_builtins(value)))
    return msgspec.json.encode(_clean(msgspec.to_builtins(value))) if b"\\u0000" in data else data


def _clean(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in cast("list[object]", value)]
    return value


def _bytes(text: str) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return storable(text).encode()
    return storable(text).encode() if b"\x00" in data else data


class _UntypedText(StrDumperUnknown):
    """Text as a parameter whose type PostgreSQL infers."""

    def dump(self, obj: str) -> Buffer | None:
        return _bytes(obj)


class _TypedText(StrBinaryDumper):
    """Text in COPY and in arrays."""

    def dump(self, obj: str) -> Buffer | None:
        return _bytes(obj)


async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """Teach a new connection our ways; times come back in UTC whatever the server's zone."""
    connection.adapters.register_dumper(str, _TypedText)
    connection.adapters.register_dumper(str, _UntypedText)  # the one registered last is the default
    json.set_json_dumps(dump_json, connection)
    json.set_json_loads(msgspec.json.decode, connection)
    await connection.execute("set timezone to 'UTC'")
