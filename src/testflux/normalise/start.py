"""When a run began: as its uploader says, else its report, else when it arrived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from testflux.model.raw import ReportWarning
from testflux.model.report import Report

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=1)


def find(
    claimed: datetime | None, report: Report, arrived_at: datetime, file_time: datetime | None = None
) -> tuple[datetime, Report]:
    """Return when the run began, in UTC, and its report.

    A time before 2000 or in the future is passed over, with a warning on the report; also where the time of its file
    stands for the report's own.
    """
    for given in filter(None, (claimed, report.started_at, file_time)):
        moment = given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
        if _EARLIEST <= moment <= arrived_at + _AHEAD:
            return moment, _doubt(report) if given is file_time else report
        doubt = ReportWarning(
            "time-implausible", f"A start at {moment:%Y-%m-%d %H:%M} UTC cannot be right and was not used."
        )
        report = msgspec.structs.replace(report, warnings=(*report.warnings, doubt))
    return arrived_at, report


def _doubt(report: Report) -> Report:
    doubt = ReportWarning("time-of-file", "The report does not say when it began: that is when its file was written.")
    return msgspec.structs.replace(report, warnings=(*report.warnings, doubt))
