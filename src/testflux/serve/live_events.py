"""An event as browsers get it: the thing that changed goes along, read when it is passed on."""

from __future__ import annotations

from typing import Any

import msgspec

from testflux.kit import errors, identifiers
from testflux.serve import runs, uploads
from testflux.serve.shapes.live import LiveEvent
from testflux.store import database, run_list
from testflux.store import uploads as upload_rows


async def shape(reader: database.Reader, row: database.Row) -> LiveEvent:
    """Shape an event."""
    data = row["data"] | await _thing(reader, row["type"], row["data"])
    return LiveEvent(event=row["event_id"], topic=row["topic"], type=row["type"], data=data, at=row["created_at"])


async def _thing(reader: database.Reader, type_: str, data: dict[str, Any]) -> dict[str, Any]:
    """Read what an event is about; what is gone by now adds nothing."""
    try:
        if type_ == "upload.changed":
            row = await upload_rows.get_upload(reader, *identifiers.unpack(data["upload_id"]))
            return {"upload": msgspec.to_builtins(uploads.shape(row))}
        if type_ in ("run.stored", "run.changed"):
            row = await run_list.get_run(reader, *identifiers.unpack(data["run_id"]))
            return {"run": msgspec.to_builtins(runs.shape(row))}
    except errors.NotFoundError:
        return {}
    return {}
