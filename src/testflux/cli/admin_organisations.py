"""`testflux admin organisation`: the organisations of this installation."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from typing import Final

from testflux.cli import exits, options, reach
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import audit, organisations
from testflux.store.database import Row

_SLUG: Final = re.compile("[a-z0-9][a-z0-9-]{0,62}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the acts and their options."""
    acts = parser.add_subparsers(metavar="ACT", required=True, title="acts", help="what to do")
    options.add_act(acts, "list", "list every organisation").set_defaults(act=_list)
    adding = options.add_act(acts, "add", "add an organisation")
    adding.add_argument("slug", help="its name in addresses, for example acme")
    adding.add_argument("--name", help="the name to show (default: the slug)")
    adding.add_argument("--owner", required=True, help="the address of the person it belongs to")
    adding.set_defaults(act=_add)


def _list(given: argparse.Namespace) -> int:
    sys.stdout.write(asyncio.run(_say_all(given)))
    return exits.FINE


def _add(given: argparse.Namespace) -> int:
    sys.stdout.write(asyncio.run(_make(given)))
    return exits.FINE


async def _say_all(given: argparse.Namespace) -> str:
    async with reach.database(options.load_settings(given)) as database, database.read(EVERYBODY) as reader:
        rows = await organisations.list_all(reader)
    lines = [f"{row['slug']}  {row['name']}  {_count(row, 'member')}, {_count(row, 'project')}" for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _count(row: Row, noun: str) -> str:
    number = row[f"{noun}_count"]
    return f"{number} {noun}{'' if number == 1 else 's'}"


async def _make(given: argparse.Namespace) -> str:
    if not _SLUG.fullmatch(given.slug):
        raise errors.InvalidError(f"{given.slug!r} is no slug.", hint="Use a to z, 0 to 9 and hyphens.", field="slug")
    async with reach.database(options.load_settings(given)) as database, database.write(EVERYBODY) as writer:
        owner_id = await organisations.find_person(writer, given.owner)
        if owner_id is None:
            hint = "Add them first: testflux admin user add."
            raise errors.NotFoundError(f"Nobody signs in as {given.owner}.", hint=hint)
        row = await organisations.add_organisation(writer, given.slug, given.name or given.slug, owner_id)
        target = audit.Target("organisation", row["org_id"], row["name"])
        audit.note(writer, row["org_id"], "organisation.add", target, after={"slug": row["slug"], "owner": given.owner})
    return f"{row['slug']} is there, and belongs to {given.owner}.\n"
