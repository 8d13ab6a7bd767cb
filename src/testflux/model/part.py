"""What a run is made of."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.model.raw import ReportWarning, Tool
from testflux.model.run import Metadata


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One upload of a run: a shard, a rerun, or all there is. `part_no` counts them in order of arrival."""

    part_no: int
    upload_id: int
    file_name: str
    format: str
    tool: Tool
    started_at: datetime
    duration_ms: int
    is_complete: bool = True
    local_times: bool = False
    warnings: tuple[ReportWarning, ...] = ()
    metadata: Metadata = Metadata()
