from __future__ import annotations

from datetime import UTC, datetime

import pytest

from testflux.notify import letter


@pytest.mark.parametrize(
    ("text", "folded"),
    [("one line", "one line"), ("two\r\nlines", "two lines"), ("\tBcc:\x00 x\u2028y ", "Bcc: x y"), ("", "")],
)
def test_text_is_folded_into_a_line(text: str, folded: str) -> None:
    assert letter.line(text) == folded


def test_the_same_occasion_has_the_same_id() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    first, second = (letter.begin("a@example.org", ["b@example.org"], "x", key="k", at=at) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == "<k@example.org>"
