from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
import zstandard

from testflux.ingest import unpack
from testflux.kit import errors, inflate

ROBOT = b'<?xml version="1.0"?><robot generator="Robot 7.0"><suite name="A"></suite></robot>'
ZAP = b'<?xml version="1.0"?><OWASPZAPReport version="2.16"></OWASPZAPReport>'
LIMITS = inflate.Limits(max_bytes=100_000, max_ratio=1000, free_bytes=1000, max_members=5)

Archive = Callable[[Mapping[str, bytes]], bytes]


def zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def tar_gz(members: Mapping[str, bytes]) -> bytes:
    return gzip.compress(tarred(members))


def tar_zst(members: Mapping[str, bytes]) -> bytes:
    return zstandard.compress(tarred(members))


ARCHIVES = [zipped, tarred, tar_gz, tar_zst]


def everything(packed: bytes, limits: inflate.Limits = LIMITS) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for member in unpack.open_report(io.BytesIO(packed), "sent.bin", limits):
        content = b""
        while part := member.stream.read(1000):
            content += part
        found.append((member.name, content))
    return found


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_single_file_comes_decompressed_under_its_own_name(pack: Callable[[bytes], bytes]) -> None:
    assert not unpack.is_archive(io.BytesIO(pack(ROBOT)))
    assert everything(pack(ROBOT)) == [("sent.bin", ROBOT)]


@pytest.mark.parametrize("pack", ARCHIVES)
def test_the_reports_of_an_archive_come_and_the_rest_is_passed_over(pack: Archive) -> None:
    page = b"<!DOCTYPE html><html><body>log</body></html>"
    packed = pack({"out/output.xml": ROBOT, "out/log.html": page, "shot.png": b"\x89PNG\0", "zap.xml": ZAP, "e": b""})
    assert unpack.is_archive(io.BytesIO(packed))
    assert everything(packed) == [("out/output.xml", ROBOT), ("zap.xml", ZAP)]


@pytest.mark.parametrize("pack", ARCHIVES)
def test_an_archive_without_a_report_says_what_is_in_it(pack: Archive) -> None:
    with pytest.raises(errors.ReportError, match=r"holds no report .*\(a.txt, b.txt\)") as caught:
        everything(pack({"a.txt": b"x", "b.txt": b"y"}))
    assert caught.value.code == "archive-without-report"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_empty_archive_is_named_so(pack: Archive) -> None:
    packed = pack({})
    if pack is tarred:
        assert not unpack.is_archive(io.BytesIO(packed)), "a tar without members is a block of zeros"
        return
    with pytest.raises(errors.ReportError, match="archive is empty"):
        everything(packed)


@pytest.mark.parametrize("pack", ARCHIVES)
def test_names_cannot_leave_the_archive(pack: Archive) -> None:
    names = [name for name, _ in everything(pack({"../../etc/a.xml": ROBOT, "/srv/b.xml": ROBOT}))]
    assert names == ["etc/a.xml", "srv/b.xml"]


def test_windows_names_are_cut_as_well() -> None:
    assert everything(zipped({"..\\..\\a.xml": ROBOT}))[0][0] == "a.xml"


@pytest.mark.parametrize("pack", ARCHIVES)
def test_too_many_members_are_refused(pack: Archive) -> None:
    with pytest.raises(errors.TooLargeError, match="more than 5 files"):
        everything(pack({f"{number}.xml": ROBOT for number in range(6)}))


@pytest.mark.parametrize("pack", ARCHIVES)
def test_members_share_one_limit(pack: Archive) -> None:
    big = ROBOT + b" " * 40_000
    limits = inflate.Limits(max_bytes=100_000, max_ratio=10_000)
    with pytest.raises(errors.TooLargeError, match="unfolds to more"):
        everything(pack({"a.xml": big, "b.xml": big, "c.xml": big}), limits)


@pytest.mark.parametrize("pack", [zipped, tar_gz, tar_zst])
def test_a_bomb_in_an_archive_is_refused(pack: Archive) -> None:
    limits = inflate.Limits(max_bytes=10**9, max_ratio=50, free_bytes=10_000)
    with pytest.raises(errors.TooLargeError) as caught:
        everything(pack({"a.xml": ROBOT + b" " * 5_000_000}), limits)
    assert caught.value.code == "decompression-bomb"


@pytest.mark.parametrize("pack", ARCHIVES)
def test_an_archive_cut_off_is_damaged(pack: Archive) -> None:
    packed = pack({"a.xml": ROBOT + b" " * 3000 + bytes(range(256)) * 8, "b.xml": ROBOT})
    with pytest.raises(errors.ReportError, match=r"damaged|too early"):
        everything(packed[: len(packed) // 2])


def test_an_encrypted_member_is_named() -> None:
    packed = bytearray(zipped({"secret.xml": ROBOT}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(errors.ReportError, match=r"secret\.xml in the archive is encrypted"):
        everything(bytes(packed))
