"""Opening one test: the formats whose slices can be read on their own, in one table."""

from __future__ import annotations

from collections.abc import Callable

from testflux.model import steps
from testflux.parse import robot_steps

READERS: dict[str, Callable[[bytes], steps.Evidence]] = {"robot-xml": robot_steps.open_test}
"""For every format with byte ranges, how the bytes of one test are read. Each raises ReportError, and nothing else."""


def open_test(format_: str, piece: bytes) -> steps.Evidence:
    """Read one test's bytes as cut out of its report; a format without a reader of slices gives nothing."""
    reader = READERS.get(format_)
    return reader(piece) if reader else steps.Evidence()
