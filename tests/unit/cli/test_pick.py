from __future__ import annotations

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
        "notes.txt": "neither .xml nor .json",
        "old.txt.gz": "not a packed .xml or .json file",
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
