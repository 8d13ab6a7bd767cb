"""`testflux work`: a worker only."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal

from testflux.cli import exits, options, reach
from testflux.kit import logging, settings
from testflux.store import migrate, reachable
from testflux.store.blobs import Blobs
from testflux.work import worker

_OTHERS = 8
"""Connections beside those of the uploads being processed: deliveries, housekeeping, the queue itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_data(parser)


def run(given: argparse.Namespace) -> int:
    """Work until Ctrl-C or a friendly kill; what is begun is finished first."""
    loaded = settings.with_secret_key(options.load_settings(given))
    logging.configure(loaded.log_level, loaded.log_format)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_work(loaded))
    return exits.FINE


async def _work(loaded: settings.Settings) -> None:
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, lambda: task and task.cancel())
    if (own := loaded.database_direct_url or loaded.database_url) is not None:
        await reachable.wait_for(own)
        await migrate.upgrade(own)
    async with reach.database(loaded, loaded.worker_concurrency + _OTHERS) as database:
        await worker.run(database, Blobs(loaded.blob_url or loaded.data_dir / "blobs"), loaded)
