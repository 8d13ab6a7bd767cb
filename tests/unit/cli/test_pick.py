from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from testflux.cli import pick
from testflux.kit import errors

ROBOT = '<?xml version="1.0" encoding="UTF-8"?>\n<robot generator="Robot 7.3 (x)" schemaversion="5"></robot>'
ZAP = '{"@programName": "ZAP", "@version": "2.16.1", "@generated": "x", "site": []}'


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def picked(folder: Path) -> tuple[list[str], dict[str, str]]:
    files, skipped = pick.pick([folder])
    return [file.name for file in files], {skip.path.name: skip.reason for skip in skipped}


def test_folder_gives_its_reports_with_their_place_in_it(tmp_path: Path) -> None:
    put(tmp_path, output_xml=ROBOT, deep__er__zap_json=ZAP)
    assert picked(tmp_path) == (["output.xml", "deep/er/zap.json"], {})


def test_what_is_no_report_stays_with_a_reason(tmp_path: Path) -> None:
    put(
        tmp_path,
        output_xml=ROBOT,
        pom_xml="<project/>",
        package_json='{"name": "x"}',
        k6_json='{"event":"param","data":{}}\n{"event":"stop","data":{}}',
        empty_json="",
        notes_txt="hello",
        old_txt_gz="x",
    )
    names, reasons = picked(tmp_path)
    assert names == ["output.xml"]
    assert reasons == {
        "empty.json": "The file is empty.",
        "k6.json": "no report that can be read (k6-dashboard)",
        "notes.txt": "not named like a report",
        "old.txt.gz": "not named like a report",
        "package.json": "no report that can be read (json)",
        "pom.xml": "no report that can be read (xml)",
    }


def test_page_for_people_is_named(tmp_path: Path) -> None:
    put(tmp_path, log_xml="<!DOCTYPE html><html><head><title>Robot Framework</title></head></html>")
    _, reasons = picked(tmp_path)
    assert "made for people" in reasons["log.xml"]


def test_packed_reports_are_picked_by_their_names(tmp_path: Path) -> None:
    put(tmp_path, output_xml_gz="x", summary_json_zst="x")
    assert picked(tmp_path) == (["output.xml.gz", "summary.json.zst"], {})


@pytest.mark.parametrize("folder", [".git", "node_modules", "__pycache__"])
def test_hidden_and_foreign_folders_are_not_entered(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "output.xml").write_text(ROBOT)
    assert picked(tmp_path) == ([], {})


def test_file_named_by_itself_is_always_sent(tmp_path: Path) -> None:
    put(tmp_path, strange_bin="x")
    files, skipped = pick.pick([tmp_path / "strange.bin"])
    assert [file.name for file in files] == ["strange.bin"]
    assert skipped == []


def test_missing_path_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidError, match=r"There is no .*gone"):
        pick.pick([tmp_path / "gone"])


LINES = '{"type":"Point","metric":"vus","data":{"time":"2026-06-15T12:00:00Z","value":1,"tags":{}}}\n'
SUMMARY = '{"metrics":{"http_reqs":{"count":3,"rate":1.5}},"root_group":{"name":""}}'
RESULT = '{"uuid": "1", "name": "Pay", "status": "passed", "stage": "finished"}'


def whole(folder: Path) -> tuple[str, list[str], set[str]]:
    """Return the name of the one archive that is sent of a folder, what is in it, and what stays."""
    (file,), skipped = pick.pick([folder])
    assert all(path == folder / name for path, name in file.members)
    return file.name, [name for _, name in file.members], {skip.path.name for skip in skipped}


def test_a_report_with_pictures_is_sent_with_them(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    put(folder, output_xml=ROBOT, browser__shot_png="x", run_log="x", log_html="<html>", core_bin="x")
    assert whole(folder) == ("results.tar", ["browser/shot.png", "output.xml", "run.log"], {"log.html", "core.bin"})


def test_texts_alone_make_no_archive(tmp_path: Path) -> None:
    put(tmp_path, output_xml=ROBOT, run_log="x")
    assert picked(tmp_path) == (["output.xml"], {"run.log": "not named like a report"})


def test_pictures_without_a_report_are_not_sent(tmp_path: Path) -> None:
    put(tmp_path, logo_png="x", readme_txt="x")
    assert picked(tmp_path)[0] == []


def test_an_allure_folder_is_sent_whole(tmp_path: Path) -> None:
    folder = tmp_path / "allure-results"
    put(
        folder, **{"1-result_json": RESULT, "2-result_json": RESULT, "3-attachment": "x", "environment_properties": "x"}
    )
    names = ["1-result.json", "2-result.json", "3-attachment"]
    assert whole(folder) == ("allure-results.tar", names, {"environment.properties"})


def test_summary_and_samples_of_a_load_test_are_sent_together(tmp_path: Path) -> None:
    put(tmp_path, k6__summary_json=SUMMARY, k6__samples_ndjson=LINES, output_xml=ROBOT)
    assert whole(tmp_path)[1] == ["k6/samples.ndjson", "k6/summary.json", "output.xml"]


def test_load_tests_in_folders_of_their_own_are_sent_one_by_one(tmp_path: Path) -> None:
    put(tmp_path, a__summary_json=SUMMARY, b__samples_ndjson=LINES)
    assert picked(tmp_path) == (["a/summary.json", "b/samples.ndjson"], {})


def test_samples_packed_as_k6_packs_them_are_known(tmp_path: Path) -> None:
    put(tmp_path, summary_json=SUMMARY)
    (tmp_path / "samples.json.gz").write_bytes(gzip.compress(LINES.encode()))
    assert whole(tmp_path)[1] == ["samples.json.gz", "summary.json"]
