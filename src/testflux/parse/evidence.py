"""Opening one test: the formats whose slices can be read on their own, in one table."""

from __future__ import annotations

from collections.abc import Callable

from testflux.model import steps
from testflux.parse import (
    allure_evidence,
    ctrf_evidence,
    junit_evidence,
    nunit_evidence,
    playwright_evidence,
    reportlog_evidence,
    robot_json_steps,
    robot_steps,
    trx_evidence,
    xunit_net_evidence,
)

READERS: dict[str, Callable[[bytes], steps.Evidence]] = {
    "robot-xml": robot_steps.open_test,
    "robot-json": robot_json_steps.open_test,
    "allure-results": allure_evidence.open_test,
    "ctrf": ctrf_evidence.open_test,
    "junit-xml": junit_evidence.open_test,
    "nunit-xml": nunit_evidence.open_test,
    "playwright-json": playwright_evidence.open_test,
    "pytest-reportlog": reportlog_evidence.open_test,
    "trx": trx_evidence.open_test,
    "xunit-net-xml": xunit_net_evidence.open_test,
}
"""For every format with byte ranges, how the bytes of one test are read. Each raises ReportError, and nothing else."""


def open_test(format_: str, piece: bytes) -> steps.Evidence:
    """Read one test's bytes as cut out of its report; a format without a reader of slices gives nothing."""
    reader = READERS.get(format_)
    return reader(piece) if reader else steps.Evidence()
