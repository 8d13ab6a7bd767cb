from __future__ import annotations

import io
import itertools
import tarfile
import zipfile
from pathlib import Path

import pytest

from testflux.ingest import archive
from testflux.kit import errors, inflate
from testflux.parse import blocks


def names_in(packed: bytes, limits: inflate.Limits) -> list[str]:
    return [member.name for member in archive.members(io.BytesIO(packed), limits)]


def many(count: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members:
        for number in range(count):
            members.writestr(f"{number}.txt", b"x")
    return file.getvalue()


def test_a_folder_is_read_like_an_archive(tmp_path: Path) -> None:
    for name in ("b/c/deep.txt", "a.txt", ".hidden/x.txt", "b/z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    found = {
        member.name: blocks.everything(member.stream).decode() for member in archive.folder(tmp_path, inflate.Limits())
    }
    assert found == {name: name for name in ("a.txt", "b/z.txt", "b/c/deep.txt")}


def test_a_folder_has_the_limits_of_an_archive(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_bytes(bytes(100))
    with pytest.raises(errors.TooLargeError, match="more than 2 files"):
        list(archive.folder(tmp_path, inflate.Limits(max_members=2)))
    with pytest.raises(errors.TooLargeError, match="unfolds to more"):
        [blocks.everything(member.stream) for member in archive.folder(tmp_path, inflate.Limits(max_bytes=250))]


def test_an_archive_of_very_many_files_is_opened() -> None:
    assert len(names_in(many(20_000), inflate.Limits())) == 20_000


def test_long_and_odd_names_are_cut_to_what_a_database_takes() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members:
        members.writestr("a/" * 600 + "end.txt", b"x")
    (name,) = names_in(file.getvalue(), inflate.Limits())
    assert len(name) == 1000
    assert name.endswith("/a/end.txt")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_what_is_no_file_is_passed_over(kind: bytes) -> None:
    """A link could lead out of the archive, a device could never end."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        entry = tarfile.TarInfo("output.xml")
        entry.type, entry.linkname = kind, "/etc/passwd"
        packed.addfile(entry)
        sound = tarfile.TarInfo("sound.xml")
        sound.size = 4
        packed.addfile(sound, io.BytesIO(b"<a/>"))
    assert names_in(file.getvalue(), inflate.Limits()) == ["sound.xml"]


def test_a_file_that_says_to_be_endless_is_stopped_at_the_limit() -> None:
    """A sparse file of a terabyte takes one block in a tar."""
    entry = tarfile.TarInfo("output.xml")
    entry.type, entry.size = tarfile.REGTYPE, 0
    entry.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.map": "0,0", "GNU.sparse.size": str(2**40)}
    packed = entry.tobuf(tarfile.PAX_FORMAT) + bytes(2 * tarfile.BLOCKSIZE)
    (member,) = itertools.islice(archive.members(io.BytesIO(packed), inflate.Limits(max_bytes=1_000_000)), 1)
    with pytest.raises(errors.TooLargeError, match="unfolds to more"):
        blocks.everything(member.stream)
