from __future__ import annotations

import gzip
import io
import json
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from testflux.cli import main
from testflux.sample import history

PLAN = history.plan(datetime(2026, 11, 20, 23, 59, tzinfo=UTC), days=4)
CUT_OFF = b'<?xml version="1.0"?>\n<robot generator="Robot 7.3 (x)" schemaversion="5">\n<suite name="A">'


def content(slug: str, file_name: str) -> bytes:
    """Return the newest report of that name, never of the short smoke runs."""
    reports = [item for item in PLAN if item.project.slug == slug and item.lane.name != "smoke"]
    return next(item for item in reversed(reports) if item.lane.file_name == file_name).write().content


@pytest.fixture
def robot(tmp_path: Path) -> Path:
    path = tmp_path / "output.xml"
    path.write_bytes(content("payments-api", "output.xml"))
    return path


def parsed(capsys: pytest.CaptureFixture[str], *paths: Path, code: int = 0) -> list[dict[str, Any]]:
    assert main.main(["parse", "--json", *map(str, paths)]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_file_becomes_one_object(tmp_path: Path, robot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan, load = tmp_path / "report_json.json", tmp_path / "summary.json"
    scan.write_bytes(content("webshop", scan.name))
    load.write_bytes(content("payments-api", load.name))

    entries = parsed(capsys, robot, scan, load)

    assert [entry["file"] for entry in entries] == [str(robot), str(scan), str(load)]
    assert [entry["format"] for entry in entries] == ["robot-xml", "zap-json", "k6-handle-summary"]
    assert [entry["kind"] for entry in entries] == ["functional", "security", "load"]
    assert entries[0]["totals"]["total"] > 10
    assert entries[1]["totals"]["by_severity"]["high"] == 1
    assert entries[2]["totals"]["thresholds"] == 3
    assert entries[2]["metrics"]["http_req_duration"]["p95"] > 100


def test_unreadable_file_does_not_stop_the_others(
    tmp_path: Path, robot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.xml"
    cut.write_bytes(CUT_OFF)

    first, second = parsed(capsys, cut, robot, code=3)

    assert first["file"] == str(cut)
    assert first["error"].keys() == {"code", "message", "hint", "line", "column", "byte"}
    assert first["error"]["line"] == 3
    assert "totals" in second


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_packed_report_is_read(suffix: str, pack: Any, robot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = robot.with_name(f"output.xml{suffix}")
    packed.write_bytes(pack(robot.read_bytes()))

    plain, unpacked = parsed(capsys, robot, packed)

    assert {**unpacked, "file": str(robot)} == plain


def test_reports_of_an_archive_are_named_below_it(
    tmp_path: Path, robot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "results.zip"
    with zipfile.ZipFile(archive, "w") as members:
        members.write(robot, "web/output.xml")
        members.writestr("web/log.html", "<html></html>")

    (entry,) = parsed(capsys, archive)

    assert entry["file"] == f"{archive}/web/output.xml"


def test_packed_reports_of_an_archive_are_read(tmp_path: Path, robot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "results.zip"
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("a.xml.gz", gzip.compress(robot.read_bytes()))
        members.writestr("b.xml.zst", zstandard.compress(robot.read_bytes()))

    plain, first, second = parsed(capsys, robot, archive)

    assert [entry["file"] for entry in (first, second)] == [f"{archive}/a.xml.gz", f"{archive}/b.xml.zst"]
    assert first["totals"] == second["totals"] == plain["totals"]


def test_damaged_archive_is_one_error(tmp_path: Path, robot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as members:
        members.add(robot, "output.xml")
    archive = tmp_path / "results.tar.gz"
    archive.write_bytes(buffer.getvalue()[:900])

    entries = parsed(capsys, archive, code=3)

    assert "error" in entries[-1]


def test_words_for_people(robot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["parse", str(robot)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(robot)
    assert lines[1] == "  Robot Framework 7.3.2, functional (robot-xml)"
    assert lines[2].startswith("  23 tests: ")
    assert lines[3].startswith("  2026-11-20 00:4")
    assert "(local time of the machine it ran on), took " in lines[3]


def test_error_for_people_says_where_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.html").write_text("<!DOCTYPE html><html><title>Robot Framework log</title></html>")
    assert main.main(["parse", str(tmp_path / "log.html")]) == 3
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("✕ ")
    assert "Send output.xml" in second


def test_what_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["parse", str(tmp_path / "missing.xml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_folder_is_read_whole(tmp_path: Path, robot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "allure-results"
    results.mkdir()
    for number in range(3):
        result = {"uuid": str(number), "historyId": str(number), "name": f"t{number}", "status": "passed"}
        (results / f"{number}-result.json").write_text(json.dumps(result, indent=1))
    (results / "1-attachment.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    first, second = parsed(capsys, tmp_path)

    assert first["file"] == f"{tmp_path}/{robot.name}"
    assert second["file"] == f"{tmp_path}/allure-results/allure-results.jsonl"
    assert (second["format"], second["totals"]["total"]) == ("allure-results", 3)


def test_a_folder_without_a_report_says_what_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    (entry,) = parsed(capsys, tmp_path, code=3)
    assert "(notes.txt)" in entry["error"]["message"]


def test_reading_needs_neither_database_nor_network() -> None:
    """A fresh interpreter, so that what other tests imported does not count."""
    import subprocess  # noqa: PLC0415

    script = "import sys, testflux.cli.main, testflux.cli.parse; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "testflux" in loaded
    assert not loaded & {"psycopg", "litestar", "httpx", "rich", "sqlalchemy", "procrastinate", "asyncio"}
