"""`testflux admin doctor`: check everything an installation stands on, and advise."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from testflux.cli import exits, options, reach, words
from testflux.kit import clock, deviations, errors
from testflux.kit import settings as kit_settings
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.notify import mail_server
from testflux.store import embedded_binaries, health, migrate, partitions, queue, walls
from testflux.store.blobs import Blobs
from testflux.store.database import Database

_OLDEST_PYTHON = (3, 11)
_LITTLE_SPACE = 1024**3
_LONG_WAIT_S = 300
_PATIENCE_S = 5


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at; `advice` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(act=run)


def run(given: argparse.Namespace) -> int:
    """Look at everything; exit with 1 when something is not well."""
    settings = options.load_settings(given)
    checks = [*look_at_machine(settings), *asyncio.run(_collect(settings))]
    is_well = all(check.ok for check in checks)
    if given.json:
        sys.stdout.write(json.dumps({"ok": is_well, "checks": msgspec.to_builtins(checks)}, indent=2) + "\n")
    else:
        sys.stdout.write(as_table(checks))
    return exits.FINE if is_well else exits.GATE


def as_table(checks: list[Check]) -> str:
    """Return the checks in aligned lines, with advice below what is not well."""
    width = max(len(check.name) for check in checks)
    lines: list[str] = []
    for check in checks:
        lines.append(f"{'✓' if check.ok else '✕'} {check.name:<{width}}  {check.detail}")
        if not check.ok and check.advice:
            lines.append(f"  {'':<{width}}  {check.advice}")
    return "\n".join(lines) + "\n"


def look_at_machine(settings: Settings) -> Iterator[Check]:
    """Look at what needs no database."""
    version = platform.python_version()
    yield Check("Python", sys.version_info >= _OLDEST_PYTHON, version, "TestFlux needs Python 3.11 or later.")
    yield _look_at_web_app()
    yield _look_at_data_folder(settings.data_dir)
    yield _look_at_space(settings.data_dir)
    yield _look_at_secret_key(settings)
    if settings.database_url is None:
        yield _look_at_binaries()
    yield _look_at_mail(settings.smtp_url)
    yield from _look_at_safety(settings)


async def _collect(settings: Settings) -> list[Check]:
    try:
        async with reach.database(settings) as database:
            return [check async for check in look_at_database(settings, database)]
    except errors.TestFluxError as error:
        return [Check("Database", ok=False, detail=error.message, advice=error.hint)]


async def look_at_database(settings: Settings, database: Database) -> AsyncIterator[Check]:
    """Look at the database, its schema, partitions and queue, and at the stored files."""
    async with database.read(EVERYBODY) as reader:
        kind = "external" if settings.database_url is not None else "embedded"
        yield Check("Database", ok=True, detail=f"PostgreSQL {await health.get_version(reader)}, {kind}")
        status = await migrate.status(database.direct_url)
        detail = f"schema {status.current or 'empty'}, this version needs {status.head}"
        yield Check("Migrations", status.is_current, detail, "Run `testflux admin migrate`, or start `testflux serve`.")
        if not status.is_current:
            return
        wall = (
            "keeps organisations apart" if database.has_wall else "not in force: only our own queries keep them apart"
        )
        yield Check("Row-level security", database.has_wall, wall, walls.ADVICE)
        missing = await partitions.find_missing(reader, partitions.months_ahead(clock.now().date()))
        detail = f"missing: {', '.join(missing)}" if missing else f"made {partitions.MONTHS_AHEAD} months ahead"
        yield Check("Partitions", not missing, detail, "Run `testflux admin partitions`; a worker makes them daily.")
        yield _look_at_queue(await queue.get_queue(reader))
    yield await _look_at_files(settings)


def find_web_app() -> Traversable:
    """Return where the web app's page is, if it was built."""
    return resources.files("testflux.serve") / "web_dist" / "index.html"


