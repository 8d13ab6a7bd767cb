"""Reading a report with what came along: the summary of a load test beside its samples, and the tool's exit code."""

from __future__ import annotations

from collections.abc import Sequence

from testflux.model import raw
from testflux.parse import blocks, registry


def parse(stream: blocks.Stream, others: Sequence[blocks.Stream], exit_code: int | None) -> raw.RawReport:
    """Read one report and those of the same run. Raises ReportError when the report itself cannot be read."""
    del others, exit_code
    return registry.parse(stream)
