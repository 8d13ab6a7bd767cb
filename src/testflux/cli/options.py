"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Protocol

import msgspec

from testflux.cli.client import DEFAULT_URL
from testflux.kit import settings


class Acts(Protocol):
    """What `add_subparsers` returns; argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str, description: str, allow_abbrev: bool) -> argparse.ArgumentParser:  # noqa: A002
        """Add one."""
        ...


def add_server(parser: argparse.ArgumentParser) -> None:
    """Declare how to reach a server."""
    group = parser.add_argument_group("server")
    group.add_argument("--url", default=os.environ.get("TESTFLUX_URL") or DEFAULT_URL, help="default: TESTFLUX_URL")
    group.add_argument("--token", default=os.environ.get("TESTFLUX_TOKEN", ""), help="default: TESTFLUX_TOKEN")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Declare where an installation's data are."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: TESTFLUX_DATA, else ./.testflux)"
    )


def add_act(acts: Acts, name: str, purpose: str) -> argparse.ArgumentParser:
    """Add one act on an installation, with its data folder."""
    parser = acts.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".", allow_abbrev=False)
    add_data(parser)
    return parser


def load_settings(options: argparse.Namespace) -> settings.Settings:
    """Return the settings of the environment, with the data folder of the options."""
    loaded = settings.load()
    return msgspec.structs.replace(loaded, data_dir=options.data) if options.data is not None else loaded
