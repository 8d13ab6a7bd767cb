from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.store import frames

LOG = b"".join(b"<msg>step %d passed</msg>\n" % number for number in range(150_000))  # 3.6 MB


def stored(content: bytes, block: int = 300_000) -> bytes:
    file = io.BytesIO()
    writer = frames.Writer(file)
    for start in range(0, len(content), block):
        writer.write(content[start : start + block])
    writer.finish()
    return file.getvalue()


def opened(content: bytes) -> frames.Reader:
    file = frames.open_content(io.BytesIO(stored(content)))
    assert isinstance(file, frames.Reader)
    return file


def test_a_report_gets_much_smaller_and_comes_back_whole() -> None:
    assert len(stored(LOG)) < len(LOG) / 5
    assert opened(LOG).read() == LOG


def test_zstd_itself_can_unpack_it() -> None:
    with zstandard.ZstdDecompressor().stream_reader(stored(LOG), read_across_frames=True) as official:
        assert official.read() == LOG


@pytest.mark.parametrize("content", [b"", b"small", os.urandom(3_000_000)])
def test_what_would_not_get_smaller_is_kept_as_it_is(content: bytes) -> None:
    assert stored(content) == content
    assert frames.open_content(io.BytesIO(content)).read() == content


@pytest.mark.parametrize("content", [frames.MARK, frames.MARK + os.urandom(2_000_000), stored(LOG)])
def test_a_content_that_looks_framed_comes_back_as_it_was(content: bytes) -> None:
    assert opened(content).read() == content


def test_a_file_that_turns_incompressible_is_whole_too() -> None:
    content = LOG[: frames.SIZE] + os.urandom(frames.SIZE + 7)
    assert opened(content).read() == content


@given(start=st.integers(0, len(LOG) + 10), size=st.integers(-1, 2_500_000))
def test_any_range_can_be_read(start: int, size: int) -> None:
    file = opened(LOG) if not _READERS else _READERS[0]
    _READERS[:] = [file]
    assert file.seek(start) == start
    expected = LOG[start:] if size < 0 else LOG[start : start + size]
    assert file.read(size) == expected
    assert file.tell() == start + len(expected)


_READERS: list[frames.Reader] = []


def test_a_range_unpacks_only_the_frames_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[int] = []
    file = opened(LOG)
    unpack = file._unpack  # noqa: SLF001

    def note(number: int) -> bytes:
        unpacked.append(number)
        return unpack(number)

    monkeypatch.setattr(file, "_unpack", note)
    file.seek(2 * frames.SIZE - 5)
    assert file.read(10) == LOG[2 * frames.SIZE - 5 : 2 * frames.SIZE + 5]
    assert unpacked == [1, 2]


def test_it_is_a_file_like_any_other() -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("output.xml")
        entry.size = len(LOG)
        tar.addfile(entry, io.BytesIO(LOG))
    with opened(archive.getvalue()) as file, tarfile.open(fileobj=file) as tar:
        member = tar.extractfile("output.xml")
        assert member is not None
        assert member.read() == LOG
    assert file.closed
    assert opened(LOG).read1() == LOG[: frames.SIZE]
    file = opened(LOG)
    file.seek(-7, io.SEEK_END)
    assert file.read() == LOG[-7:]
    assert file.seek(-3, io.SEEK_CUR) == len(LOG) - 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[: len(frames.MARK)],
        lambda whole: whole[:1000] + whole[-100:],
        lambda whole: whole[:200] + bytes(50) + whole[250:],
        lambda whole: whole[: -len(frames.END) - 4] + b"\xff\xff\x00\x00" + frames.END,
    ],
)
def test_damage_on_the_disk_is_named(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(errors.UnavailableError, match="damaged"):
        frames.open_content(io.BytesIO(damage(stored(LOG)))).read()
