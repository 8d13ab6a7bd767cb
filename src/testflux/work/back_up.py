"""The backup by the clock: one at a time over all workers."""

from __future__ import annotations

import structlog

from testflux import __version__
from testflux.kit import errors
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import backup_series, backups
from testflux.store.blobs import Blobs
from testflux.store.database import Database

log = structlog.get_logger("testflux.work")


async def back_up(database: Database, blobs: Blobs, settings: Settings) -> None:
    """Make the next backup of the series; one that fails is an alert, and the next one is made as if it had not."""
    job = backup_series.Job(__version__, lambda _done, _total: None, is_scheduled=True)
    try:
        async with database.write(EVERYBODY) as writer:
            if not await backups.find_turn(writer):
                log.warning("the backup before this one is still being made")
                return
            path, manifest = await backup_series.make(database, blobs, settings, job)
    except errors.TestFluxError as error:
        log.exception("no backup was made", reason=error.message, hint=error.hint)
        return
    log.info("backup made", place=str(path), files=manifest.blobs, content_bytes=manifest.blob_bytes)
