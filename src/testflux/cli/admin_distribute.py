"""`testflux admin distribute`: from one PostgreSQL to many, by project."""

from __future__ import annotations

import argparse
import asyncio
import sys

from testflux.cli import exits, options, reach
from testflux.cli.options import Acts
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import distribution
from testflux.store.database import Database
from testflux.store.distribution import Plan


def add_arguments(acts: Acts) -> None:
    """Declare the act."""
    act = options.add_act(acts, "distribute", "print how Citus spreads this database over several servers, by project")
    act.add_argument("--run", action="store_true", help="do it; stop every server and worker first")
    act.set_defaults(act=_distribute)


def _distribute(given: argparse.Namespace) -> int:
    plan = asyncio.run(_plan(options.load_settings(given), is_run=given.run))
    sys.stdout.write(_done(plan) if given.run else as_script(plan))
    return exits.FINE


async def _plan(settings: Settings, *, is_run: bool) -> Plan:
    with reach.database_url(settings) as url:
        database = Database(url, max_size=1)
        await database.open()
        try:
            if is_run:
                return await distribution.run(database)
            async with database.read(EVERYBODY) as reader:
                return await distribution.get_plan(reader)
        finally:
            await database.close()


def as_script(plan: Plan) -> str:
    """Return the plan as SQL that says what it does."""
    state = "" if plan.is_possible else "-- This PostgreSQL has no Citus: nothing can be done here yet.\n"
    return (
        f"{state}-- Stop every server and worker first; run each statement by itself, in this order.\n"
        f"-- Copied to every node: {', '.join(plan.copied)}\n"
        f"-- Spread by project: {', '.join(plan.spread)}\n"
        f"-- Kept on the coordinator, with the queue: {', '.join(plan.kept)}\n"
        + "".join(f"{statement};\n" for statement in plan.statements)
    )


def _done(plan: Plan) -> str:
    return f"Spread {len(plan.spread)} tables by project, copied {len(plan.copied)} to every node.\n"
