"""Takes the measure of the installation: what the page Health and `/metrics` both show, at most every few seconds."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import Final

from testflux.kit import clock, errors
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.model.health import (
    BackupFigures,
    DiskFigures,
    Figures,
    PartitionFigures,
    PoolFigures,
    PostgresFigures,
    SizeFigures,
)
from testflux.serve.hub import Hub
from testflux.serve.shared import Shared
from testflux.store import backups, chores, health, intake, partitions, queue, workers
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Reader
from testflux.store.embedded import EmbeddedPostgres

_FRESH_S: Final = 3.0
_SIZES_FRESH_S: Final = 60.0


class Vitals:
    """Measures, and remembers what it measured: however many ask, the database is asked every three seconds.

    Sizes are looked up once a minute. `postgres` is the server that we started ourselves.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        blobs: Blobs,
        hub: Hub,
        shared: Shared,
        postgres: EmbeddedPostgres | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._blobs = blobs
        self._hub = hub
        self._shared = shared
        self._postgres = postgres
        self._one_at_a_time = asyncio.Lock()
        self._kept: tuple[float, Figures] | None = None
        self._kept_sizes: tuple[float, SizeFigures] | None = None

    async def measure(self) -> Figures:
        """Return figures that are no older than three seconds; UnavailableError while the database is away."""
        async with self._one_at_a_time:
            if self._kept is None or time.monotonic() - self._kept[0] > _FRESH_S:
                self._kept = time.monotonic(), await self._measure()
            return self._kept[1]

    async def _measure(self) -> Figures:
        now = clock.now()
        async with self._database.read(EVERYBODY) as reader:
            return Figures(
                measured_at=now,
                queues=await queue.list_queues(reader),
                workers=await workers.list_workers(reader),
                stages=await intake.list_stages(reader),
                outcomes=await intake.list_outcomes(reader),
                set_aside=await health.list_set_aside(reader),
                chores=await chores.list_chores(reader),
                sizes=await self._sizes(reader),
                pool=self.measure_pool(),
                partitions=PartitionFigures(
                    end=await partitions.find_end(reader, now.date()),
                    missing=await partitions.find_missing(reader, partitions.months_ahead(now.date())),
                ),
                backup=await self._backup(reader),
                postgres=PostgresFigures(
                    started_at=await health.get_started(reader),
                    restarts=self._postgres and self._postgres.restarts,
                ),
                disk=await asyncio.to_thread(self._disk),
                blobs=await self._blob_trouble(),
                redis=await self._shared.check() if self._shared.is_set else None,
                watchers=self._hub.watcher_count,
            )

    def measure_pool(self) -> PoolFigures:
        """Return how this server's connections stand; that needs no database."""
        stats = self._database.pool.get_stats()
        return PoolFigures(
            size=stats.get("pool_size", 0),
            idle=stats.get("pool_available", 0),
            most=stats.get("pool_max", 0),
            waiting=stats.get("requests_waiting", 0),
            timeouts=stats.get("requests_errors", 0),
        )

    async def _sizes(self, reader: Reader) -> SizeFigures:
        if self._kept_sizes is None or time.monotonic() - self._kept_sizes[0] > _SIZES_FRESH_S:
            self._kept_sizes = time.monotonic(), await health.get_sizes(reader)
        return self._kept_sizes[1]

    async def _backup(self, reader: Reader) -> BackupFigures:
        made, failed = await backups.find_last_made(reader), await backups.find_last_failed(reader)
        return BackupFigures(
            is_scheduled=self._settings.backup_dir is not None,
            made_at=made and made.finished_at,
            took_s=made and (made.finished_at - made.started_at).total_seconds(),
            content_bytes=made and made.content_bytes,
            failed_at=failed and failed.finished_at,
            error=failed.error if failed else "",
        )

    async def _blob_trouble(self) -> str:
        try:
            await self._blobs.check()
        except (errors.TestFluxError, OSError) as error:
            return error.message if isinstance(error, errors.TestFluxError) else str(error)
        return ""

    def _disk(self) -> DiskFigures | None:
        try:
            usage = shutil.disk_usage(self._settings.data_dir)
        except OSError:
            return None
        return DiskFigures(size_bytes=usage.total, free_bytes=usage.free)
