"""Uploads of every kind, made by number, and what each has to become: for tests that disturb their way."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

import tiny_reports

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
NOT_A_REPORT = b"nobody reads this\n"


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """Something to send. `tests`: how many tests each run it becomes has; none means that it has to be rejected.

    It is sent `times` times. `commit` tells its runs from those of all others.
    """

    number: int
    name: str
    content: bytes
    tests: tuple[int, ...]
    key: str | None = None
    times: int = 1
    is_kept_as_sent: bool = False

    @property
    def commit(self) -> str:
        """The commit that it is of."""
        return str(self.number)


def make(number: int) -> Parcel:
    """Return parcel `number`; its kind goes by the number."""
    kinds = (_plain, _packed, _zip, _twice, _tar, _keyed, _large, _rejected, _empty_archive)
    return kinds[number % len(kinds)](number)


def report(number: int, tests: int, suite: str = "Shop") -> bytes:
    """Write a report that differs from every other one."""
    outcomes = {f"Test {n}": f"Broke at {number}" if n % 10 else "PASS" for n in range(tests)}
    return tiny_reports.robot(outcomes, AT, suite=suite)


def _plain(number: int) -> Parcel:
    content = report(number, 150)
    return Parcel(number=number, name="output.xml", content=content, tests=(150,), is_kept_as_sent=True)


def _packed(number: int) -> Parcel:
    return Parcel(number=number, name="output.xml.gz", content=gzip.compress(report(number, 80)), tests=(80,))


def _files(number: int) -> Mapping[str, bytes]:
    return {
        "a/output.xml": report(number, 60, "Basket"),
        "b/output.xml": report(number, 61, "Payment"),
        "b/picture.png": b"\x89PNG\r\n\x1a\n" + number.to_bytes(8, "big") * 50,
    }


def _zip(number: int) -> Parcel:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(number).items():
            archive.writestr(name, content)
    return Parcel(number=number, name="reports.zip", content=file.getvalue(), tests=(60, 61))


def _tar(number: int) -> Parcel:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in _files(number).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return Parcel(number=number, name="reports.tar.gz", content=file.getvalue(), tests=(60, 61))


def _twice(number: int) -> Parcel:
    content = report(number, 40)
    return Parcel(number=number, name="output.xml", content=content, tests=(40,), times=2, is_kept_as_sent=True)


def _keyed(number: int) -> Parcel:
    content = report(number, 30)
    return Parcel(number=number, name="output.xml", content=content, tests=(30,), key=f"build {number}", times=2)


def _large(number: int) -> Parcel:
    content = report(number, 1500)
    return Parcel(number=number, name="output.xml", content=content, tests=(1500,), is_kept_as_sent=True)


def _rejected(number: int) -> Parcel:
    return Parcel(number=number, name="notes.bin", content=NOT_A_REPORT * (number + 1), tests=(), is_kept_as_sent=True)


def _empty_archive(number: int) -> Parcel:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.bin", NOT_A_REPORT * (number + 1))
    return Parcel(number=number, name="notes.zip", content=file.getvalue(), tests=())
