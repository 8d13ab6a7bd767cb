"""`testflux admin`: looking after an installation, on the machine it runs on."""

from __future__ import annotations

import argparse
import asyncio
import sys

from testflux.cli import (
    admin_audit,
    admin_backup,
    admin_distribute,
    admin_keys,
    admin_organisations,
    admin_retry,
    admin_tokens,
    admin_users,
    doctor,
    exits,
    options,
    reach,
)
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.store import migrate, partitions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the acts and their options."""
    acts = parser.add_subparsers(metavar="ACT", required=True, title="acts", help="what to do")
    migrating = options.add_act(acts, "migrate", "bring the database to this version's schema")
    migrating.add_argument("--check", action="store_true", help="only say whether it is: exit with 1 when it is not")
    migrating.set_defaults(act=_migrate)
    making = options.add_act(acts, "partitions", "list the monthly partitions and make the coming ones")
    making.set_defaults(act=_make_partitions)
    admin_backup.add_arguments(acts)
    admin_retry.add_arguments(options.add_act(acts, "retry", "queue rejected uploads again"))
    admin_distribute.add_arguments(acts)
    doctor.add_arguments(options.add_act(acts, "doctor", "check everything the installation stands on, and advise"))
    purpose = "walk the audit log and say whether it is whole: exit with 1 when it is not"
    admin_audit.add_arguments(options.add_act(acts, "verify-audit", purpose))
    admin_keys.add_arguments(options.add_act(acts, "rotate-key", "seal every secret with a new key"))
    admin_users.add_arguments(acts.add_parser("user", help="people who sign in", allow_abbrev=False))
    organisation_parser = acts.add_parser("organisation", help="organisations of this installation", allow_abbrev=False)
    admin_organisations.add_arguments(organisation_parser)
    admin_tokens.add_arguments(acts.add_parser("token", help="tokens for CI", allow_abbrev=False))


def run(given: argparse.Namespace) -> int:
    """Do one act."""
    return given.act(given)


def _migrate(given: argparse.Namespace) -> int:
    with reach.database_url(options.load_settings(given)) as url:
        before = asyncio.run(migrate.status(url))
        if given.check:
            state = "is current" if before.is_current else f"has to be migrated to {before.head}"
            sys.stdout.write(f"The schema is at {before.current or 'nothing'} and {state}.\n")
            return exits.FINE if before.is_current else exits.GATE
        after = asyncio.run(migrate.upgrade(url))
    what = "was current already" if before.is_current else f"came from {before.current or 'nothing'}"
    sys.stdout.write(f"The schema is at {after.current}; it {what}.\n")
    return exits.FINE


def _make_partitions(given: argparse.Namespace) -> int:
    made, present = asyncio.run(_ensure_partitions(given))
    for name in present:
        sys.stdout.write(f"{name}{'  (new)' if name in made else ''}\n")
    return exits.FINE


async def _ensure_partitions(given: argparse.Namespace) -> tuple[list[str], list[str]]:
    async with reach.database(options.load_settings(given)) as database:
        async with database.write(EVERYBODY) as writer:
            made = await partitions.ensure_ahead(writer, clock.now().date())
        async with database.read(EVERYBODY) as reader:
            return made, await partitions.list_partitions(reader)
