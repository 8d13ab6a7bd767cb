"""What an uploader says about a report, and what a run is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the report itself cannot know.

    `file_time` makes the report history, of which nobody is told: when its file was written, in case it says no time.
    `name` is the lane (`nightly`), `type` the test type (regression, smoke, …). `started_at` overrides the report's own
    time, for history. `build_key` names the CI run that several files belong to. `exit_code` is the tool's own: what it
    said itself of the run.
    """

    name: str = ""
    environment: str = ""
    type: str = ""
    branch: str = ""
    commit: str = ""
    pull_request: str = ""
    ci_provider: str = ""
    build_url: str = ""
    build_key: str = ""
    labels: dict[str, str] = {}
    started_at: datetime | None = None
    exit_code: int | None = None
    file_time: datetime | None = None


class UploadStatus(StrEnum):
    """Where an upload stands. STORED and REJECTED are final; DUPLICATE is what a repeated upload is answered with."""

    QUEUED = "queued"
    PROCESSING = "processing"
    STORED = "stored"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


class Stage(StrEnum):
    """What the pipeline is doing with an upload."""

    RECEIVED = "received"
    PARSE = "parse"
    NORMALISE = "normalise"
    STORE = "store"
    ANALYSE = "analyse"
    NOTIFY = "notify"
    DONE = "done"
