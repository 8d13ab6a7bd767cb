from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import msgspec
import pytest
import zstandard

from testflux.ingest import archive, unpack
from testflux.kit import errors, inflate
from testflux.parse import blocks

ROBOT = b'<?xml version="1.0"?><robot generator="Robot 7.0"><suite name="A"></suite></robot>'
ZAP = b'<?xml version="1.0"?><OWASPZAPReport version="2.16"></OWASPZAPReport>'
PNG = b"\x89PNG\r\n\x1a\n a picture"
RESULT = {"uuid": "1", "name": "Pay", "status": "passed", "stage": "finished"}
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


def parts(packed: bytes, limits: inflate.Limits = LIMITS) -> list[tuple[unpack.Part, bytes]]:
    """Return every part with its content."""
    return [
        (part, blocks.everything(part.stream)) for part in unpack.open_report(io.BytesIO(packed), "sent.bin", limits)
    ]


def everything(packed: bytes, limits: inflate.Limits = LIMITS) -> list[tuple[str, bytes]]:
    """Return the reports by name."""
    return [(part.name, content) for part, content in parts(packed, limits) if not part.media_type]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_single_file_comes_decompressed_under_its_own_name(pack: Callable[[bytes], bytes]) -> None:
    assert not archive.is_archive(io.BytesIO(pack(ROBOT)))
    assert everything(pack(ROBOT)) == [("sent.bin", ROBOT)]


@pytest.mark.parametrize("pack", ARCHIVES)
def test_the_reports_of_an_archive_come_and_the_rest_is_passed_over(pack: Archive) -> None:
    page = b"<!DOCTYPE html><html><body>log</body></html>"
    packed = pack({"out/output.xml": ROBOT, "out/log.html": page, "shot.png": b"\x89PNG\0", "zap.xml": ZAP, "e": b""})
    assert archive.is_archive(io.BytesIO(packed))
    assert everything(packed) == [("out/output.xml", ROBOT), ("zap.xml", ZAP)]


@pytest.mark.parametrize("pack", ARCHIVES)
def test_an_archive_without_a_report_says_what_is_in_it(pack: Archive) -> None:
    with pytest.raises(errors.ReportError, match=r"no report that can be read in it \(a.txt, b.txt\)") as caught:
        everything(pack({"a.txt": b"x", "b.txt": b"y"}))
    assert caught.value.code == "archive-without-report"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_empty_archive_is_named_so(pack: Archive) -> None:
    packed = pack({})
    if pack is tarred:
        assert not archive.is_archive(io.BytesIO(packed)), "a tar without members is a block of zeros"
        return
    with pytest.raises(errors.ReportError, match="There is nothing in it"):
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


@pytest.mark.parametrize("pack", ARCHIVES)
def test_what_came_along_is_told_by_its_content(pack: Archive) -> None:
    packed = pack({"output.xml": ROBOT, "a/shot": PNG, "run.log": b"began\n", "log.html": b"<html></html>"})
    assert [(part.name, part.format, part.media_type, content) for part, content in parts(packed)] == [
        ("output.xml", "robot-xml", "", ROBOT),
        ("a/shot", "", "image/png", PNG),
        ("run.log", "", "text/plain", b"began\n"),
    ]


