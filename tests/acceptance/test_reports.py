"""Real reports through the front door: the API then says what the file's own tool says.

The corpus lies beside the repository (`../shared/corpus`) and is not part of it; without it the repository's own
fixtures alone are sent.
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

TESTS = Path(__file__).resolve().parents[1]
CORPUS = TESTS.parents[1] / "shared" / "corpus"
OLD_ROBOT = ("rf322_tests", "rf322_passed", "rf322_failed")
ROBOT = ("rf75_tests", "rf75_passed", "rf75_failed")
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><robot>&b;</robot>'
BAD = {
    "empty.xml": (b"", "empty-file"),
    "page.html": (b"<!doctype html><html><body>log</body></html>", "html-report"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "format-unknown"),
    "cut.xml": (b'<robot generator="Robot 7.5"><suite name="S"><test name="t">', "report-truncated"),
    "cut.json": (b'{"@version": "2.16.1", "site": [{"@name": "http://shop', None),
    "bomb.xml": (BOMB, "xml-doctype"),
    "tags.xml": (b"<robot generator='Robot 7.5'><suite></test></robot>", "xml-malformed"),
    "bomb.xml.gz": (gzip.compress(b"<robot>" + b" " * 300_000_000, 9), None),
}


@pytest.fixture(scope="module", autouse=True)
def project(house: Any) -> str:
    with house.client() as client:
        client.post("/projects", json={"slug": "corpus", "name": "Corpus"}).raise_for_status()
    return "corpus"


def send(api: httpx.Client, name: str, content: bytes) -> dict[str, Any]:
    """Send a file as a raw body and wait for what becomes of it."""
    path = "/projects/corpus/uploads"
    answer = api.post(path, params={"filename": name}, content=content, headers={"Prefer": "wait=60"}, timeout=90)
    assert answer.status_code in {200, 413}, answer.text
    return answer.json()


def index(folder: str) -> list[dict[str, str]]:
    path = CORPUS / folder / "SOURCES.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def robot_rows() -> list[Any]:
    rows = [row for row in index("robot") if row["file"].endswith(".xml")]
    return [pytest.param(row, id=row["file"]) for row in rows if row["rf75_tests"] or row["rf322_tests"]]


def zap_rows() -> list[Any]:
    rows = [row for row in index("zap") if "sarif" not in row["kind"] and row["file"] != "dd_malformed.xml"]
    return [pytest.param(row, id=row["file"]) for row in rows]


def summaries() -> list[Any]:
    left_out = ("_data.json", "machine_readable", "xk6-dashboard")
    files = sorted((CORPUS / "k6").glob("*.json"))
    return [pytest.param(path, id=path.name) for path in files if not any(word in path.name for word in left_out)]


def totals_of(api: httpx.Client, upload: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the totals of the run an upload became, and the run's id."""
    assert upload["status"] in {"stored", "duplicate"}, upload["error"]
    (run,) = upload["runs"]
    answer = api.get(f"/runs/{run['id']}").raise_for_status().json()
    return answer["totals"], run["id"]


def count_results(api: httpx.Client, run_id: str, status: str) -> int:
    """Count results through the list, page by page."""
    total, cursor = 0, None
    while True:
        params = {"status": status, "limit": 500} | ({"cursor": cursor} if cursor else {})
        page = api.get(f"/runs/{run_id}/results", params=params).raise_for_status().json()
        total, cursor = total + len(page["items"]), page["next_cursor"]
        if cursor is None:
            return total


@pytest.mark.parametrize("row", robot_rows())
def test_a_robot_report_has_the_totals_of_its_own_reader(api: httpx.Client, row: dict[str, str]) -> None:
    names = ROBOT if row["rf75_tests"] else OLD_ROBOT
    expected = [int(row[name]) for name in names]
    totals, run_id = totals_of(api, send(api, row["file"], (CORPUS / "robot" / row["file"]).read_bytes()))
    assert [totals["total"], totals["passed"], totals["failed"]] == expected
    listed = [count_results(api, run_id, status) for status in ("passed,flaky", "failed", "skipped")]
    assert listed == [totals["passed"], totals["failed"], totals["skipped"]]


@pytest.mark.parametrize("row", zap_rows())
def test_a_zap_report_has_the_totals_of_its_file(api: httpx.Client, row: dict[str, str]) -> None:
    totals, run_id = totals_of(api, send(api, row["file"], (CORPUS / "zap" / row["file"]).read_bytes()))
    counted = [totals[name] for name in ("sites", "alerts", "instances")]
    assert counted == [int(row[name]) for name in ("sites", "alerts", "instances")]
    page = api.get(f"/runs/{run_id}/findings", params={"limit": 500}).raise_for_status().json()
    assert min(totals["findings"], 500) == len(page["items"])


@pytest.mark.parametrize("path", summaries())
def test_a_k6_summary_has_the_metrics_and_checks_of_its_file(api: httpx.Client, path: Path) -> None:
    said = json.loads(path.read_bytes())
    totals, run_id = totals_of(api, send(api, path.name, path.read_bytes()))
    assert totals["metrics"] == len(said["metrics"])
    assert totals["thresholds"] == sum(len(metric.get("thresholds", {})) for metric in said["metrics"].values())
    for part in ("metrics", "thresholds"):
        page = api.get(f"/runs/{run_id}/{part}", params={"limit": 500}).raise_for_status().json()
        assert len(page["items"]) == totals[part], part


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_rejected_with_its_reason_and_the_next_upload_works(
    api: httpx.Client, name: str
) -> None:
    content, code = BAD[name]
    before = api.get("/projects/corpus").json()["run_count"]
    upload = send(api, name, content)
    assert upload["status"] == "rejected"
    assert code in {None, upload["error"]["code"]}
    assert upload["error"]["message"]
    assert upload["error"]["hint"]
    assert api.get(f"/uploads/{upload['id']}").json()["status"] == "rejected"
    assert api.get("/projects/corpus").json()["run_count"] == before
    if upload["download_url"]:
        url = upload["download_url"].removeprefix("/api/v1")
        assert api.get(url).raise_for_status().content == content
    good = (TESTS / "reports" / "robot" / "tasks.xml").read_bytes()
    assert send(api, "output.xml", good)["status"] in {"stored", "duplicate"}


def test_a_corpus_file_that_breaks_off_keeps_its_complete_tests_and_says_where(api: httpx.Client) -> None:
    path = CORPUS / "robot" / "gen-truncated.xml"
    if not path.exists():
        pytest.skip("../shared/corpus is not here")
    upload = send(api, path.name, path.read_bytes())
    run = api.get(f"/runs/{upload['runs'][0]['id']}").raise_for_status().json()
    (warning,) = [warning for warning in run["warnings"] if warning["code"] == "report-truncated"]
    assert (warning["line"], warning["byte"]) == (804, path.stat().st_size)
    assert run["totals"]["total"] == path.read_bytes().count(b"</test>") == 27
    assert not run["complete"]


def test_an_unknown_project_and_a_wrong_token_are_told_apart(api: httpx.Client) -> None:
    assert api.post("/projects/nowhere/uploads", content=b"x").status_code == 404
    stranger = httpx.post(
        f"{api.base_url}projects/corpus/uploads", content=b"x", headers={"Authorization": "Bearer tfx_no"}
    )
    assert stranger.status_code == 401
    assert stranger.headers["content-type"].startswith("application/problem+json")
