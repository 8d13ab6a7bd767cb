"""The parts of a run made one: what the run says of itself, whichever part arrived first.

Parts count in the order they started (then in the order they were sent). The rules in words: docs/howto/shards.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from testflux.model.part import Part
from testflux.model.raw import ReportWarning
from testflux.model.report import Report
from testflux.model.run import Metadata
from testflux.model.status import Kind


def in_order(parts: Sequence[Part]) -> list[Part]:
    """Return the parts as their attempts count, the first one first."""
    return sorted(parts, key=lambda part: (part.started_at, part.upload_id))


def describe(ordered: Sequence[Part]) -> Metadata:
    """Return what is said about the whole: the first part's words, and the labels of all; the first to say one wins."""
    labels = {key: value for part in reversed(ordered) for key, value in part.metadata.labels.items()}
    return msgspec.structs.replace(ordered[0].metadata, labels=dict(sorted(labels.items())))


def frame(ordered: Sequence[Part]) -> Report:
    """Return the whole without its results and totals. It is complete when every part is."""
    first = ordered[0]
    return Report(
        first.format,
        Kind.FUNCTIONAL,
        first.tool,
        first.started_at,
        _busy_ms(ordered),
        all(part.is_complete for part in ordered),
        any(part.local_times for part in ordered),
        tuple(_warning(part, warning) for part in ordered for warning in part.warnings),
        {},
    )


def _busy_ms(ordered: Sequence[Part]) -> int:
    """Return for how long any part ran: shards side by side count once, the wait before a rerun not at all."""
    busy = timedelta()
    until: datetime | None = None
    for part in ordered:
        end = part.started_at + timedelta(milliseconds=part.duration_ms)
        begin = part.started_at if until is None else max(part.started_at, until)
        busy += max(end - begin, timedelta())
        until = end if until is None else max(until, end)
    return round(busy / timedelta(milliseconds=1))


def _warning(part: Part, warning: ReportWarning) -> ReportWarning:
    return msgspec.structs.replace(warning, message=f"{part.file_name}: {warning.message}")
