"""The `testflux` command."""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from testflux import __version__
from testflux.cli import exits
from testflux.kit import errors

COMMANDS: Final = {
    "serve": "start everything: web app, API, worker and database",
    "work": "start a worker only, beside a running server",
    "upload": "send report files, folders or archives to a server",
    "parse": "read report files here, without a server, and print what is in them",
    "demo": "load the sample history into a running server, or remove it",
    "admin": "look after a server: migrations, people, tokens, partitions, a check-up",
}
"""Every command and what it does. Each has a module of its name, which is loaded only when it is asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code (see docs/reference/cli.md)."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser, commands = _parser()
    name = next((word for word in given if word in COMMANDS), "")
    module = _module(name) if name else None
    if module is not None:
        module.add_arguments(commands[name])
    options = parser.parse_args(given)
    if module is None or options.command != name:
        parser.print_help()
        return exits.USAGE
    try:
        return module.run(options)
    except errors.TestFluxError as error:
        exits.explain(error)
        return exits.code_of(error)
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except Exception:  # noqa: BLE001 - the edge: a crash must not look like a failed gate
        traceback.print_exc()
        sys.stderr.write("testflux: this is a defect in TestFlux; please report it with the lines above.\n")
        return exits.DEFECT


def command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command with all its options."""
    _, commands = _parser()
    _module(name).add_arguments(commands[name])
    return commands[name]


def _parser() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    parser = argparse.ArgumentParser(
        prog="testflux",
        description="Collects test, security and load reports from every tool and shows what changed.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"testflux {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    return parser, {
        name: commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".", allow_abbrev=False)
        for name, what in COMMANDS.items()
    }


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"testflux.cli.{name}")


if __name__ == "__main__":
    sys.exit(main())
