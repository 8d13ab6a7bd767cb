"""`testflux admin backup`, `restore` and `verify`: laying everything aside, and getting it back."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import testflux
from testflux.cli import exits, options, progress, reach
from testflux.cli.options import Acts
from testflux.kit import errors
from testflux.kit import settings as kit_settings
from testflux.kit.settings import SECRET_FILE, Settings
from testflux.store import backup, backup_series, embedded
from testflux.store.blobs import Blobs


def add_arguments(acts: Acts) -> None:
    """Declare the acts and their options."""
    making = options.add_act(acts, "backup", "copy the database and every stored file into a new folder")
    making.add_argument(
        "folder",
        type=Path,
        nargs="?",
        help="where to; it must not exist (default: the next one in TESTFLUX_BACKUP_DIR, and old ones go)",
    )
    making.set_defaults(act=_make)
    restoring = options.add_act(acts, "restore", "fill an empty data folder or database from a backup")
    restoring.add_argument("folder", type=Path, help="the backup")
    restoring.set_defaults(act=_restore)
    verifying = options.add_act(
        acts, "verify", "restore a backup into a passing database and compare every count and file"
    )
    verifying.add_argument("folder", type=Path, help="the backup")
    verifying.set_defaults(act=_verify)


def _make(given: argparse.Namespace) -> int:
    settings = options.load_settings(given)
    if given.folder is None and settings.backup_dir is None:
        hint = "Name a folder, or set TESTFLUX_BACKUP_DIR."
        raise errors.InvalidError("Where is the backup to go?", field="folder", hint=hint)
    with _watched("Copying") as tell:
        path, manifest = asyncio.run(_copy(settings, given.folder, tell))
    if manifest.missing_blobs:
        sys.stderr.write(f"{len(manifest.missing_blobs)} files were removed meanwhile and are not in the backup.\n")
    what = "it is encrypted" if manifest.salt else f"keep it secret: it holds {_secrets(path)}"
    sys.stdout.write(f"{path}: {_describe(manifest)}; {what}.\n")
    return exits.FINE


async def _copy(settings: Settings, folder: Path | None, tell: backup.Progress) -> tuple[Path, backup.Manifest]:
    async with reach.database(settings, 3) as database:
        return await backup_series.make(
            database, _blobs(settings), settings, backup_series.Job(testflux.__version__, tell, folder)
        )


def _restore(given: argparse.Namespace) -> int:
    settings = options.load_settings(given)
    manifest = backup.read_manifest(given.folder)
    seal = backup.open_seal(manifest, kit_settings.read_backup_key(settings))
    secret = backup.read_secret(given.folder, seal)
    with _empty_database(settings) as url, _watched("Restoring") as tell:
        asyncio.run(backup.restore_database(url, given.folder, manifest, seal))
        asyncio.run(backup.restore_blobs(_blobs(settings), given.folder, tell, seal))
    _restore_secret(secret, settings.data_dir / SECRET_FILE)
    sys.stdout.write(f"Restored {_describe(manifest)}.\n")
    return exits.FINE


@contextmanager
def _empty_database(settings: Settings) -> Generator[str]:
    """Lend the address of a database to fill; an embedded one is made, and removed again when the filling fails."""
    if settings.database_url is not None:
        yield settings.database_direct_url or settings.database_url
        return
    folder = settings.data_dir / "postgres"
    if folder.exists():
        raise errors.InvalidError(
            f"There is a database in {settings.data_dir} already; nothing was changed.",
            hint="Name a new data folder with --data, or move the old one away.",
        )
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        with embedded.EmbeddedPostgres(folder) as server:
            yield server.dsn
        undo.pop_all()


def _restore_secret(secret: bytes | None, place: Path) -> None:
    if secret is not None and not place.exists():
        place.touch(mode=0o600)
        place.write_bytes(secret)


def _verify(given: argparse.Namespace) -> int:
    manifest = backup.read_manifest(given.folder)
    seal = backup.open_seal(manifest, kit_settings.read_backup_key(options.load_settings(given)))
    backup.read_secret(given.folder, seal)
    with _watched("Reading") as tell:
        asyncio.run(backup.check_blobs(given.folder, manifest, tell, seal))
    with tempfile.TemporaryDirectory(prefix="testflux-verify-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # the database may run as another user
        with embedded.EmbeddedPostgres(Path(name) / "postgres") as server:
            asyncio.run(backup.restore_database(server.dsn, given.folder, manifest, seal))
    sys.stdout.write(f"{given.folder} is whole: {_describe(manifest)}.\n")
    return exits.FINE


@contextmanager
def _watched(what: str) -> Generator[backup.Progress]:
    with progress.Progress() as bars, bars.work(what) as tell:
        yield lambda done, total: tell(f"{done:,} of {total:,} files", done * 100 // max(total, 1))


def _blobs(settings: Settings) -> Blobs:
    return Blobs(settings.blob_url or settings.data_dir / "blobs")


def _describe(manifest: backup.Manifest) -> str:
    rows = sum(manifest.rows.values())
    size = manifest.blob_bytes / 1e6
    return (
        f"{rows:,} rows in {len(manifest.rows)} tables and {manifest.blobs:,} files ({size:,.1f} MB unpacked), "
        f"schema {manifest.schema}, of {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    )


def _secrets(folder: Path) -> str:
    return "every report and the server's secret key" if (folder / SECRET_FILE).exists() else "every report"
