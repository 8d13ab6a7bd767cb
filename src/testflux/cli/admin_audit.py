"""`testflux admin verify-audit`: whether the audit log is whole."""

from __future__ import annotations

import argparse
import asyncio
import sys

from testflux.cli import exits, options, reach
from testflux.kit import errors
from testflux.kit import settings as kit_settings
from testflux.model.access import EVERYBODY
from testflux.store import audit, audit_chain
from testflux.store.audit_chain import Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--organisation", metavar="SLUG", help="only this one's log (default: all)")
    parser.set_defaults(act=_run)


def _run(given: argparse.Namespace) -> int:
    settings = kit_settings.with_secret_key(options.load_settings(given))
    verdicts = asyncio.run(_verify(settings, given.organisation))
    sys.stdout.write("".join(f"{name}: {_say(verdict)}\n" for name, verdict in verdicts))
    return exits.GATE if any(verdict.fault for _, verdict in verdicts) else exits.FINE


async def _verify(settings: kit_settings.Settings, slug: str | None) -> list[tuple[str, Verdict]]:
    async with reach.database(settings) as database:
        async with database.read(EVERYBODY) as reader:
            chains = await audit.list_chains(reader)
        wanted = [(number, name) for number, name in chains.items() if slug in (None, name)]
        if slug is not None and not wanted:
            hint = f"There are {', '.join(chains.values()) or 'none'}."
            raise errors.InvalidError(f"No organisation {slug!r} has an audit log.", field="--organisation", hint=hint)
        return [(name, await audit_chain.verify(database, settings.secret_key, number)) for number, name in wanted]


def _say(verdict: Verdict) -> str:
    if verdict.fault:
        return f"NOT WHOLE. {verdict.fault}"
    kept = f", those before {verdict.kept_from} were removed by retention" if verdict.kept_from > 1 else ""
    sealed = f"sealed up to {verdict.sealed_number}" if verdict.seals else "not sealed yet"
    unknown = f", {verdict.unknown_seals} seals of another key" if verdict.unknown_seals else ""
    head = f"ends with {verdict.head.number}, {verdict.head.digest.hex()}"
    return f"whole: {verdict.events} events{kept}, {sealed}{unknown}; {head}"
