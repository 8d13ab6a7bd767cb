"""The audit log as a file: CSV for people, NDJSON that can be verified without TestFlux."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator
from typing import Final

from testflux.model import audit
from testflux.model.access import Scope
from testflux.model.audit import Event
from testflux.store import audit_log
from testflux.store.database import Database

COLUMNS: Final = (*Event.__struct_fields__[1:], "digest")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_PIECE_BYTES: Final = 64 * 1024


async def write_ndjson(
    database: Database, scope: Scope, org_id: int, wanted: audit_log.Filter
) -> AsyncGenerator[bytes]:
    """Yield one line of JSON an event, oldest first."""
    piece = bytearray()
    async with database.hold(scope) as reader:
        async for event, digest in audit_log.walk(reader, org_id, wanted):
            piece += audit.line(event, digest) + b"\n"
            if len(piece) > _PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
    yield bytes(piece)


async def write_csv(database: Database, scope: Scope, org_id: int, wanted: audit_log.Filter) -> AsyncGenerator[bytes]:
    """Yield a table with one row an event, oldest first. No cell is a formula to a spreadsheet."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    async with database.hold(scope) as reader:
        async for event, digest in audit_log.walk(reader, org_id, wanted):
            table.writerow([*(_cell(event, name) for name in COLUMNS[:-1]), digest.hex()])
            if text.tell() > _PIECE_BYTES:
                yield text.getvalue().encode()
                text.seek(0)
                text.truncate()
    yield text.getvalue().encode()


def _cell(event: Event, name: str) -> str:
    value = getattr(event, name)
    if value is None:
        return ""
    if name == "happened_at":
        return event.happened_at.isoformat(timespec="microseconds")
    if name in {"before", "after"}:
        return bytes(value).decode()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return harmless(str(value))


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows as it is: one that would be a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
