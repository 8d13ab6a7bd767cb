"""`testflux demo`: the sample history, in and out of a running server."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from testflux.cli import answers, exits, upload
from testflux.cli import options as shared
from testflux.cli.client import Client
from testflux.cli.progress import Progress

_LOOK_S: Final = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    shared.add_server(parser)
    parser.add_argument("--remove", action="store_true", help="remove the sample projects with everything in them")


def run(options: argparse.Namespace) -> int:
    """Load or remove."""
    with upload.open_client(options) as client:
        if options.remove:
            client.delete("/sample")
            sys.stdout.write("The sample history is gone.\n")
            return exits.FINE
        sample = _load(client)
    sys.stdout.write(f"The sample history is there: {sample.total} reports in {len(sample.projects)} projects.\n")
    sys.stdout.write(f"{client.url}/  (`testflux demo --remove` takes it out again)\n")
    return exits.FINE


def _load(client: Client) -> answers.Sample:
    sample = client.post("/sample", answers.Sample)
    with Progress() as progress, progress.work("Sample history") as told:
        while sample.status == "loading":
            told(f"{sample.done} of {sample.total} reports", 100 * sample.done // max(sample.total, 1))
            client.pause(_LOOK_S)
            sample = client.get("/sample", answers.Sample)
    return sample
