"""Years of archived reports, imported by one command that may be begun again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

import tiny_reports
from running import RunningHouse

FIRST = datetime(2024, 2, 1, 6, tzinfo=UTC)
BUILDS = 12


def archive(folder: Path) -> None:
    """Twelve nightly builds; the test breaks with the seventh. Beside them something torn, and something else."""
    for build in range(BUILDS):
        place = folder / "main" / f"{build:03}"
        place.mkdir(parents=True)
        tests = {"Pays": "PASS" if build < 6 else "broke", "Ships": "PASS"}
        (place / "output.xml").write_bytes(tiny_reports.robot(tests, FIRST + timedelta(days=build)))
        os.utime(place / "output.xml", (1.7e9 + build, 1.7e9 + build))
    (folder / "main" / "torn").mkdir()
    (folder / "main" / "torn" / "output.xml").write_text("<robot><suite></robot>")
    (folder / "README.md").write_text("Reports of the old server")


def upload(house: RunningHouse, token: str, folder: Path) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "testflux.cli.main", "upload", str(folder), "--project", "shop", "--historical"]
    command += ["--layout", "{branch}/{build_key}", "--name", "nightly", "--url", house.url, "--json"]
    done = subprocess.run(command, env={**os.environ, "TESTFLUX_TOKEN": token}, capture_output=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_history_is_imported_once_however_often_it_is_sent(
    house: RunningHouse, api: httpx.Client, tmp_path: Path
) -> None:
    archive(tmp_path)
    api.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
    token = api.post("/tokens", json={"name": "import", "scopes": ["upload"]}).raise_for_status().json()["token"]
    code, first = upload(house, token, tmp_path)
    assert code == 3, "one report cannot be read"
    assert sorted(entry["status"] for entry in first["uploads"]) == ["rejected"] + ["stored"] * BUILDS
    runs = api.get("/projects/shop/runs", params={"limit": 50}).json()["items"]
    assert [run["started_at"][:10] for run in runs] == [
        str((FIRST + timedelta(days=build)).date()) for build in reversed(range(BUILDS))
    ]
    news = [run["new_failures"] for run in reversed(runs)]
    assert news == [0] * 6 + [1] + [0] * 5, "each was compared with the one before it, though nobody waited in between"
    assert [(run["branch"], run["name"]) for run in runs] == [("main", "nightly")] * BUILDS
    assert api.get("/projects/shop/deliveries").json().get("items", []) == []

    code, again = upload(house, token, tmp_path)
    there = [skip for skip in again["skipped"] if skip["reason"] == "the server has it"]
    assert (code, len(there)) == (3, BUILDS)
    assert [entry["status"] for entry in again["uploads"]] == ["rejected"]
    assert len(api.get("/projects/shop/runs", params={"limit": 50}).json()["items"]) == BUILDS
