from __future__ import annotations

from datetime import UTC, datetime

import pytest

from testflux.parse import junit_values


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.125", 125), ("1,234.5", 1_234_500), ("1,234", 1_234_000), ("12,345,678", 12_345_678_000), ("0,5", 500),
        ("0,005", 5), ("12,5", 12_500), ("1.234,5", 1_234_500), ("1e-1", 100), (" 2 ", 2000), ("0.", 0),
        ("1234,5", 1_234_500), ("", None),
        ("-1", None), ("nan", None), ("inf", None), ("1,2,3", None), ("soon", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_seconds_in_every_spelling(text: str, wanted: float | None) -> None:
    found = junit_values.milliseconds(text)
    assert found == (None if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize(
    ("text", "second", "is_zoned"),
    [
        ("2026-03-14T09:15:30", 30, False),
        ("2026-03-14T09:15:30Z", 30, True),
        ("2026-03-14T10:15:30.5+01:00", 30.5, True),
        ("2026-03-14T09:15:30 UTC", 30, True),
        ("2026-03-14T 09:15:30", 30, False),
        ("2026-03-14 09:15:30Z", 30, True),
        ("Sat, 14 Mar 2026 09:15:30 GMT", 30, True),
        (" 2026-03-14T10:15:30 +0100 ", 30, True),
    ],
)
def test_moments_in_every_spelling(text: str, second: float, is_zoned: bool) -> None:  # noqa: FBT001 - a row of the table
    moment = datetime(2026, 3, 14, 9, 15, int(second), round(second % 1 * 1_000_000), tzinfo=UTC)
    assert junit_values.moment(text) == (moment, is_zoned)


@pytest.mark.parametrize("text", ["", "whenever", "2026-13-14T09:15:30", "0001-01-01T00:00:00", "1 2 3 4 5"])
def test_what_is_no_moment(text: str) -> None:
    assert junit_values.moment(text)[0] is None


def test_a_date_alone_is_its_midnight() -> None:
    assert junit_values.moment("2026-03-14") == (datetime(2026, 3, 14, tzinfo=UTC), False)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("7", 7), ("0", 0), ("", None), ("-1", None), ("9" * 30, None), ("٣", None)],
)
def test_lines(text: str, wanted: int | None) -> None:
    assert junit_values.line(text) == wanted
