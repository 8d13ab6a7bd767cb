from __future__ import annotations

from datetime import timedelta

import pytest

from testflux.access import waiting


def test_five_are_free_then_the_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait.total_seconds() for wait in waiting.waits_after(waiting.FREE)]
    assert waits == [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900]


def test_all_together_have_more_that_are_free() -> None:
    waits = waiting.waits_after(waiting.FREE_TOGETHER)
    assert waits[48:50] == (timedelta(0), timedelta(seconds=5))
    assert waits[-1] == waiting.LONGEST


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("?", "?"),
    ],
)
def test_a_household_is_one_source(address: str, source: str) -> None:
    assert waiting.source_of(address) == source
