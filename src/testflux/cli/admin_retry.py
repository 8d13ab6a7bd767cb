"""`testflux admin retry`: queue rejected uploads again."""

from __future__ import annotations

import argparse
import asyncio
import sys

from testflux.cli import exits, options, reach
from testflux.kit import errors, identifiers
from testflux.model.access import EVERYBODY
from testflux.store import audit, uploads


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("uploads", nargs="*", metavar="UPLOAD", help="ids of rejected uploads whose file is kept")
    parser.add_argument("--set-aside", action="store_true", help="all that were set aside as TestFlux's own fault")
    parser.set_defaults(act=_run)


def _run(given: argparse.Namespace) -> int:
    if bool(given.uploads) == given.set_aside:
        hint = "`testflux admin retry --set-aside` takes all that TestFlux itself failed on."
        raise errors.InvalidError("Name uploads, or say --set-aside.", field="UPLOAD", hint=hint)
    done, left = asyncio.run(_retry(given))
    sys.stdout.write("".join(f"{line}\n" for line in (*done, *left)))
    sys.stdout.write(f"{len(done)} queued again.\n")
    return exits.REJECTED if left else exits.FINE


async def _retry(given: argparse.Namespace) -> tuple[list[str], list[str]]:
    done: list[str] = []
    left: list[str] = []
    async with reach.database(options.load_settings(given)) as database:
        async with database.read(EVERYBODY) as reader:
            rows = await uploads.list_set_aside(reader) if given.set_aside else []
        keys = [(row["project_id"], row["upload_id"]) for row in rows] or list(map(identifiers.unpack, given.uploads))
        for key in keys:
            name = identifiers.pack(*key)
            try:
                async with database.write(EVERYBODY) as writer:
                    await uploads.save_queued(writer, *key)
                    row = await uploads.get_upload(writer, *key)
                    target = audit.Target("upload", name, row["file_name"])
                    audit.note(writer, row["org_id"], "upload.retry", target, project_id=key[0])
                done.append(f"{name}  queued again")
            except (errors.ConflictError, errors.NotFoundError) as error:
                left.append(f"{name}  {error.message}")
    return done, left
