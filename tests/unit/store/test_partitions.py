from __future__ import annotations

from datetime import date

import pytest

from testflux.store import partitions


def test_a_partition_is_named_after_its_table_and_month() -> None:
    assert partitions.partition_name("result_row", date(2026, 3, 1)) == "result_row_2026_03"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 1, 31), [(2026, 1), (2026, 2), (2026, 3), (2026, 4)]),
        (date(2026, 11, 1), [(2026, 11), (2026, 12), (2027, 1), (2027, 2)]),
        (date(2026, 12, 31), [(2026, 12), (2027, 1), (2027, 2), (2027, 3)]),
    ],
)
def test_the_months_ahead_cross_the_year(today: date, expected: list[tuple[int, int]]) -> None:
    assert partitions.months_ahead(today) == [date(year, month, 1) for year, month in expected]
