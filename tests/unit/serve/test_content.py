from __future__ import annotations

import pytest

from testflux.serve import content


@pytest.mark.parametrize(
    ("said", "served"),
    [
        ("image/png", "image/png"),
        ("IMAGE/JPEG; q=1", "image/jpeg"),
        ("video/webm", "video/webm"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xml", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text/plain\r\nx: y", "application/octet-stream"),
    ],
)
def test_only_what_cannot_run_is_shown(said: str, served: str) -> None:
    assert content.media_type(said) == served
    is_shown = served != "application/octet-stream"
    assert content.headers(said, "x")["Content-Disposition"].startswith("inline" if is_shown else "attachment")


def test_nothing_runs_in_what_is_shown() -> None:
    headers = content.headers("text/plain", "x.txt")
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_cannot_break_out_of_its_header() -> None:
    header = content.disposition('a"; filename=evil\r\nX: y ü.png')
    assert header == (
        'attachment; filename="a__ filename_evil__X_ y _.png"; '
        "filename*=UTF-8''a%22%3B%20filename%3Devil%0D%0AX%3A%20y%20%C3%BC.png"
    )
