from __future__ import annotations

import pytest

from testflux.ingest import media


@pytest.mark.parametrize(
    ("name", "start", "expected"),
    [
        ("a", b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        ("a.txt", b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        ("a", b"GIF89a\x01\x00", "image/gif"),
        ("a", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.png", b"\x1a\x45\xdf\xa3\x01", "video/webm"),
        ("a", b"\x00\x00\x00\x20ftypisom\x00", "video/mp4"),
        ("a", b"\x00\x00\x00\x20ftypavif\x00", "image/avif"),
        ("a", b"%PDF-1.7", "application/pdf"),
        ("trace.zip", b"PK\x03\x04\x14", "application/zip"),
        ("a.log.gz", b"\x1f\x8b\x08\x00", "application/gzip"),
        ("a.svg", b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "image/svg+xml"),
        ("page.txt", b"<!doctype html><p>", "text/html"),
        ("a.html", b"<p>a piece", "text/html"),
        ("run.har", b'{"log": {}}', "application/json"),
        ("data.csv", b"a,b\n1,2\n", "text/csv"),
        ("run.log", "gestartet: \u00fcber".encode(), "text/plain"),
        ("README", b"read me", "text/plain"),
        ("cut.log", "\u00fcber \u00fc".encode()[:-1], "text/plain"),
        ("a", b"", ""),
        ("a.txt", b"   \n", ""),
        ("a.class", b"\xca\xfe\xba\xbe\x00\x00", ""),
        ("a.txt", bytes(range(128, 256)), ""),
    ],
)
def test_a_file_is_told_by_what_is_in_it(name: str, start: bytes, expected: str) -> None:
    assert media.tell(name, start) == expected
