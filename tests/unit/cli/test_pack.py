from __future__ import annotations

import tarfile
from pathlib import Path

from testflux.cli import pack
from testflux.cli.pick import Picked


def test_a_file_is_itself(tmp_path: Path) -> None:
    path = tmp_path / "output.xml"
    path.write_text("x")
    with pack.as_file(Picked(path, "output.xml")) as content:
        assert content == path
    assert path.exists()


def test_a_folder_is_an_archive_of_what_was_picked_that_goes_away(tmp_path: Path) -> None:
    for name in ("a.xml", "b.png", "left.txt"):
        (tmp_path / name).write_text(f"in {name}")
    (tmp_path / "link.xml").symlink_to(tmp_path / "a.xml")
    members = ((tmp_path / "link.xml", "deep/a.xml"), (tmp_path / "b.png", "b.png"))
    with pack.as_file(Picked(tmp_path, "results.tar", members)) as content:
        with tarfile.open(content) as archive:
            found = {entry.name: archive.extractfile(entry) for entry in archive}
            assert {name: file and file.read() for name, file in found.items()} == {
                "deep/a.xml": b"in a.xml",
                "b.png": b"in b.png",
            }
        assert content.exists()
    assert not content.exists()
