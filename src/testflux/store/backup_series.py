"""A folder of backups, one after the other: which is the newest, and which are not needed any more."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from testflux.kit import clock, errors
from testflux.kit import settings as kit_settings
from testflux.kit.settings import SECRET_FILE, Settings
from testflux.model.access import EVERYBODY
from testflux.store import backup, backups
from testflux.store.blobs import Blobs
from testflux.store.database import Database

_NAME: Final = re.compile(r"testflux-(\d{8}T\d{6}Z)")
_STAMP: Final = "%Y%m%dT%H%M%SZ"


class Keep(msgspec.Struct, frozen=True):
    """How many are kept: the last one of so many days, weeks and months that have any."""

    daily: int
    weekly: int
    monthly: int


class Job(msgspec.Struct, frozen=True):
    """A backup to be made by version `version`; `folder` None: the next one of the series, and old ones go."""

    version: str
    progress: backup.Progress
    folder: Path | None = None
    is_scheduled: bool = False


async def make(database: Database, blobs: Blobs, settings: Settings, job: Job) -> tuple[Path, backup.Manifest]:
    """Make a backup as the settings say; what became of it is written down either way."""
    began = clock.now()
    series = settings.backup_dir or Path()
    path = job.folder or next_path(series, began)
    passphrase = kit_settings.read_backup_key(settings)
    order = backup.Order(
        version=job.version,
        progress=job.progress,
        passphrase=passphrase,
        secret_file=settings.data_dir / SECRET_FILE,
        previous=None if job.folder else next(iter(list_backups(series).values()), None),
    )
    attempt = backups.Attempt(
        started_at=began,
        finished_at=began,
        place=str(path),
        is_scheduled=job.is_scheduled,
        is_encrypted=passphrase is not None,
    )
    try:
        manifest = await backup.make(database, blobs, path, order)
        if job.folder is None:
            keep = Keep(settings.backup_daily, settings.backup_weekly, settings.backup_monthly)
            await asyncio.to_thread(drop_old, series, keep)
    except errors.TestFluxError as error:
        with suppress(errors.UnavailableError):  # without a database there is nowhere to write it down
            await _note(database, attempt, error=error.message)
        raise
    await _note(database, attempt, files=manifest.blobs, content_bytes=manifest.blob_bytes)
    return path, manifest


async def _note(database: Database, attempt: backups.Attempt, **outcome: Any) -> None:
    attempt = msgspec.structs.replace(attempt, finished_at=clock.now(), **outcome)
    async with database.write(EVERYBODY) as writer:
        await backups.add_attempt(writer, attempt)


def next_path(folder: Path, moment: datetime) -> Path:
    """Return where the backup of a moment belongs."""
    return folder / f"testflux-{moment.astimezone(UTC):{_STAMP}}"


def list_backups(folder: Path) -> dict[datetime, Path]:
    """Return the finished backups of a series, newest first; whatever else is in the folder is not ours."""
    found = [(match, path) for path in _entries(folder) if (match := _NAME.fullmatch(path.name))]
    dated = {datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC): path for match, path in found}
    return dict(sorted(dated.items(), reverse=True))


def drop_old(folder: Path, keep: Keep) -> list[Path]:
    """Remove the backups that are not to be kept and what was broken off; return them."""
    backups = list_backups(folder)
    kept = choose(backups, keep)
    old = [path for moment, path in backups.items() if moment not in kept]
    old += [path for path in _entries(folder) if _is_remains(path)]
    for path in old:
        shutil.rmtree(path)
    return old


def choose(moments: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Return the moments whose backups are kept; the newest always is."""
    newest_first = sorted(moments, reverse=True)
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (keep.daily, lambda moment: moment.date()),
        (keep.weekly, lambda moment: moment.isocalendar()[:2]),
        (keep.monthly, lambda moment: (moment.year, moment.month)),
    )
    kept = set(newest_first[:1])
    for count, period in periods:
        last: dict[object, datetime] = {}
        for moment in newest_first:
            last.setdefault(period(moment), moment)
        kept |= set(list(last.values())[:count])
    return kept


def _is_remains(path: Path) -> bool:
    return path.suffix == ".unfinished" and _NAME.fullmatch(path.stem) is not None


def _entries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
