"""Reading a report with what came along: the summary of a load test beside its samples, and the tool's exit code."""

from __future__ import annotations

from collections.abc import Sequence

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import blocks, k6_bundle, registry


def parse(stream: blocks.Stream, others: Sequence[blocks.Stream], exit_code: int | None) -> raw.RawReport:
    """Read one report and those of the same run. Raises ReportError when the report itself cannot be read.

    Of those beside it, what cannot be read becomes a warning.
    """
    seen = registry.parse(stream)
    beside: list[raw.RawReport] = []
    doubts: list[raw.ReportWarning] = []
    for other in others:
        try:
            beside.append(registry.parse(other))
        except errors.ReportError as error:
            doubts.append(raw.ReportWarning("companion-unreadable", f"The summary was left out: {error.message}"))
    joined = join(seen, beside, exit_code)
    joined.warnings = [*joined.warnings, *doubts]
    return joined


def join(seen: raw.RawReport, beside: Sequence[raw.RawReport], exit_code: int | None) -> raw.RawReport:
    """Return a report completed and checked by those of its run: load tests are, other reports stay as they are."""
    return k6_bundle.join(seen, next(iter(beside), None), exit_code) if seen.kind is Kind.LOAD else seen
