from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from made import Project, chunks, make_project
from testflux.kit import clock, errors, hashing
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.model.run import Metadata
from testflux.store import backup, backup_series, backups, uploads
from testflux.store.blobs import Blobs, StoredBlob
from testflux.store.database import Database
from testflux.work import back_up

KEY = "correct horse battery staple"
NIGHT = datetime(2026, 6, 15, 2, 30, tzinfo=UTC)


@pytest.fixture
async def project(database: Database) -> Project:
    return await make_project(database)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "data" / "blobs")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", backup_dir=tmp_path / "series", backup_daily=2, backup_weekly=0, backup_monthly=0
    )


async def add(project: Project, blobs: Blobs, content: bytes) -> StoredBlob:
    """Store a file with an upload that names it."""
    stored = await blobs.put(chunks(content), 10**7)
    new = uploads.NewUpload(
        project_id=project.project_id,
        key=hashing.digest((stored.digest.hex(),)),
        file_name="output.xml",
        size_bytes=stored.size_bytes,
        metadata=Metadata(),
        blob=stored,
    )
    async with project.database.write(EVERYBODY) as writer:
        await uploads.add_upload(writer, new)
    return stored


async def make(database: Database, blobs: Blobs, settings: Settings, folder: Path | None = None) -> Path:
    job = backup_series.Job("1.0", lambda _done, _total: None, folder)
    path, _ = await backup_series.make(database, blobs, settings, job)
    return path


def file_of(folder: Path, stored: StoredBlob) -> Path:
    name = stored.digest.hex()
    return folder / "blobs" / name[:2] / name


async def find_last(database: Database) -> tuple[backups.Attempt | None, backups.Attempt | None]:
    async with database.read(EVERYBODY) as reader:
        return await backups.find_last_made(reader), await backups.find_last_failed(reader)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize("key", [None, KEY])
async def test_files_that_stay_the_same_take_no_room_again(
    project: Project, blobs: Blobs, settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    settings = msgspec.structs.replace(settings, backup_key=key)
    old = await add(project, blobs, b"old" * 1000)
    paths: list[Path] = []
    for night in range(3):
        set_clock(monkeypatch, NIGHT + timedelta(days=night))
        new = await add(project, blobs, b"new %d" % night)
        paths.append(await make(project.database, blobs, settings))
        assert file_of(paths[-1], new).stat().st_nlink == 1
    assert not paths[0].exists(), "two are kept"
    assert file_of(paths[1], old).samefile(file_of(paths[2], old))
    manifest = backup.read_manifest(paths[2])
    assert manifest.blobs == 4
    seal = backup.open_seal(manifest, key)
    await backup.check_blobs(paths[2], manifest, lambda _done, _total: None, seal)
    assert bool(seal) == bool(key)


async def test_a_series_that_begins_to_be_sealed_takes_no_open_file_over(
    project: Project, blobs: Blobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await add(project, blobs, b"a secret of the shop")
    for night, key in enumerate((None, KEY, "another passphrase than before", None)):
        set_clock(monkeypatch, NIGHT + timedelta(days=night))
        path = await make(project.database, blobs, msgspec.structs.replace(settings, backup_key=key))
        assert (b"secret" in file_of(path, stored).read_bytes()) == (key is None)
        assert file_of(path, stored).stat().st_nlink == 1
        assert backup.open_seal(backup.read_manifest(path), key) is not None or key is None


async def test_what_became_of_backups_is_written_down(
    project: Project, blobs: Blobs, settings: Settings, tmp_path: Path
) -> None:
    stored = await add(project, blobs, b"report")
    path = await make(project.database, blobs, settings)
    made, failed = await find_last(project.database)
    assert made is not None
    assert failed is None
    assert (made.place, made.files, made.content_bytes) == (str(path), 1, stored.size_bytes)
    assert made.started_at <= made.finished_at

    (tmp_path / "file").write_text("")
    with pytest.raises(errors.SetupError, match="cannot be written"):
        await make(project.database, blobs, settings, tmp_path / "file" / "kept")
    made, failed = await find_last(project.database)
    assert made is not None
    assert failed is not None
    assert "Not a directory" in failed.error
    await make(project.database, blobs, settings, tmp_path / "kept")
    assert (await find_last(project.database))[1] is None, "one was made since"


async def test_a_backup_that_breaks_off_leaves_nothing(
    project: Project, blobs: Blobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(project, blobs, b"report")

    def fill_up(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Blobs, "copy", fill_up)
    with capture_logs() as logged:
        await back_up.back_up(project.database, blobs, settings)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["no backup was made"]
    assert settings.backup_dir is not None
    assert os.listdir(settings.backup_dir) == []  # noqa: PTH208 - names are all that is asked for
    _, failed = await find_last(project.database)
    assert failed is not None
    assert failed.is_scheduled
    assert "No space left" in failed.error


async def test_a_missing_file_is_told_and_the_rest_is_kept(
    project: Project, blobs: Blobs, settings: Settings, tmp_path: Path
) -> None:
    gone, kept = await add(project, blobs, b"gone"), await add(project, blobs, b"kept")
    await blobs.drop(gone.digest)
    path = await make(project.database, blobs, settings, tmp_path / "kept")
    assert json.loads((path / "backup.json").read_text())["missing_blobs"] == [gone.digest.hex()]
    assert file_of(path, kept).exists()
    assert not file_of(path, gone).exists()


async def test_two_workers_make_one_backup(project: Project, blobs: Blobs, settings: Settings) -> None:
    async with project.database.write(EVERYBODY) as other:
        assert await backups.find_turn(other)
        with capture_logs() as logged:
            await back_up.back_up(project.database, blobs, settings)
    assert [entry["event"] for entry in logged] == ["the backup before this one is still being made"]
    with capture_logs() as logged:
        await back_up.back_up(project.database, blobs, settings)
    assert [entry["event"] for entry in logged] == ["backup made"]
    assert settings.backup_dir is not None
    assert len(backup_series.list_backups(settings.backup_dir)) == 1


async def test_a_blob_store_that_is_away_makes_no_half_backup(
    project: Project, blobs: Blobs, settings: Settings, tmp_path: Path
) -> None:
    await add(project, blobs, b"report")
    (tmp_path / "data" / "blobs").rename(tmp_path / "away")
    (tmp_path / "data" / "blobs").mkdir()
    with pytest.raises(errors.UnavailableError, match="is not there"):
        await make(project.database, blobs, settings, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    assert "is not there" in getattr((await find_last(project.database))[1], "error", "")
