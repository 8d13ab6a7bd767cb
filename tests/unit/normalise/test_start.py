from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from made import NOON, functional
from testflux.normalise import start

ARRIVED = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("claimed", "written", "began"),
    [
        (None, NOON, NOON),
        (NOON - timedelta(days=400), NOON, NOON - timedelta(days=400)),
        (None, None, ARRIVED),
        (None, datetime(2026, 6, 15, 12), NOON),  # noqa: DTZ001 - a report's own time may have no zone
        (None, NOON.astimezone(timezone(timedelta(hours=2))), NOON),
        (None, ARRIVED + timedelta(hours=23), ARRIVED + timedelta(hours=23)),
    ],
)
def test_the_uploader_knows_better_than_the_report(
    claimed: datetime | None, written: datetime | None, began: datetime
) -> None:
    report = msgspec.structs.replace(functional(), started_at=written)
    assert start.find(claimed, report, ARRIVED) == (began, report)
    assert start.find(claimed, report, ARRIVED)[0].tzinfo is UTC


@pytest.mark.parametrize("odd", [datetime(1999, 12, 31, tzinfo=UTC), ARRIVED + timedelta(hours=25)])
def test_a_time_that_cannot_be_is_passed_over_and_said_so(odd: datetime) -> None:
    report = msgspec.structs.replace(functional(), started_at=odd)
    began, report = start.find(odd, report, ARRIVED)
    assert began == ARRIVED
    assert [warning.code for warning in report.warnings] == ["time-implausible"] * 2


def test_for_history_the_time_of_its_file_stands_for_the_reports_own() -> None:
    written = NOON - timedelta(days=30)
    dated = msgspec.structs.replace(functional(), started_at=NOON)
    assert start.find(None, dated, ARRIVED, written) == (NOON, dated)
    began, report = start.find(None, msgspec.structs.replace(dated, started_at=None), ARRIVED, written)
    assert began == written
    assert [warning.code for warning in report.warnings] == ["time-of-file"]
