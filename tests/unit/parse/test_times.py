from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import times

Moments = st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001  (reports hold naive times)


@given(Moments)
def test_iso_and_compact_times_are_read_as_utc(moment: datetime) -> None:
    assert times.iso(moment.isoformat()) == moment.replace(tzinfo=UTC)
    assert times.compact(moment.strftime("%Y%m%d %H:%M:%S.%f")) == moment.replace(tzinfo=UTC)


@given(Moments)
def test_a_compact_time_may_be_short_of_digits(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert times.compact(whole.strftime("%Y%m%d %H:%M:%S.000")) == whole.replace(tzinfo=UTC)
    assert times.compact(whole.strftime("%Y%m%d %H:%M:%S")) == whole.replace(tzinfo=UTC)


def test_a_zone_is_heeded() -> None:
    assert times.iso("2026-03-14T10:15:30+01:00") == datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC)
    assert times.iso("2026-03-14T09:15:30.25Z") == datetime(2026, 3, 14, 9, 15, 30, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "N/A", "yesterday", "0001-01-01", "9999-12-31T23:59:59", "1970-01-01", "00000000"]
)
def test_what_is_no_sensible_time_is_none(text: str) -> None:
    assert times.iso(text) is None
    assert times.compact(text) is None


@given(st.text(max_size=40))
def test_no_text_is_too_strange(text: str) -> None:
    for read in (times.iso, times.compact, times.worded):
        moment = read(text)
        assert moment is None or moment.tzinfo is UTC
    assert (times.milliseconds(text) or 0) >= 0


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("Tue, 12 May 2020 20:57:30", 5, 12),
        ("Thu, 6 Dec 2020 10:53:11", 12, 6),
        ("Fr., 30 Sep. 2020 08:40:35", 9, 30),
        ("mi\u00e9, 30 abr 2020 11:58:02", 4, 30),
        ("mercredi, 3 d\u00e9c. 2020 12:46:55", 12, 3),
        ("lun, 14 ago 2020 12:46:55", 8, 14),
        ("dom., 1 de fevereiro de 2020 \u00e0s 12:46:55", 2, 1),
        ("Mo., 2 M\u00e4rz 2020 12:46:55", 3, 2),
        ("\u5468\u4e09, 22 10\u6708 2020 17:09:39", 10, 22),
        ("\u0441\u0440, 22 \u043e\u043a\u0442. 2020 17:09:39", 10, 22),
    ],
)
def test_months_have_names_in_many_languages(text: str, month: int, day: int) -> None:
    moment = times.worded(text)
    assert moment is not None
    assert (moment.year, moment.month, moment.day) == (2020, month, day)


@pytest.mark.parametrize(
    "text", ["Tue, 12 Foo 2020 20:57:30", "32 May 2020 20:57:30", "12 May 2020", "x 99\u6708 2020 1:00:00"]
)
def test_other_words_are_no_time(text: str) -> None:
    assert times.worded(text) is None


def test_seconds_become_milliseconds() -> None:
    assert times.milliseconds("0.000161") == pytest.approx(0.161)
    for text in ("", "N/A", "nan", "inf", "-1"):
        assert times.milliseconds(text) is None


@pytest.mark.parametrize(
    ("attributes", "start", "duration"),
    [
        ({"start": "2026-03-14T09:15:30", "elapsed": "0.5"}, datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC), 500),
        ({"elapsed": "2"}, None, 2000),
        (
            {"starttime": "20260314 09:15:30.000", "endtime": "20260314 09:15:31.250"},
            datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC),
            1250,
        ),
        (
            {"starttime": "20260314 09:15:30.000", "endtime": "20260314 09:15:29.000"},
            datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC),
            0,
        ),
        ({"starttime": "N/A", "endtime": "20260314 09:15:30.000"}, datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC), None),
        ({}, None, None),
    ],
)
def test_robot_s_two_notations(attributes: dict[str, str], start: datetime | None, duration: float | None) -> None:
    assert times.robot(attributes) == (start, duration)


@given(Moments)
def test_seconds_since_1970_are_read(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    seen = times.epoch(moment.timestamp())
    assert seen is not None
    assert abs((seen - moment).total_seconds()) < 0.001


@pytest.mark.parametrize("seconds", [None, 0, -1e300, 1e300, float("nan"), float("inf"), 1e10])
def test_seconds_that_are_no_sensible_time_are_none(seconds: float | None) -> None:
    assert times.epoch(seconds) is None
