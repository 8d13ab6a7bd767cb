from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from testflux.cli import history, outcome, pick
from testflux.kit import errors

ROBOT = b'<robot generator="Robot 7.3 (x)" schemaversion="5"></robot>'
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def put(folder: Path, name: str, content: bytes = ROBOT, *, days_old: int = 0) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    moment = (NOON - timedelta(days=days_old)).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_every_report_is_found_by_itself_oldest_first(tmp_path: Path) -> None:
    put(tmp_path, "new/output.xml", days_old=1)
    put(tmp_path, "old/deep/output.xml", days_old=3)
    put(tmp_path, "mid.zip", b"PK", days_old=2)
    put(tmp_path, "old/page.png", b"\x89PNG")
    found, skipped = history.find([tmp_path], "")
    assert [item.picked.name for item in found] == ["old/deep/output.xml", "mid.zip", "new/output.xml"]
    assert found[0].written_at == NOON - timedelta(days=3)
    assert [item.said for item in found] == [{}, {}, {}]
    assert [(skip.path.name, skip.reason) for skip in skipped] == [("page.png", "not named like a report")]


def test_a_layout_says_what_a_path_means(tmp_path: Path) -> None:
    put(tmp_path, "main/b-7/output.xml")
    put(tmp_path, "main/b-7/shot.png", b"\x89PNG", days_old=-1)
    put(tmp_path, "main/b-8.tgz", b"\x1f\x8b", days_old=1)
    put(tmp_path, "main/notes", b"?")
    found, skipped = history.find([tmp_path], "{branch}/b-{build_key}")
    archive, whole = found
    assert (archive.picked.name, archive.said) == ("main/b-8.tgz", {"branch": "main", "build_key": "8.tgz"})
    assert whole.said == {"branch": "main", "build_key": "7"}
    assert [name for _, name in whole.picked.members] == ["output.xml", "shot.png"]
    assert whole.written_at == NOON + timedelta(days=1)
    assert [skip.reason for skip in skipped] == ["does not fit --layout {branch}/b-{build_key}"]


@pytest.mark.parametrize("layout", ["{colour}", "{branch}/{branch}", "{_}/{name}{name}"])
def test_a_layout_that_means_nothing_is_refused(tmp_path: Path, layout: str) -> None:
    with pytest.raises(errors.InvalidError, match="is no layout"):
        history.find([tmp_path], layout)


def test_a_layout_may_pass_over_folders(tmp_path: Path) -> None:
    put(tmp_path, "x/main/output.xml")
    put(tmp_path, "y/main/output.xml")
    found, _ = history.find([tmp_path], "{_}/{branch}/{_}")
    assert [item.said for item in found] == [{"branch": "main"}] * 2


def test_history_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidError, match="is no folder"):
        history.find([put(tmp_path, "output.xml")], "")


def test_a_file_is_known_by_its_content_and_several_are_not(tmp_path: Path) -> None:
    one = history.Found(pick.Picked(put(tmp_path, "a", b"abc"), "a"), NOON, {})
    assert one.digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    several = pick.Picked(tmp_path, "a.tar", ((tmp_path / "a", "a"),))
    assert history.Found(several, NOON, {}).digest() == ""


def test_the_end_is_told_in_figures_and_only_trouble_by_name() -> None:
    trouble = errors.UnavailableError("No answer.", hint="Is it running?")
    results = (outcome.Result(Path("a.xml"), "a.xml", problem=trouble),)
    there = [pick.Skipped(Path(f"{number}.xml"), "the server has it") for number in range(1200)]
    skipped = (*there, pick.Skipped(Path("b.md"), "not named like a report"))
    assert history.as_text(outcome.Told(results, skipped, "shop", "http://h", gate=False)) == (
        "✕ a.xml: No answer.\n  Is it running?\n  skipped, not named like a report: b.md\n"
        "       1  not sent\n   1,200  sent before\n       1  skipped\n"
    )
    assert history.as_text(outcome.Told((), (), "shop", "http://h", gate=False)) == "There is nothing to send.\n"
