"""Backup, destroy, restore: everything is there again, and a damaged backup is found out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

import s3_server
import tiny_reports
from running import RunningHouse

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TESTS = {f"Test {number}": "PASS" if number % 3 else f"{number} is not here" for number in range(300)}
REPORTS = {
    "output.xml": tiny_reports.robot(TESTS, AT),
    "again.xml": tiny_reports.robot({"Test 1": "PASS"}, AT),
    "empty.xml": b"",
}


KEY = {"TESTFLUX_BACKUP_KEY": "correct horse battery staple"}


def admin(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "testflux.cli.main", "admin", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, **environment}
    )


def everything(client: httpx.Client) -> dict[str, Any]:
    """Return what people see of the project, and each uploaded file."""
    runs = client.get("/projects/shop/runs").raise_for_status().json()["items"]
    uploads = client.get("/projects/shop/uploads").raise_for_status().json()["items"]
    files = {item["id"]: client.get(f"/uploads/{item['id']}/file").raise_for_status().content for item in uploads}
    results = {run["id"]: client.get(f"/runs/{run['id']}/results").raise_for_status().json() for run in runs}
    return {"runs": runs, "uploads": uploads, "files": files, "results": results}


class Kept(NamedTuple):
    """Two backups, an open and a sealed one, and what was to be seen in the house that they were made of."""

    folder: Path
    sealed: Path
    house: RunningHouse
    seen: dict[str, Any]


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """A backup of a house with a project and a few runs; the house has ended."""
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        house = RunningHouse(Path(name) / "data").start()
        try:
            with house.client() as client:
                client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
                for file_name, content in REPORTS.items():
                    send(client, file_name, content)
                seen = everything(client)
            made = admin("backup", Path(name) / "kept", "--data", house.data)
            sealed = admin("backup", Path(name) / "sealed", "--data", house.data, **KEY)
        finally:
            house.stop()
        assert made.returncode == 0, made.stderr
        assert "secret key" in made.stdout
        assert sealed.returncode == 0, sealed.stderr
        assert "it is encrypted" in sealed.stdout
        yield Kept(Path(name) / "kept", Path(name) / "sealed", house, seen)


@pytest.fixture
def copy(kept: Kept, tmp_path: Path) -> Path:
    """A copy of the backup to spoil."""
    return Path(shutil.copytree(kept.folder, tmp_path / "copy"))


def send(client: httpx.Client, name: str, content: bytes) -> None:
    path, wait = "/projects/shop/uploads", {"Prefer": "wait=30"}
    client.post(path, params={"filename": name}, content=content, headers=wait).raise_for_status()


def test_what_was_laid_aside_comes_back_whole(kept: Kept, data_folder: Path) -> None:
    restored = admin("restore", kept.folder, "--data", data_folder)
    assert restored.returncode == 0, restored.stderr
    house = RunningHouse(data_folder).start()
    try:
        with house.client() as client:
            assert everything(client) == kept.seen
            send(client, "new.xml", tiny_reports.robot({"Test 2": "PASS"}, AT))
            assert len(everything(client)["runs"]) == len(kept.seen["runs"]) + 1
    finally:
        house.stop()


def test_what_was_sealed_comes_back_whole(kept: Kept, data_folder: Path) -> None:
    assert "is whole" in admin("verify", kept.sealed, **KEY).stdout
    restored = admin("restore", kept.sealed, "--data", data_folder, **KEY)
    assert restored.returncode == 0, restored.stderr
    assert (data_folder / "secret.key").read_bytes() == (kept.house.data / "secret.key").read_bytes()
    house = RunningHouse(data_folder).start()
    try:
        with house.client() as client:
            assert everything(client) == kept.seen
    finally:
        house.stop()


def test_nothing_of_a_sealed_backup_can_be_read(kept: Kept) -> None:
    words = (b"Test 1", b"is not here", b"PGDMP", (kept.house.data / "secret.key").read_bytes().strip())
    paths = [path for path in kept.sealed.rglob("*") if path.is_file() and path.name != "backup.json"]
    assert len(paths) > 3
    for path in paths:
        content = path.read_bytes()
        assert not any(word in content for word in words)
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("act", ["verify", "restore"])
def test_a_sealed_backup_opens_with_its_key_alone(kept: Kept, data_folder: Path, act: str) -> None:
    assert "is encrypted" in admin(act, kept.sealed, "--data", data_folder).stderr
    wrong = admin(act, kept.sealed, "--data", data_folder, TESTFLUX_BACKUP_KEY="a key that is not the one")
    assert "does not open the backup" in wrong.stderr
    assert wrong.returncode != 0
    assert not (data_folder / "postgres").exists()


def test_a_changed_sealed_backup_is_found_out(kept: Kept, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(kept.sealed, tmp_path / "copy"))
    for path in (copy / "database.dump", max((copy / "blobs").glob("*/*"))):
        content = bytearray(path.read_bytes())
        content[-20] ^= 1
        path.write_bytes(content)
        assert "is not what it was" in admin("verify", copy, **KEY).stderr
        content[-20] ^= 1
        path.write_bytes(content)
    assert "is whole" in admin("verify", copy, **KEY).stdout
    manifest = json.loads((copy / "backup.json").read_text())
    manifest["rows"]["run"] -= 1
    (copy / "backup.json").write_text(json.dumps(manifest))
    assert "was changed" in admin("verify", copy, **KEY).stderr


def test_it_says_what_it_holds(kept: Kept) -> None:
    manifest = json.loads((kept.folder / "backup.json").read_text())
    assert manifest["blobs"] == len(set(kept.seen["files"].values()))
    assert manifest["rows"]["upload"] == len(kept.seen["uploads"])
    assert manifest["rows"]["run"] == len(kept.seen["runs"])


def test_a_sound_backup_is_found_whole(kept: Kept) -> None:
    verified = admin("verify", kept.folder)
    assert verified.returncode == 0, verified.stderr
    assert "is whole" in verified.stdout


def test_a_changed_file_is_found_out(copy: Path) -> None:
    path = max((copy / "blobs").glob("*/*"), key=lambda path: path.stat().st_size)
    path.write_bytes(path.read_bytes()[:-30] + bytes(30))
    assert "damaged" in admin("verify", copy).stderr
    path.write_bytes(b"another content")
    assert path.name[:12] in admin("verify", copy).stderr
    path.unlink()
    assert "should hold" in admin("verify", copy).stderr


def test_rows_that_are_missing_are_found_out(copy: Path) -> None:
    manifest = json.loads((copy / "backup.json").read_text())
    manifest["rows"]["run"] += 1
    (copy / "backup.json").write_text(json.dumps(manifest))
    assert "differs" in admin("verify", copy).stderr


def test_nothing_is_overwritten(kept: Kept, tmp_path: Path) -> None:
    assert "is there already" in admin("backup", kept.folder, "--data", kept.house.data).stderr
    assert "There is a database" in admin("restore", kept.folder, "--data", kept.house.data).stderr
    assert "is no backup" in admin("restore", tmp_path, "--data", tmp_path / "new").stderr


def test_a_failed_restore_leaves_nothing_half_made(copy: Path, data_folder: Path) -> None:
    dump = copy / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-2000])
    failed = admin("restore", copy, "--data", data_folder)
    assert failed.returncode != 0
    assert "pg_restore failed" in failed.stderr
    assert not (data_folder / "postgres").exists()


def test_without_a_folder_it_is_the_next_of_a_series(kept: Kept, tmp_path: Path) -> None:
    series = {"TESTFLUX_BACKUP_DIR": str(tmp_path / "series")}
    assert "Where is the backup to go?" in admin("backup", "--data", kept.house.data).stderr
    made = admin("backup", "--data", kept.house.data, **series)
    assert made.returncode == 0, made.stderr
    (path,) = (tmp_path / "series").iterdir()
    assert path.name.startswith("testflux-2")
    assert json.loads((path / "backup.json").read_text())["blobs"]


@pytest.mark.skipif(s3_server.PROGRAM is None, reason=s3_server.ABSENT)
def test_it_comes_back_into_an_object_store_and_out_of_it(kept: Kept, data_folder: Path, tmp_path: Path) -> None:
    with s3_server.S3Server(tmp_path) as server:
        place = {"TESTFLUX_BLOB_URL": server.url, **server.environment}
        restored = admin("restore", kept.folder, "--data", data_folder, **place)
        assert restored.returncode == 0, restored.stderr
        assert not list(data_folder.glob("blobs/[0-9a-f]*"))
        house = RunningHouse(data_folder, **place).start()
        try:
            with house.client() as client:
                assert everything(client) == kept.seen
            made = admin("backup", tmp_path / "out", "--data", data_folder, **place, **KEY)
        finally:
            house.stop()
        assert made.returncode == 0, made.stderr
    assert "is whole" in admin("verify", tmp_path / "out", **KEY).stdout
