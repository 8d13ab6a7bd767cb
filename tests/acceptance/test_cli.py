"""The command line against a whole running TestFlux, in processes of its own, as CI and people use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from running import RunningHouse
from testflux.sample import history

PLAN = history.plan(datetime(2026, 11, 20, 18, 0, tzinfo=UTC), days=4)


def call(house: RunningHouse, *words: object, token: str = "", code: int = 0) -> str:
    """Run the command with the house's address and data folder; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TESTFLUX_")}
    environment |= {"TESTFLUX_URL": house.url, "TESTFLUX_DATA": str(house.data), "TESTFLUX_TOKEN": token}
    command = [sys.executable, "-m", "testflux.cli.main", *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def token(house: RunningHouse) -> str:
    """A token that `testflux admin` made beside the running server."""
    return call(house, "admin", "token", "add", "ci", "--scope", "admin").strip()


@pytest.fixture(scope="module")
def project(house: RunningHouse, token: str) -> str:
    """A project for the tests of this module."""
    headers = {"Authorization": f"Bearer {token}"}
    new = {"slug": "own", "name": "Own"}
    httpx.post(f"{house.url}/api/v1/projects", json=new, headers=headers).raise_for_status()
    return "own"


def report(tmp_path: Path, slug: str, lane: str, kind: str = "") -> Path:
    """Write the newest report of a lane."""
    found = [item for item in PLAN if (item.project.slug, item.lane.name) == (slug, lane)]
    item = next(item for item in reversed(found) if not kind or item.lane.type == kind)
    path = tmp_path / item.lane.file_name
    path.write_bytes(item.write().content)
    return path


def uploaded(house: RunningHouse, token: str, project: str, *words: object, code: int = 0) -> list[dict[str, Any]]:
    printed = call(house, "upload", *words, "--project", project, "--json", token=token, code=code)
    document = json.loads(printed)
    assert document["exit_code"] == code
    return document["uploads"]


@pytest.mark.parametrize(
    ("slug", "lane", "kind", "verdict"),
    [
        ("webshop", "regression", "", "failed"),
        ("webshop", "nightly scan", "", "failed"),
        ("identity", "nightly scan", "", "passed"),
        ("payments-api", "peak", "", "failed"),
        ("search", "nightly", "load", "passed"),
    ],
)
def test_server_and_parse_agree(
    house: RunningHouse, token: str, project: str, tmp_path: Path, slug: str, lane: str, kind: str, verdict: str
) -> None:
    path = report(tmp_path, slug, lane, kind)
    parsed = json.loads(call(house, "parse", "--json", path))

    (entry,) = uploaded(house, token, project, path, "--name", f"{slug} {lane} {kind}")

    (run,) = entry["runs"]
    assert run["totals"] == parsed["totals"]
    assert run["kind"] == parsed["kind"]
    assert run["verdict"] == verdict


def test_second_run_of_a_lane_tells_what_changed(house: RunningHouse, token: str, project: str, tmp_path: Path) -> None:
    nights = [item for item in PLAN if (item.project.slug, item.lane.name) == ("webshop", "regression")]
    printed = []
    for number, item in enumerate(nights[:2]):
        path = tmp_path / f"{number}.xml"
        path.write_bytes(item.write().content)
        words = ("upload", path, "--project", project, "--name", "changes", "--started-at", item.occasion.started_at)
        printed.append(call(house, *words, token=token).splitlines())

    assert printed[0][2] == "  no earlier run to compare with"
    new = int(printed[1][2].partition(": ")[2].split()[0])
    assert new >= 6  # the basket's total broke that night
    assert printed[1][3].startswith(f"  {house.url}/runs/")


def test_gate_and_repetition(house: RunningHouse, token: str, project: str, tmp_path: Path) -> None:
    path = report(tmp_path, "webshop", "regression")
    (first,) = uploaded(house, token, project, path, "--name", "gate", "--gate", code=1)
    (again,) = uploaded(house, token, project, path, "--name", "gate", "--gate", code=1)
    assert again["duplicate"]
    assert again["runs"][0]["id"] == first["runs"][0]["id"]


def test_archive_becomes_a_run_for_each_report(house: RunningHouse, token: str, project: str, tmp_path: Path) -> None:
    archive = tmp_path / "results.zip"
    with zipfile.ZipFile(archive, "w") as members:
        members.write(report(tmp_path, "search", "nightly", "load"), "load/summary.json")
        members.write(report(tmp_path, "identity", "regression"), "robot/output.xml")
        members.writestr("robot/log.html", "<!DOCTYPE html>")

    entries = uploaded(house, token, project, archive, "--name", "archive")

    assert [entry["file"] for entry in entries] == [f"{archive}/load/summary.json", f"{archive}/robot/output.xml"]
    assert [entry["runs"][0]["kind"] for entry in entries] == ["load", "functional"]


def test_rejected_report_says_where(house: RunningHouse, token: str, project: str, tmp_path: Path) -> None:
    path = report(tmp_path, "webshop", "regression")
    path.write_bytes(path.read_bytes().replace(b"</suite>", b"</sweet>"))
    (entry,) = uploaded(house, token, project, path, code=3)
    assert entry["status"] == "rejected"
    assert entry["error"]["line"] > 100
    assert entry["error"]["hint"]


def test_a_report_that_breaks_off_is_kept_as_far_as_it_goes(
    house: RunningHouse, token: str, project: str, tmp_path: Path
) -> None:
    path = report(tmp_path, "webshop", "regression")
    path.write_bytes(path.read_bytes()[:20_000])
    (entry,) = uploaded(house, token, project, path)
    assert entry["runs"][0]["verdict"] in {"failed", "incomplete"}
    assert "report-truncated" in {warning["code"] for warning in entry["warnings"]}


@pytest.mark.parametrize(("slug", "token_"), [("unknown", ""), ("own", "tfx_wrong")])
def test_refusal_leaves_the_file(
    house: RunningHouse, token: str, project: str, tmp_path: Path, slug: str, token_: str
) -> None:
    path = report(tmp_path, "search", "nightly", "load")
    entries = uploaded(house, token_ or token, slug if slug != project else project, path, code=4)
    assert entries[0]["error"]["message"]
    assert path.exists()


def test_sample_history_comes_and_goes(house: RunningHouse, token: str, api: httpx.Client) -> None:
    assert "5 projects" in call(house, "demo", token=token)
    sample = api.get("/sample").json()
    assert sample["status"] == "present"
    assert sample["done"] == sample["total"] > 500
    projects = {item["slug"]: item for item in api.get("/projects").json()["items"]}
    assert all(projects[slug]["is_sample"] for slug in sample["projects"])
    rejected = api.get("/projects/webshop/uploads", params={"status": "rejected"}).json()
    assert rejected["items"] == []

    call(house, "demo", "--remove", token=token)

    assert api.get("/sample").json() == {"status": "absent", "done": 0, "total": 0, "projects": []}
    assert not {item["slug"] for item in api.get("/projects").json()["items"]} & set(sample["projects"])


def test_doctor_looks_at_the_running_house(house: RunningHouse) -> None:
    environment = {**os.environ, "TESTFLUX_DATA": str(house.data)}
    command = [sys.executable, "-m", "testflux.cli.main", "admin", "doctor", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["Database"]["detail"].endswith("embedded")
    assert all(check["ok"] for name, check in checks.items() if name != "Web app")


def test_first_start_with_sample_loads_it_and_the_second_does_not(data_folder: Path) -> None:
    house = RunningHouse(data_folder)
    try:
        house.start("--sample")
        with house.client() as api:
            assert api.get("/sample").json()["status"] == "loading"
            assert api.delete("/sample").is_success
        house.stop()
        house.start("--sample")
        with house.client() as api:
            assert api.get("/sample").json()["status"] == "absent"
    finally:
        house.stop()


def test_lone_worker_works_beside_a_server_without_one(data_folder: Path, tmp_path: Path) -> None:
    house = RunningHouse(data_folder)
    try:
        house.start("--no-worker")
        token = call(house, "admin", "token", "add", "ci", "--scope", "admin").strip()
        with house.client() as api:
            api.post("/projects", json={"slug": "own", "name": "Own"}).raise_for_status()
            path = report(tmp_path, "identity", "regression")
            (entry,) = uploaded(house, token, "own", path, "--no-wait")
            assert api.get(f"/uploads/{entry['id']}").json()["status"] == "queued"

            environment = {**os.environ, "TESTFLUX_DATA": str(house.data)}
            worker = subprocess.Popen([sys.executable, "-m", "testflux.cli.main", "work"], env=environment)
            try:
                (entry,) = uploaded(house, token, "own", path)
                assert entry["runs"][0]["verdict"] == "passed"
            finally:
                worker.terminate()
                assert worker.wait(30) == 0
    finally:
        house.stop()
