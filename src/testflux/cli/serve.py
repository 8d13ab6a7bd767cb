"""`testflux serve`: everything in one process."""

from __future__ import annotations

import argparse

from testflux.cli import exits, options
from testflux.kit import logging, settings
from testflux.serve import server
from testflux.work import worker


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", help="address to listen on (default: TESTFLUX_HOST, else 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: TESTFLUX_PORT, else 8080)")
    options.add_data(parser)
    parser.add_argument("--no-worker", action="store_true", help="process no uploads here: `testflux work` does")
    parser.add_argument("--sample", action="store_true", help="load the sample history when the database is new")


def run(given: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    loaded = settings.with_address(options.load_settings(given), given.host, given.port)
    logging.configure(loaded.log_level, loaded.log_format)
    server.run(loaded, work=None if given.no_worker else worker.run, with_sample=given.sample)
    return exits.FINE
