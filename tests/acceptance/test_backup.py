"""Backup, destroy, restore: everything is there again, and a damaged backup is found out."""

from __future__ import annotations

import json
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

import tiny_reports
from running import RunningHouse

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TESTS = {f"Test {number}": "PASS" if number % 3 else f"{number} is not here" for number in range(300)}
REPORTS = {
    "output.xml": tiny_reports.robot(TESTS, AT),
    "again.xml": tiny_reports.robot({"Test 1": "PASS"}, AT),
    "empty.xml": b"",
}


def admin(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "testflux.cli.main", "admin", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def everything(client: httpx.Client) -> dict[str, Any]:
    """Return what people see of the project, and each uploaded file."""
    runs = client.get("/projects/shop/runs").raise_for_status().json()["items"]
    uploads = client.get("/projects/shop/uploads").raise_for_status().json()["items"]
    files = {item["id"]: client.get(f"/uploads/{item['id']}/file").raise_for_status().content for item in uploads}
    results = {run["id"]: client.get(f"/runs/{run['id']}/results").raise_for_status().json() for run in runs}
    return {"runs": runs, "uploads": uploads, "files": files, "results": results}


class Kept(NamedTuple):
    """A backup, and what was to be seen in the house that it was made of while it ran."""

    folder: Path
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
        finally:
            house.stop()
        assert made.returncode == 0, made.stderr
        assert "secret key" in made.stdout
        yield Kept(Path(name) / "kept", house, seen)


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
