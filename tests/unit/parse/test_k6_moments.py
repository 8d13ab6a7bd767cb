from __future__ import annotations

from datetime import UTC, datetime

import pytest

from testflux.parse import k6_moments

AT = 1_725_908_878_266_890


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"2024-09-09T15:07:58.266890677-04:00", AT),
        (b"2024-09-09T19:07:58.26689Z", AT),
        (b"2024-09-10T00:37:58.266890+05:30", AT),
        (b"2024-09-09T19:07:58Z", AT - 266_890),
        (b"2024-09-09T19:07:58.5Z", AT + 233_110),
        (b"1725908878", AT - 266_890),
        (b"1725908878266", AT - 890),
        (b"1725908878266890", AT),
        (b"1725908878266890677", AT),
    ],
)
def test_a_time_is_read_in_all_its_forms(text: bytes, moment: int) -> None:
    moments = k6_moments.Moments()
    assert moments[text] == moment
    assert moments[text] == moment


@pytest.mark.parametrize(
    "text",
    [b"", b"x", b"-5", b"12", b"1.5", b"2024-09-09", b"2024-13-09T19:07:58Z", b"2024-09-09T19:07:58", b"9" * 30,
     b"0001-01-01T00:00:00Z", b"2024-09-09T19:07:58.1234567890Z", "１７２５９０８８７８".encode()],
)  # fmt: skip
def test_what_is_no_sensible_time_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="time"):
        k6_moments.Moments()[text]


def test_a_moment_is_in_utc() -> None:
    assert k6_moments.moment(AT) == datetime(2024, 9, 9, 19, 7, 58, 266_890, UTC)


def test_what_is_remembered_does_not_grow_for_ever() -> None:
    moments = k6_moments.Moments()
    for number in range(50_010):
        moments[b"%d" % (1_725_908_878 + number)]
    assert len(moments) == 10
    assert moments[b"1725908878"] == 1_725_908_878_000_000