@pytest.mark.parametrize("squeeze", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("pack", ARCHIVES)
def test_a_packed_report_in_an_archive_is_found_and_stays_packed(
    pack: Archive, squeeze: Callable[[bytes], bytes]
) -> None:
    (found,) = parts(pack({"output.xml.gz": squeeze(ROBOT + b" " * 90_000)}))
    assert (found[0].format, found[1]) == ("robot-xml", squeeze(ROBOT + b" " * 90_000))


@pytest.mark.parametrize("pack", ARCHIVES)
def test_pictures_alone_are_no_report(pack: Archive) -> None:
    with pytest.raises(errors.ReportError, match=r"no report that can be read in it \(a.png, log.html\)"):
        parts(pack({"a.png": PNG, "log.html": b"<html></html>"}))


@pytest.mark.parametrize("pack", ARCHIVES)
def test_the_results_of_an_allure_folder_are_one_report_of_json_lines(pack: Archive) -> None:
    results = {
        "out/b-result.json": msgspec.json.format(msgspec.json.encode(RESULT | {"uuid": "b"}), indent=2),
        "out/a-result.json": msgspec.json.encode(RESULT | {"uuid": "a"}),
        "out/c-container.json": b'{\n"uuid": "c", "children": ["a"], "befores": []}',
        "out/x-attachment": b"\x00\x01\x02",
        "out/y-attachment.html": b"<html>what the browser showed</html>",
    }
    found = parts(pack(results))
    assert [(part.name, part.format, part.media_type) for part, _ in found] == [
        ("out/x-attachment", "", "application/octet-stream"),
        ("out/y-attachment.html", "", "text/html"),
        ("out/allure-results.jsonl", "allure-results", ""),
    ]
    lines = found[-1][1].splitlines()
    assert [msgspec.json.decode(line)["uuid"] for line in lines] == ["a", "b", "c"]
    assert lines[1] == msgspec.json.encode(RESULT | {"uuid": "b"})


def test_each_allure_folder_is_a_report_of_its_own() -> None:
    result = msgspec.json.encode(RESULT)
    assert everything(zipped({"a/1-result.json": result, "2-result.json": result, "a/3-result.json": result})) == [
        ("a/allure-results.jsonl", (result + b"\n") * 2),
        ("allure-results.jsonl", result + b"\n"),
    ]


def test_a_damaged_allure_result_stays_a_line_of_its_own() -> None:
    """The reader of the lines says that it is damaged, and reads the others."""
    result = msgspec.json.encode(RESULT)
    broken = b'{"uuid": "2",\r\n"name": "x",\n "status": "pass'
    found = everything(zipped({"1-result.json": result, "2-result.json": broken}))
    assert found[0][1] == result + b'\n{"uuid": "2", "name": "x",  "status": "pass\n'


def test_results_gathered_in_lines_by_their_writer_stay_as_they_are() -> None:
    lines = msgspec.json.encode(RESULT) + b"\n" + msgspec.json.encode(RESULT) + b"\n"
    assert everything(zipped({"mine.jsonl": lines})) == [("mine.jsonl", lines)]


@pytest.mark.parametrize(("content", "line"), [(b"", b"{"), (b"\x00\x01", b"\x00\x01"), (b'{"uu', b'{"uu')])
def test_an_allure_result_that_hardly_began_is_not_lost_without_a_word(content: bytes, line: bytes) -> None:
    name = "0f5a9c9e-5d1f-4b7e-8f6a-2f8f5f0c1d2e-result.json"
    assert everything(zipped({name: content})) == [("allure-results.jsonl", line + b"\n")]


def kinds(packed: bytes, limits: inflate.Limits = LIMITS) -> list[tuple[str, str]]:
    """Return every part with what is known of it."""
    return [
        (part.name, part.error.code if part.error else part.format or part.media_type)
        for part, _ in parts(packed, limits)
    ]


ROOMY = inflate.Limits(max_bytes=10_000_000, max_ratio=200, free_bytes=100_000, max_members=20)


@pytest.mark.parametrize("inner", ARCHIVES)
@pytest.mark.parametrize("outer", ARCHIVES)
def test_the_reports_of_an_archive_in_an_archive_are_found(outer: Archive, inner: Archive) -> None:
    packed = outer({"shards/1.bin": inner({"out/output.xml": ROBOT, "out/a.png": PNG}), "b.xml": ROBOT})
    assert [(part.name, content) for part, content in parts(packed, ROOMY)] == [
        ("shards/1.bin/out/output.xml", ROBOT),
        ("shards/1.bin/out/a.png", PNG),
        ("b.xml", ROBOT),
    ]


@pytest.mark.parametrize("outer", ARCHIVES)
def test_traces_beside_a_report_stay_what_they_are(outer: Archive) -> None:
    trace = zipped({"trace.network": b"x\n", "resources/a.png": PNG})
    found = {part.name: (part.media_type, content) for part, content in parts(outer({"o.xml": ROBOT, "t.zip": trace}))}
    assert found == {"o.xml": ("", ROBOT), "t.zip": ("application/zip", trace)}


@pytest.mark.parametrize("pack", ARCHIVES)
def test_what_lies_deeper_is_named_and_the_rest_is_read(pack: Archive) -> None:
    deep = pack({"output.xml": ROBOT})
    assert kinds(zipped({"a.xml": ROBOT, "in.bin": pack({"deep.bin": deep})}), ROOMY) == [
        ("a.xml", "robot-xml"),
        ("in.bin", "archive-too-deep"),
    ]


def test_what_lies_deeper_beside_a_report_is_kept_or_named() -> None:
    deep = {"o.xml": ROBOT, "a.tar": tarred({"b.xml": ROBOT}), "a.zip": zipped({"b.xml": ROBOT})}
    assert kinds(zipped({"in.zip": zipped(deep)}), ROOMY) == [
        ("in.zip/o.xml", "robot-xml"),
        ("in.zip/a.tar", "archive-too-deep"),
        ("in.zip/a.zip", "application/zip"),
    ]


@pytest.mark.parametrize("inner", [zipped, tar_gz, tar_zst])
@pytest.mark.parametrize("outer", ARCHIVES)
def test_a_bomb_in_two_layers_is_refused(outer: Archive, inner: Archive) -> None:
    bomb = inner({"a.xml": ROBOT + b" " * 9_000_000})
    with pytest.raises(errors.TooLargeError):
        kinds(outer({"ok.xml": ROBOT, "in.bin": bomb}), ROOMY)


@pytest.mark.parametrize("outer", [zipped, tar_gz, tar_zst])
def test_layers_that_are_each_within_the_ratio_are_not_so_together(outer: Archive) -> None:
    limits = inflate.Limits(max_bytes=10_000_000, max_ratio=20, free_bytes=10_000, max_members=9)
    report = ROBOT + b"<!--" + random.Random(1).randbytes(3_000).hex().encode() + b"-->" + b" " * 40_000
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("pad.bin", bytes(40_000))  # the outer layer shrinks it
        archive.writestr("a.xml", report, zipfile.ZIP_DEFLATED)
    assert kinds(stored.getvalue(), limits) == [("a.xml", "robot-xml")]
    assert kinds(outer({"in.zip": zipped({"a.xml": report})}), limits) == [("in.zip/a.xml", "robot-xml")]
    with pytest.raises(errors.TooLargeError) as caught:
        kinds(outer({"in.zip": stored.getvalue()}), limits)
    assert caught.value.code == "decompression-bomb"


@pytest.mark.parametrize("outer", ARCHIVES)
def test_files_of_both_layers_count_together(outer: Archive) -> None:
    inner = zipped({f"{number}.xml": ROBOT for number in range(8)})
    limits = inflate.Limits(max_members=18)
    assert len(kinds(outer({"a.zip": inner, "b.zip": inner}), limits)) == 16
    with pytest.raises(errors.TooLargeError, match="more than"):
        kinds(outer({"a.zip": inner, "b.zip": inner, "c.xml": ROBOT}), limits)


def test_bytes_of_both_layers_count_together() -> None:
    inner = zipped({"a.xml": ROBOT + b" " * 20_000})
    fits = inflate.Limits(max_bytes=3 * (20_000 + len(ROBOT) + len(inner)))
    files = {f"{number}.zip": inner for number in range(3)}
    assert len(kinds(zipped(files), fits)) == 3
    with pytest.raises(errors.TooLargeError, match="unfolds to more"):
        kinds(zipped(files | {"one-more.zip": inner}), fits)


@pytest.mark.parametrize("pack", [zipped, tar_gz, tar_zst])
def test_a_damaged_archive_in_an_archive_keeps_nobody_else_out(pack: Archive) -> None:
    packed = pack({"a.xml": random.Random(1).randbytes(5000), "b.xml": ROBOT})
    found = kinds(zipped({"good.xml": ROBOT, "in.bin": packed[: len(packed) // 2], "last.xml": ROBOT}))
    assert (found[0], found[-1]) == (("good.xml", "robot-xml"), ("last.xml", "robot-xml"))


def test_names_in_an_inner_archive_cannot_lead_out() -> None:
    assert kinds(zipped({"../x/in.zip": zipped({"../../etc/passwd.xml": ROBOT})})) == [
        ("x/in.zip/etc/passwd.xml", "robot-xml")
    ]