def _look_at_web_app() -> Check:
    is_built = find_web_app().is_file()
    detail = "built" if is_built else "not built: only the API can be used"
    return Check("Web app", is_built, detail, "Run `make run`, or install TestFlux from its wheel.")


def _look_at_data_folder(folder: Path) -> Check:
    try:
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        advice = "Name it with --data or TESTFLUX_DATA, and let the user who runs TestFlux own it."
        return Check("Data folder", ok=False, detail=f"{folder.resolve()}: {error.strerror}", advice=advice)
    return Check("Data folder", ok=True, detail=str(folder.resolve()))


def _look_at_space(folder: Path) -> Check:
    place = next(parent for parent in (folder.resolve(), *folder.resolve().parents) if parent.exists())
    free = shutil.disk_usage(place).free
    advice = "Reports and database need room: make some, or move the data folder."
    return Check("Disk space", free >= _LITTLE_SPACE, f"{words.size(free)} free", advice)


def _look_at_secret_key(settings: Settings) -> Check:
    if settings.secret_key:
        return Check("Secret key", ok=True, detail="from TESTFLUX_SECRET_KEY")
    path = settings.data_dir / kit_settings.SECRET_FILE
    if not path.exists():
        return Check("Secret key", ok=True, detail="will be made at the first start")
    is_closed = path.stat().st_mode & 0o077 == 0
    detail = "in the data folder" if is_closed else f"{path} can be read by others"
    return Check("Secret key", is_closed, detail, f"Run: chmod 600 {path}")


def _look_at_binaries() -> Check:
    try:
        found = embedded_binaries.find_binaries()
    except errors.SetupError as error:
        return Check("PostgreSQL programs", ok=False, detail=error.message, advice=error.hint)
    return Check("PostgreSQL programs", ok=True, detail=f"version {found.major} in {found.folder}")


def _look_at_safety(settings: Settings) -> Iterator[Check]:
    found = [Check(each.name, ok=False, detail=each.detail, advice=each.advice) for each in deviations.find(settings)]
    yield from found or [Check("Settings", ok=True, detail="as safe as the defaults")]


def _look_at_mail(url: str | None) -> Check:
    if url is None:
        detail = "none: no invitations, password resets or news by mail (TESTFLUX_SMTP_URL)"
        return Check("Mail server", ok=True, detail=detail)
    try:
        server = mail_server.read_url(url)
        with socket.create_connection((server.host, server.port), timeout=_PATIENCE_S):
            pass
    except errors.SetupError as error:
        return Check("Mail server", ok=False, detail=error.message, advice=error.hint)
    except OSError as error:
        advice = "Check TESTFLUX_SMTP_URL, and whether a firewall is in between."
        return Check("Mail server", ok=False, detail=f"does not answer: {error.strerror or error}", advice=advice)
    return Check("Mail server", ok=True, detail=f"{server.host}:{server.port} answers")


def _look_at_queue(state: queue.Queue) -> Check:
    detail = f"{state.waiting} waiting, {state.running} running, {state.failed} failed"
    if state.waiting and state.oldest_s > _LONG_WAIT_S:
        detail += f"; the oldest waits for {words.duration(round(state.oldest_s * 1000))}"
        return Check(
            "Queue", ok=False, detail=detail, advice="Does a worker run? Start `testflux serve` or `testflux work`."
        )
    return Check("Queue", ok=True, detail=detail)


async def _look_at_files(settings: Settings) -> Check:
    content = b"testflux admin doctor\n"

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    try:
        blobs = Blobs(settings.blob_url or settings.data_dir / "blobs")
        stored = await blobs.put(chunks(), limit=len(content))
        with blobs.open(stored.digest) as file:
            is_same = file.read() == content
        await blobs.drop(stored.digest)
    except (errors.TestFluxError, OSError) as error:
        return Check("Stored files", ok=False, detail=str(error), advice="Check TESTFLUX_BLOB_URL and its permissions.")
    detail = "written and read back" if is_same else "what was read is not what was written"
    return Check("Stored files", is_same, detail, "Check the disk or the object store.")
